package io.synfire.engine.store;

import java.io.IOException;
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

/**
 * A file that one process at a time locks. A POSIX lock belongs to a process: whoever opens the file once more in the process that has the
 * lock, and closes it, gives the lock up, and nobody is told. So the system is asked whether this process has the file open before it is
 * opened, and one thread at a time asks and opens. Where the system lists nowhere what a process has open, only who has the lock is asked.
 * All methods are for any thread; they cost a look at each file that the process has open.
 */
public final class LockFile {

    /** Where systems list what a process has open. Where neither is, as on Windows, a file that is locked cannot be opened at all. */
    private static final List<Path> OPEN_FILES = List.of(Path.of("/proc/self/fd"), Path.of("/dev/fd"));

    private LockFile() {}

    /**
     * Locks a file, which is made if it is not there.
     *
     * @param file the file; who opens it must do so here
     * @return what holds the lock until it is closed; null if another process has the lock, or somebody in this one the file
     * @throws IOException if it cannot be opened or locked at all; the message names it
     */
    public static synchronized @Nullable FileChannel take(Path file) throws IOException {
        if (isOpenHere(file)) {
            return null;
        }
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        boolean isLocked = false;
        try {
            isLocked = isLocked(channel, file);
            return isLocked ? channel : null;
        } finally {
            if (!isLocked) {
                channel.close();
            }
        }
    }

    /** Whether this process has a file open, by whatever name. */
    static boolean isOpenHere(Path file) throws IOException {
        if (!Files.exists(file)) {
            return false;
        }
        Object key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        for (Path files : OPEN_FILES) {
            if (key != null && Files.isDirectory(files)) {
                return isAmong(files, key);
            }
        }
        return false;
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

    /** Locks what is open, if nobody else has. */
    static boolean isLocked(FileChannel channel, Path file) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            // Another thread of this process has it.
            return false;
        } catch (IOException e) {
            throw new IOException(
                    "the file cannot be locked; its file system may have no locks: file=" + file + ": "
                            + e.getMessage(),
                    e);
        }
    }
}
