package io.synfire.engine.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.rocksdb.RocksDBException;

/**
 * RocksDB's lock on a store: its file LOCK, which is a {@link LockFile}. RocksDB gives a lock to the process that has it once more, where it
 * is asked by another path. All methods are for any thread.
 */
final class StoreLock {

    private static final String NAME = "LOCK";

    private StoreLock() {}

    /** Takes the lock with RocksDB, to write. */
    static synchronized RocksDatabase open(Path directory, StoreBudget budget, DiskAccess disk)
            throws RocksDBException, IOException {
        if (LockFile.isOpenHere(directory.resolve(NAME))) {
            throw inUse(directory);
        }
        return RocksDatabase.open(directory, budget, disk);
    }

    /** Takes the lock without RocksDB; it is held until the channel is closed. */
    static synchronized FileChannel take(Path directory) throws IOException {
        FileChannel channel = LockFile.take(directory.resolve(NAME));
        if (channel == null) {
            throw inUse(directory);
        }
        return channel;
    }

    private static StoreInUseException inUse(Path directory) {
        return new StoreInUseException(directory, StoreHolder.of(directory), null);
    }
}
