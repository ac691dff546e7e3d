package io.synfire.engine.store;

import io.synfire.engine.learn.ContextWindow;
import java.nio.file.Path;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * One checkpoint: everything that changed, gathered, then written as one batch that is there after a crash or is not. The
 * write-ahead log is not forced to the disk: a power loss costs a suffix of checkpoints, which is read again from the source.
 * One thread at a time.
 */
public final class CheckpointWriter implements AutoCloseable {

    /** Address space, not memory: a batch that grows by doubling would hold itself twice while it is copied. */
    private static final int RESERVED_BYTES = 64 << 20;

    private final RocksDatabase database;
    private final Path directory;
    private final WriteBatch batch = new WriteBatch(RESERVED_BYTES);

    CheckpointWriter(RocksDatabase database, Path directory) {
        this.database = database;
        this.directory = directory;
    }

    /**
     * Adds a concept of the dictionary.
     *
     * @param concept its int
     * @param id its id
     */
    public void concept(int concept, String id) {
        put(ColumnFamily.CONCEPTS, RocksStore.key(concept), RocksStore.utf8(id));
    }

    /**
     * Adds a marginal.
     *
     * @param concept the concept's int
     * @param marginal its activation mass
     */
    public void marginal(int concept, StoredMarginal marginal) {
        put(ColumnFamily.MARGINALS, RocksStore.key(concept), marginal.toBytes());
    }

    /**
     * Adds a row.
     *
     * @param cue the cue's int
     * @param row all its associations
     */
    public void row(int cue, Row row) {
        put(ColumnFamily.ROWS, RocksStore.key(cue), row.toBytes());
    }

    /**
     * Adds a context's window.
     *
     * @param context its key
     * @param window what it remembers
     */
    public void window(String context, ContextWindow window) {
        put(ColumnFamily.CONTEXTS, RocksStore.utf8(context), WindowBytes.of(window));
    }

    /**
     * How much was gathered.
     *
     * @return bytes
     */
    public long bytes() {
        return batch.getDataSize();
    }

    /**
     * Writes all of it, with its record, or nothing.
     *
     * @param record what the checkpoint says about the whole memory
     * @throws StoreException if it could not be written; then nothing was
     */
    public void commit(CheckpointRecord record) {
        put(ColumnFamily.DEFAULT, RocksStore.checkpointKey(), record.toBytes());
        try (WriteOptions options = new WriteOptions()) {
            database.db().write(options, batch);
        } catch (RocksDBException e) {
            throw new StoreException(
                    "a checkpoint cannot be written: store=" + directory + " checkpoint=" + record.number() + ": "
                            + e.getMessage(),
                    e);
        }
    }

    @Override
    public void close() {
        batch.close();
    }

    private void put(ColumnFamily family, byte[] key, byte[] value) {
        try {
            batch.put(database.handle(family), key, value);
        } catch (RocksDBException e) {
            throw new StoreException("a checkpoint cannot be gathered: store=" + directory + ": " + e.getMessage(), e);
        }
    }
}
