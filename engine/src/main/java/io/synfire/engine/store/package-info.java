/**
 * Evidence on disk: one RocksDB, written by one atomic batch per checkpoint.
 *
 * <pre>
 *   column family   key                    value
 *   default         "format"               version of this layout, one byte
 *                   "settings"             learning settings, lines of key=value
 *                   "checkpoint"           {@link io.synfire.engine.store.CheckpointRecord}: number, watermark, N, counts, positions
 *   concepts        concept, 4 bytes BE    the concept's id, UTF-8
 *   marginals       concept, 4 bytes BE    {@link io.synfire.engine.store.StoredMarginal}
 *   rows            cue, 4 bytes BE        {@link io.synfire.engine.store.Row}: all associations of one cue, packed
 *   contexts        context key, UTF-8     {@link io.synfire.engine.learn.ContextWindow}
 * </pre>
 *
 * <p>In: rows, marginals, windows and positions of a checkpoint. Out: the same, as of the last checkpoint. This is the only
 * package that may touch {@code org.rocksdb}; it knows nothing of the tables in memory.
 */
@NullMarked
package io.synfire.engine.store;

import org.jspecify.annotations.NullMarked;
