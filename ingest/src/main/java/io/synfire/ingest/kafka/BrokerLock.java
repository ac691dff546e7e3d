package io.synfire.ingest.kafka;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who has the directory of a broker: one process at a time, from before its broker starts until it has stopped. The lock goes with its process,
 * however that ends; the file beside it only says who has it, for whoever comes second. Two brokers that start on one directory would both
 * fail, and take their processes with them.
 */
final class BrokerLock implements AutoCloseable {

    private static final String LOCK = "broker.lock";
    private static final String HOLDER = "broker.holder";

    private final Path holder;
    private final FileChannel channel;

    private BrokerLock(Path holder, FileChannel channel) {
        this.holder = holder;
        this.channel = channel;
    }

    /**
     * Takes a directory.
     *
     * @throws BrokerInUseException if another has it
     * @throws IOException if it cannot be written
     */
    static BrokerLock take(Path directory) throws IOException {
        Path holder = directory.resolve(HOLDER);
        if (holder(holder).equals(own())) {
            // To open the lock's file once more, and close it, would give up this process's own lock.
            throw new BrokerInUseException(directory, own());
        }
        FileChannel channel =
                FileChannel.open(directory.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (lock(channel, directory.resolve(LOCK)) == null) {
                throw new BrokerInUseException(directory, holder(holder));
            }
            Files.writeString(holder, own());
            return new BrokerLock(holder, channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static @Nullable FileLock lock(FileChannel channel, Path file) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        } catch (IOException e) {
            throw new IOException(
                    "the file cannot be locked; its file system may have no locks: file=" + file + ": "
                            + e.getMessage(),
                    e);
        }
    }

    /** This process. */
    private static String own() {
        ProcessHandle own = ProcessHandle.current();
        Optional<Instant> started = own.info().startInstant();
        return "pid=" + own.pid() + started.map(at -> " started=" + at).orElse("");
    }

    private static String holder(Path file) {
        try {
            String line = Files.exists(file) ? Files.readString(file).strip() : "";
            return line.isEmpty() ? "pid=unknown" : line;
        } catch (IOException e) {
            return "pid=unknown (" + e.getMessage() + ')';
        }
    }

    /** Gives it up. */
    @Override
    public void close() throws IOException {
        Files.deleteIfExists(holder);
        channel.close();
    }
}
