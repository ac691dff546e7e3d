package io.synfire.query.app;

import io.synfire.engine.store.LockFile;
import io.synfire.engine.store.StoreInUseException;
import io.synfire.ingest.file.Reasons;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Who may change a data directory: one process at a time. A store has a lock of its own, but it does not hold a directory in which one store
 * takes the place of another. So whoever learns, makes a backup or puts one back holds the directory as a whole, from before the first look at
 * it until the end.
 *
 * <p>The lock goes with its process, however that ends: what a killed process left hinders nobody. The file beside it only says who has it.
 */
final class DataLock implements AutoCloseable {

    private static final String LOCK = "memory.lock";
    private static final String HOLDER = "memory.holder";
    private static final Path HOST = Path.of("/proc/sys/kernel/hostname");

    /** Whoever takes the lock writes its name right after, and takes it away right before it gives the lock up. */
    private static final String UNNAMED =
            "who has it is not known, since it has just begun or is about to end: run this again";

    private static final int ATTEMPTS = 15;

    private final Path data;
    private final FileChannel channel;

    private DataLock(Path data, FileChannel channel) {
        this.data = data;
        this.channel = channel;
    }

    /**
     * Holds a data directory, which is made if it is not there.
     *
     * @param command what it is held for, such as {@code learn}; whoever comes second is told
     * @throws StoreInUseException if another has it
     * @throws IOException if it cannot be written
     */
    static DataLock take(Path data, String command) throws IOException {
        Files.createDirectories(data);
        Path holder = data.resolve(HOLDER);
        String own = own(data);
        // This process has it for longer than a moment.
        FileChannel channel = read(holder).endsWith(own) ? null : taken(data.resolve(LOCK));
        if (channel == null) {
            throw inUse(data);
        }
        try {
            Files.writeString(holder, "command=" + command + ' ' + own);
            return new DataLock(data, channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /**
     * Who holds a data directory now, which is tried for that.
     *
     * @return command, process, start and host, or empty if nobody has it
     * @throws IOException if it cannot be read
     */
    static Optional<String> holder(Path data) throws IOException {
        Path lock = data.resolve(LOCK);
        if (!Files.isRegularFile(lock)) {
            return Optional.empty();
        }
        String holder = read(data.resolve(HOLDER));
        if (holder.endsWith(own(data))) {
            return Optional.of(holder);
        }
        try (FileChannel channel = LockFile.take(lock)) {
            return channel != null ? Optional.empty() : Optional.of(holder.isEmpty() ? UNNAMED : holder);
        }
    }

    /** Whether a holder has it for a command, such as {@code serve}. */
    static boolean isFor(String command, String holder) {
        return holder.startsWith("command=" + command + ' ');
    }

    /** Whether a name in a data directory is that of a file of this lock. */
    static boolean isPart(String name) {
        return List.of(LOCK, HOLDER).contains(name);
    }

    /** The data directory that is held. */
    Path data() {
        return data;
    }

    /** Who has it, or why that is not known. */
    private static String named(Path data) {
        String holder = read(data.resolve(HOLDER));
        return holder.isEmpty() ? UNNAMED : holder;
    }

    private static StoreInUseException inUse(Path data) {
        return new StoreInUseException(StoreDirectory.live(data), named(data), null);
    }

    /** Who only asks who holds it has the lock for a moment. */
    private static @Nullable FileChannel taken(Path lock) throws IOException {
        FileChannel channel = LockFile.take(lock);
        for (int attempt = 1; channel == null && attempt < ATTEMPTS; attempt++) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            channel = LockFile.take(lock);
        }
        return channel;
    }

    /** This process in this directory: a copy of the directory is another. */
    private static String own(Path data) throws IOException {
        ProcessHandle own = ProcessHandle.current();
        Optional<Instant> started = own.info().startInstant();
        String host = Files.isReadable(HOST) ? " host=" + Files.readString(HOST).strip() : "";
        return "pid=" + own.pid() + started.map(at -> " started=" + at).orElse("") + host + " data="
                + data.toRealPath();
    }

    private static String read(Path holder) {
        try {
            return Files.readString(holder).strip();
        } catch (NoSuchFileException e) {
            return "";
        } catch (IOException e) {
            return "who has it is not known, since " + HOLDER + " cannot be read: " + Reasons.withFile(e);
        }
    }

    /** Gives it up. */
    @Override
    public void close() throws IOException {
        Files.deleteIfExists(data.resolve(HOLDER));
        channel.close();
    }
}
