package io.synfire.engine.store;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * A RocksDB with two answers to what disks do. Once damage was met, nothing is written any more. When the disk was full, it is opened anew
 * under its users as soon as there is room: RocksDB refuses to write after that, or blocks who writes, and does not always recover by itself.
 *
 * <p>Thread-safe; one thread at a time writes.
 */
final class GuardedDatabase implements AutoCloseable {

    private static final long STALL_NANOS = 2_000_000;

    /** What is done with the database while it cannot be closed. */
    @FunctionalInterface
    interface Call<T extends @Nullable Object> {
        T on(RocksDatabase database) throws RocksDBException;
    }

    private final Path directory;
    private final StoreBudget budget;
    private final DiskAccess disk;
    private final StoreFailures failures;
    private final ReadWriteLock lifecycle = new ReentrantReadWriteLock();
    /** Null only between a disk that was full and a successful opening. */
    private @Nullable RocksDatabase database;

    private boolean wasFull;
    private long errorsBefore;

    GuardedDatabase(
            Path directory, StoreBudget budget, RocksDatabase database, DiskAccess disk, StoreFailures failures) {
        this.directory = directory;
        this.budget = budget;
        this.database = database;
        this.disk = disk;
        this.failures = failures;
    }

    /** Does something; {@code what} says what cannot be done if it fails. */
    <T extends @Nullable Object> T call(String what, Call<T> call) {
        Lock open = lifecycle.readLock();
        open.lock();
        try {
            return call.on(required());
        } catch (RocksDBException e) {
            throw failures.of(what, e);
        } finally {
            open.unlock();
        }
    }

    /** The same for a read of one value. */
    <T extends @Nullable Object> T read(String what, Call<T> call) {
        return call(what, database -> {
            disk.beforeRead();
            return call.on(database);
        });
    }

    /** Writes a batch, or nothing; {@code what} says what cannot be written if it fails. */
    void write(String what, WriteBatch batch) {
        do {
            failures.requireUndamaged();
            requireRoom(batch.getDataSize());
            if (wasFull) {
                reopen();
            }
        } while (!written(what, batch));
    }

    /** False if RocksDB has to flush or compact first: the caller waits, so that it may see a disk that becomes full meanwhile. */
    private boolean written(String what, WriteBatch batch) {
        Lock open = lifecycle.readLock();
        open.lock();
        try (WriteOptions options = new WriteOptions().setNoSlowdown(true)) {
            RocksDatabase now = required();
            try {
                disk.beforeWrite();
                now.db().write(options, batch);
                errorsBefore = now.backgroundErrors();
                return true;
            } catch (RocksDBException e) {
                if (StoreFailures.isFull(e)) {
                    wasFull = true;
                    throw full(batch.getDataSize(), e);
                }
                if (!StoreFailures.isStall(e)) {
                    throw e;
                }
                // What it waits for may never come, once a flush or compaction has failed.
                wasFull = now.backgroundErrors() > errorsBefore;
                LockSupport.parkNanos(STALL_NANOS);
                return false;
            }
        } catch (RocksDBException e) {
            throw failures.of(what, e);
        } finally {
            open.unlock();
        }
    }

    /** A batch goes to the log, and what memtables hold into tables, before either is given back. */
    private void requireRoom(long batchBytes) {
        if (directory.toFile().getUsableSpace() < neededBytes(batchBytes)) {
            throw full(batchBytes, null);
        }
    }

    /** Where there is no directory there is no room either, and none is to be waited for. */
    private StoreException full(long batchBytes, @Nullable Throwable cause) {
        if (Files.notExists(directory)) {
            return new StoreException(
                    "the store's directory is gone, it was moved or deleted while the store was open: store="
                            + directory,
                    cause);
        }
        return new StoreFullException(directory, directory.toFile().getUsableSpace(), neededBytes(batchBytes), cause);
    }

    /** More to go on than to stop: or it would be full again at once. */
    private long neededBytes(long batchBytes) {
        return batchBytes + (wasFull ? 3 : 2) * budget.memtableBytes();
    }

    private void reopen() {
        lifecycle.writeLock().lock();
        try {
            if (database != null) {
                database.close();
                database = null;
            }
            database = RocksDatabase.open(directory, budget);
            wasFull = false;
            errorsBefore = 0;
        } catch (RocksDBException e) {
            throw StoreFailures.isFull(e)
                    ? full(0, e)
                    : failures.of("the store cannot be opened anew after its disk was full", e);
        } finally {
            lifecycle.writeLock().unlock();
        }
    }

    private RocksDatabase required() {
        RocksDatabase now = database;
        if (now == null) {
            failures.requireUndamaged();
            throw full(0, null);
        }
        return now;
    }

    @Override
    public void close() {
        lifecycle.writeLock().lock();
        try {
            if (database != null) {
                database.close();
                database = null;
            }
        } finally {
            lifecycle.writeLock().unlock();
        }
    }
}
