package io.synfire.ingest.kafka;

import io.synfire.engine.store.LockFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

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
            throw new BrokerInUseException(directory, own());
        }
        FileChannel channel = LockFile.take(directory.resolve(LOCK));
        if (channel == null) {
            throw new BrokerInUseException(directory, holder(holder));
        }
        try {
            Files.writeString(holder, own());
            return new BrokerLock(holder, channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
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
