package io.synfire.engine.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Holds a store without opening it, whatever state it is in: no other process opens it to write until this is closed, or this process ends.
 * Its directory may be moved meanwhile, so that another store takes its place. One thread at a time.
 */
public final class StoreHold implements AutoCloseable {

    private final @Nullable FileChannel lock;

    private StoreHold(@Nullable FileChannel lock) {
        this.lock = lock;
    }

    /**
     * Takes RocksDB's lock.
     *
     * @param directory the store's directory; where there is none, or an empty one, nothing is held
     * @return what is to be closed
     * @throws StoreInUseException if somebody has the store open to write, in this process or in another
     * @throws UncheckedIOException if the directory cannot be used
     */
    public static StoreHold take(Path directory) {
        try {
            return new StoreHold(isEmpty(directory) ? null : locked(directory));
        } catch (IOException e) {
            throw new UncheckedIOException("the store's directory cannot be used: store=" + directory, e);
        }
    }

    /** Whether there was anything to be held. */
    public boolean isThere() {
        return lock != null;
    }

    private static boolean isEmpty(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return true;
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.findFirst().isEmpty();
        }
    }

    private static FileChannel locked(Path directory) throws IOException {
        if (StoreHolder.isOwn(directory)) {
            // It may just be opened anew.
            throw new StoreInUseException(directory, StoreHolder.of(directory), null);
        }
        FileChannel channel = StoreLock.take(directory);
        try {
            // A killed process left it; of this one the system knows that it has the lock.
            StoreHolder.remove(directory);
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** Lets the store go. */
    @Override
    public void close() {
        try {
            if (lock != null) {
                lock.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("a store's lock cannot be let go", e);
        }
    }
}
