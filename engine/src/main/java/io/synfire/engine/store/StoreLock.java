package io.synfire.engine.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;

/**
 * RocksDB's lock on a store: its file LOCK. A POSIX lock belongs to a process. Whoever opens the file once more in the process that has the
 * lock, and closes it, gives the lock up, and nobody is told; and a second lock is given to the same process. So the system is asked whether
 * this process has the file open before anybody opens it, and one thread at a time asks and opens. All methods are for any thread.
 */
final class StoreLock {

    private static final String NAME = "LOCK";

    /** Where systems list what a process has open. Where neither is, as on Windows, a file that is locked cannot be opened at all. */
    private static final List<Path> OPEN_FILES = List.of(Path.of("/proc/self/fd"), Path.of("/dev/fd"));

    private StoreLock() {}

    /** Takes the lock with RocksDB, to write. */
    static synchronized RocksDatabase open(Path directory, StoreBudget budget) throws RocksDBException, IOException {
        requireNotOpenHere(directory);
        return RocksDatabase.open(directory, budget);
    }

    /** Takes the lock without RocksDB; it is held until the channel is closed. */
    static synchronized FileChannel take(Path directory) throws IOException {
        requireNotOpenHere(directory);
        FileChannel channel =
                FileChannel.open(directory.resolve(NAME), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (!isLocked(channel, directory.resolve(NAME))) {
                throw inUse(directory);
            }
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static void requireNotOpenHere(Path directory) throws IOException {
        Path lock = directory.resolve(NAME);
        if (!Files.exists(lock)) {
            return;
        }
        Object key = Files.readAttributes(lock, BasicFileAttributes.class).fileKey();
        for (Path files : OPEN_FILES) {
            if (key != null && Files.isDirectory(files)) {
                if (isAmong(files, key)) {
                    throw inUse(directory);
                }
                return;
            }
        }
    }

    private static boolean isAmong(Path files, Object key) throws IOException {
        try (Stream<Path> open = Files.list(files)) {
            for (Path file : (Iterable<Path>) open::iterator) {
                if (key.equals(keyOf(file))) {
                    return true;
                }
            }
            return false;
        }
    }

    private static @Nullable Object keyOf(Path open) throws IOException {
        try {
            return Files.readAttributes(open, BasicFileAttributes.class).fileKey();
        } catch (NoSuchFileException e) {
            // Closed meanwhile.
            return null;
        }
    }

    private static boolean isLocked(FileChannel channel, Path file) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            // Another thread of this process holds it.
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "the file cannot be locked; its file system may have no locks: file=" + file + ": "
                            + e.getMessage(),
                    e);
        }
    }

    private static StoreInUseException inUse(Path directory) {
        return new StoreInUseException(directory, StoreHolder.of(directory), null);
    }
}
