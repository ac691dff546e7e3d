package io.synfire.engine.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/**
 * What was committed last, as far as this process knows, held against what the store says whenever it is opened anew after a write has failed.
 * Of whoever writes.
 */
final class Commits {

    private final Path directory;
    private final GuardedDatabase database;
    private final StoreFailures failures;

    /** What tells this store, as it was committed last, from every other and from itself at another time. */
    private byte @Nullable [] ownId;

    private byte @Nullable [] committed;
    private long lostCheckpoints;

    Commits(Path directory, GuardedDatabase database, StoreFailures failures) {
        this.directory = directory;
        this.database = database;
        this.failures = failures;
    }

    /** How many checkpoints that were committed were no longer there when it was opened. */
    long lostCheckpoints() {
        return lostCheckpoints;
    }

    /** The store has its id from now on. */
    void identified(byte[] id) {
        ownId = id;
    }

    /** Writes a checkpoint once, and that it was; {@code record} is what it says about the whole memory. */
    void commit(WriteBatch batch, long number, byte[] record) {
        database.write("a checkpoint cannot be written: checkpoint=" + number, batch, open -> isIn(open, record));
        committed = record;
        mark(number);
    }

    /** Opens the store anew if a write has failed since it was opened, and compares what it holds with what was committed. */
    void settle() {
        database.settle(open -> isIn(open, committed));
    }

    /** Whether a checkpoint was committed, as a database tells that was opened anew. */
    private boolean isIn(RocksDatabase open, byte @Nullable [] record) throws RocksDBException {
        ColumnFamilyHandle family = open.handle(ColumnFamily.DEFAULT);
        byte[] stored = open.db().get(family, Keys.checkpoint());
        boolean isOwn = Arrays.equals(open.db().get(family, RocksStore.ID_KEY), ownId);
        if (isOwn && Arrays.equals(stored, record)) {
            return true;
        }
        if (isOwn && Arrays.equals(stored, committed)) {
            return false;
        }
        throw failures.damaged(
                null,
                "a write had failed, and since then it is not what was committed before: isSameStore=" + isOwn
                        + " checkpoint=" + number(stored) + " expected=" + number(committed)
                        + "; if its log has lost its end, who opens it next reads that again",
                null);
    }

    private long number(byte @Nullable [] record) {
        return record == null ? 0 : failures.decoded(() -> new ByteSource("checkpoint record", record).varint());
    }

    /** Takes what it holds when it is opened for what was committed, and counts what was lost. */
    void compareWithMark() {
        committed = get(Keys.checkpoint());
        ownId = get(RocksStore.ID_KEY);
        long number = number(committed);
        try {
            lostCheckpoints = CheckpointMark.read(directory)
                    .map(mark -> Math.max(0, mark.number() - number))
                    .orElse(0L);
        } catch (IOException e) {
            throw new UncheckedIOException("the store's directory cannot be read: store=" + directory, e);
        }
        mark(number);
    }

    private void mark(long number) {
        try {
            CheckpointMark.of(directory, number).write(directory);
        } catch (IOException missed) {
            // The checkpoint is committed and must not be told to have failed. The older mark stays: a loss is counted
            // too low.
        }
    }

    private byte @Nullable [] get(byte[] key) {
        return database.read("the store cannot be read", ColumnFamily.DEFAULT, open -> open.db()
                .get(open.handle(ColumnFamily.DEFAULT), key));
    }
}
