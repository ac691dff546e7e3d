package io.synfire.engine.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * A RocksDB with two answers to what disks do. Once damage was met, nothing is written any more. After a write that failed, it is opened
 * anew under its users before the next: RocksDB refuses to write from then on, or blocks who writes, and does not always recover by itself.
 *
 * <p>What failed may be in the log all the same: a disk may fail a write behind its last byte. So what was to be written is looked for once
 * the database is open again, and is not written a second time where it is there.
 *
 * <p>Thread-safe; one thread at a time writes.
 */
final class GuardedDatabase implements AutoCloseable {

    private static final long STALL_NANOS = 2_000_000;
    private static final String NOT_ANEW = "the store cannot be opened anew after a write had failed";

    /** What is done with the database while it cannot be closed. */
    @FunctionalInterface
    interface Call<T extends @Nullable Object> {
        T on(RocksDatabase database) throws RocksDBException;
    }

    /** Tells whether a batch is in a database that was opened anew; throws if neither with nor without it is it what it was. */
    @FunctionalInterface
    interface Outcome {
        boolean isIn(RocksDatabase database) throws RocksDBException;
    }

    private final Path directory;
    private final StoreBudget budget;
    private final DiskAccess disk;
    private final StoreFailures failures;
    private final ReadWriteLock lifecycle = new ReentrantReadWriteLock();
    /** Null between a failure and a successful opening, and once it is closed. */
    private @Nullable RocksDatabase database;

    /** Why it is null. */
    private @Nullable StoreException closedBy;

    /** A write has failed since it was opened: what it holds is not known. */
    private volatile boolean isInDoubt;

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

    /** The same for whoever has no use for a database that is not open: then nothing is done, and nobody waits until it is. */
    <T> Optional<T> ifOpen(String what, Call<T> call) {
        Lock open = lifecycle.readLock();
        if (!open.tryLock()) {
            return Optional.empty();
        }
        try {
            RocksDatabase now = database;
            return now == null ? Optional.empty() : Optional.of(call.on(now));
        } catch (RocksDBException e) {
            throw failures.of(what, e);
        } finally {
            open.unlock();
        }
    }

    /** The same for a read of one value. */
    <T extends @Nullable Object> T read(String what, ColumnFamily family, Call<T> call) {
        return call(what, database -> {
            disk.beforeRead(family);
            return call.on(database);
        });
    }

    /** The same for what is added to a batch. */
    void gather(String what, ColumnFamily family, Call<?> call) {
        call(what, database -> {
            disk.beforeGather(family);
            return call.on(database);
        });
    }

    /** The same for what changes files, other than {@link #write}. */
    void change(String what, Call<?> call) {
        call(what, database -> {
            try {
                disk.beforeChange();
                return call.on(database);
            } catch (RocksDBException e) {
                isInDoubt = true;
                throw e;
            }
        });
    }

    /**
     * Writes a batch. It is in the database when this returns, once. If this throws, whether it is there is not known, and is found out when
     * the same batch is written again.
     *
     * @param what says what cannot be written if it fails
     */
    void write(String what, WriteBatch batch, Outcome outcome) {
        do {
            failures.requireUndamaged();
            requireRoom(batch.getDataSize());
            if (isInDoubt && isInOpenedAnew(outcome)) {
                return;
            }
        } while (!written(what, batch));
    }

    /** Opens it anew if a write has failed since it was opened, and none was found out about. Not while a batch is written. */
    void settle(Outcome outcome) {
        if (isInDoubt) {
            failures.requireUndamaged();
            isInOpenedAnew(outcome);
        }
    }

    /** False if RocksDB has to flush or compact first: the caller waits, so that it may see a disk that becomes full meanwhile. */
    private boolean written(String what, WriteBatch batch) {
        Lock open = lifecycle.readLock();
        open.lock();
        try (WriteOptions options = new WriteOptions().setNoSlowdown(true)) {
            RocksDatabase now = required();
            try {
                makeRoomInMemtables(now, batch.getDataSize());
                disk.beforeWrite();
                now.db().write(options, batch);
                disk.afterWrite();
                errorsBefore = now.backgroundErrors();
                return true;
            } catch (RocksDBException e) {
                if (StoreFailures.isStall(e)) {
                    // What it waits for may never come, once a flush or compaction has failed.
                    wasFull = now.backgroundErrors() > errorsBefore;
                    isInDoubt |= wasFull;
                    LockSupport.parkNanos(STALL_NANOS);
                    return false;
                }
                isInDoubt = true;
                wasFull = StoreFailures.isFull(e);
                throw wasFull ? full(batch.getDataSize(), e) : failures.of(what, e);
            }
        } catch (RocksDBException e) {
            throw failures.of(what, e);
        } finally {
            open.unlock();
        }
    }

    /**
     * RocksDB moves what memtables hold into files beside who writes, so that a large batch would come on top of it: then that is waited for.
     */
    private void makeRoomInMemtables(RocksDatabase now, long batchBytes) throws RocksDBException {
        // In a memtable it takes about half as much again.
        if (batchBytes > 0 && now.memtableBytes() + batchBytes / 2 * 3 > 2 * budget.memtableBytes()) {
            now.flush();
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

    /** Readers wait meanwhile, and fail until it has succeeded. */
    private boolean isInOpenedAnew(Outcome outcome) {
        lifecycle.writeLock().lock();
        try {
            if (database != null) {
                database.close();
                database = null;
            }
            RocksDatabase opened = openedAnew();
            boolean isIn = isIn(opened, outcome);
            database = opened;
            closedBy = null;
            isInDoubt = false;
            wasFull = false;
            errorsBefore = 0;
            return isIn;
        } catch (StoreException e) {
            closedBy = e;
            throw e;
        } finally {
            lifecycle.writeLock().unlock();
        }
    }

    private RocksDatabase openedAnew() {
        try {
            disk.beforeOpenAnew();
            StoreOpening.requireFiles(directory, failures);
            if (!StoreOpening.exists(directory)) {
                throw failures.damaged("CURRENT", "the file is missing", null);
            }
            return StoreLock.open(directory, budget, disk);
        } catch (IOException | UncheckedIOException e) {
            throw new StoreException(NOT_ANEW + ": store=" + directory + ": " + e.getMessage(), e);
        } catch (RocksDBException e) {
            if (StoreFailures.isLocked(e)) {
                throw new StoreInUseException(directory, StoreHolder.of(directory), e);
            }
            throw StoreFailures.isFull(e) ? full(0, e) : failures.of(NOT_ANEW, e);
        }
    }

    /** Closes a database that is not what it was. */
    private boolean isIn(RocksDatabase opened, Outcome outcome) {
        try {
            disk.beforeRead(ColumnFamily.DEFAULT);
            boolean isIn = outcome.isIn(opened);
            if (!StoreHolder.isOwn(directory)) {
                // Another process had it meanwhile, and has taken its name away.
                StoreHolder.write(directory);
            }
            return isIn;
        } catch (IOException e) {
            opened.close();
            throw new StoreException(NOT_ANEW + ": store=" + directory + ": " + e.getMessage(), e);
        } catch (RocksDBException e) {
            opened.close();
            throw failures.of(NOT_ANEW, e);
        } catch (RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    private RocksDatabase required() {
        RocksDatabase now = database;
        if (now == null) {
            failures.requireUndamaged();
            StoreException why = closedBy;
            throw why == null ? new StoreException("the store is closed: store=" + directory, null) : why.again();
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
            closedBy = null;
        } finally {
            lifecycle.writeLock().unlock();
        }
    }
}
