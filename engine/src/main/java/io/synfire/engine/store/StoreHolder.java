package io.synfire.engine.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Who has a store open for writing, in a small file beside those of RocksDB, so that a second one can be told. It says nothing about whether
 * the store is in use: only RocksDB's lock does, which goes with its process.
 */
final class StoreHolder {

    private static final String NAME = "HOLDER";

    /** Whoever opens the store writes its name right after it has the lock, and takes it away right before it gives that up. */
    private static final String UNNAMED =
            "who has it is not known, since it has just begun or is about to end: run this again";

    private static final Path HOST = Path.of("/proc/sys/kernel/hostname");
    private static final Path LOCKS = Path.of("/proc/locks");
    private static final Pattern LOCK = Pattern.compile("POSIX\\s+ADVISORY\\s+WRITE\\s+(\\d+)\\s+\\S+:(\\d+)\\s");

    private StoreHolder() {}

    /** Whether it is this process that has the store open. */
    static boolean isOwn(Path directory) throws IOException {
        return read(directory).equals(own());
    }

    /** This process, which has just taken the lock. */
    static void write(Path directory) throws IOException {
        Files.writeString(directory.resolve(NAME), own());
    }

    private static String own() throws IOException {
        ProcessHandle own = ProcessHandle.current();
        Optional<Instant> started = own.info().startInstant();
        StringBuilder line = new StringBuilder("pid=").append(own.pid());
        started.ifPresent(at -> line.append(" started=").append(at));
        if (Files.isReadable(HOST)) {
            line.append(" host=").append(Files.readString(HOST).trim());
        }
        return line.append('\n').toString();
    }

    static void remove(Path directory) throws IOException {
        Files.deleteIfExists(directory.resolve(NAME));
    }

    /** Who has the store, as far as it can be told. */
    static String of(Path directory) {
        try {
            String line = read(directory).trim();
            return line.isEmpty() ? lockOwner(directory.resolve("LOCK")) : line;
        } catch (IOException e) {
            return "who has it is not known, since " + NAME + " cannot be read: " + e.getMessage();
        }
    }

    /** Empty where nobody has written, or who has it takes it away right now. */
    private static String read(Path directory) throws IOException {
        Path file = directory.resolve(NAME);
        try {
            return Files.isRegularFile(file) ? Files.readString(file) : "";
        } catch (NoSuchFileException e) {
            return "";
        }
    }

    /** Linux lists who holds which lock; the file may have been deleted. */
    private static String lockOwner(Path lock) throws IOException {
        if (!Files.isReadable(LOCKS) || !Files.exists(lock)) {
            return UNNAMED;
        }
        String inode = String.valueOf(Files.getAttribute(lock, "unix:ino"));
        try (Stream<String> lines = Files.lines(LOCKS)) {
            return lines.map(LOCK::matcher)
                    .filter(Matcher::find)
                    .filter(matcher -> matcher.group(2).equals(inode))
                    .map(matcher -> "pid=" + matcher.group(1))
                    .findFirst()
                    .orElse(UNNAMED);
        }
    }
}
