/**
 * Evidence on disk: one RocksDB, written by one atomic batch per checkpoint.
 *
 * <pre>
 *   column family   key                    value
 *   default         "format"               version of this layout, one byte
 *                   "settings"             learning settings, lines of key=value
 *                   "id"                   what tells the store from every other, but its copies
 *                   "salt"                 {@link io.synfire.engine.learn.Salt} by which ids are hashed while the store is open, 16 bytes
 *                   "checkpoint"           {@link io.synfire.engine.store.CheckpointRecord}: number, watermark, N, counts, positions, clocks, copies
 *                   "passed/" number       {@link io.synfire.engine.event.PassedOver}s between two checkpoints; the number has 8 bytes BE
 *                   "passed-since"         positions at which these began to be kept
 *                   "learned-anew"         positions up to which the log was learned anew
 *   concepts        concept, 4 bytes BE    the concept's id, UTF-8, with its {@link io.synfire.engine.store.Origin} in front of it if that is of
 *                                          matter; or its hash and the watermark of then, once it is forgotten
 *                   0xfd                   how many ints were given to concepts
 *                   0xfc                   the latest watermark at which anything was forgotten
 *                   0xfe watermark concept hash of the id of a concept that was forgotten
 *                   0xff hash              concept and watermark of the latest forget of an id
 *   marginals       concept, 4 bytes BE    {@link io.synfire.engine.store.StoredMarginal}
 *   rows            cue, 4 bytes BE        {@link io.synfire.engine.store.StoredRow}: all associations of one cue, packed: a whole
 *                                          {@link io.synfire.engine.store.Row}, and rows that were appended to it
 *   contexts        partition, period, id  {@link io.synfire.engine.learn.ContextWindow}; see {@link io.synfire.engine.store.PeriodKey}
 *   event_ids       partition, period, id  varint clock when the event was learned
 *   retractions     0x01 time number       {@link io.synfire.engine.store.StoredRetraction}: one that waits for its time, in the order in which
 *                                          they come due; time and number have 8 bytes BE each
 *                   0x02                   {@link io.synfire.engine.store.RetractionCount}
 *                   number, 8 bytes BE     the same, as an earlier version stored it
 *   stretches       number, 8 bytes BE     {@link io.synfire.engine.event.Stretch} of a file, in the order in which they were learned
 *   late_episodes   concept, hash          {@link io.synfire.engine.store.LateCount}: of an episode that came after a concept was forgotten
 * </pre>
 *
 * <p>In: rows, marginals, windows and positions of a checkpoint. Out: the same, as of the last checkpoint. This is the only
 * package that may touch {@code org.rocksdb}; it knows nothing of the tables in memory.
 *
 * <p>Nobody but {@link io.synfire.engine.store.StoreLock} opens RocksDB's file LOCK, and no file that is a lock is opened but by
 * {@link io.synfire.engine.store.LockFile}. After a write that failed,
 * {@link io.synfire.engine.store.GuardedDatabase} opens the store anew, and finds out whether the checkpoint is in it.
 *
 * <p>Beside the files of RocksDB there are two small ones: {@code CHECKPOINT} ({@link io.synfire.engine.store.CheckpointMark}) says how far
 * the store had come, {@code HOLDER} ({@link io.synfire.engine.store.StoreHolder}) who has it open.
 */
@NullMarked
package io.synfire.engine.store;

import org.jspecify.annotations.NullMarked;
