package io.synfire.engine.simulation;

import io.synfire.engine.store.FaultyDisk;
import io.synfire.engine.store.RocksStore;
import io.synfire.engine.store.StoreBudget;
import io.synfire.engine.store.StoreLayout;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The files of a store. A crash leaves them as they lie at that moment; of what was not synced of the newest write-ahead log, a loss of
 * power may leave less, and a bad disk something else. Older files are synced before the next refers to them.
 */
final class SimulatedDisk implements AutoCloseable {

    private final Path root;
    private final StoreBudget budget;
    private final SplittableRandom random;
    private final FaultyDisk faults = new FaultyDisk();
    private final StoreLayout layout;
    private Path directory;
    private Path syncedLog = Path.of("none");
    private long syncedBytes;
    private int copies;

    /**
     * A disk on which there is nothing.
     *
     * @param flushesWhenItLikes whether RocksDB may flush when it was not told to
     * @param onFlush hears, on a thread of RocksDB's, that a flush has begun
     */
    SimulatedDisk(Path root, boolean flushesWhenItLikes, SplittableRandom random, Runnable onFlush) {
        this.root = root;
        this.budget = new StoreBudget(1 << 20, flushesWhenItLikes ? 1 << 20 : 8 << 20);
        this.random = random;
        this.layout = new StoreLayout(random.split(), flushesWhenItLikes, family -> onFlush.run());
        faults.lay(layout);
        this.directory = root.resolve("store0");
    }

    Path directory() {
        return directory;
    }

    FaultyDisk faults() {
        return faults;
    }

    /** Opens the store; {@code onWrite} hears of each checkpoint that the disk takes. */
    RocksStore open(Runnable onWrite) {
        return faults.open(directory, budget, onWrite);
    }

    /** A new store was created: its first write is synced. */
    void created() {
        syncedLog = newestLog();
        syncedBytes = length(syncedLog);
    }

    /** What the files are if nothing happens from now on; the old ones go on to be used by who has them open. */
    Path copy() {
        Path copy = nextCopy();
        // Compaction may be at work, and a copy is to be of one moment.
        for (Map<String, Long> before = listing(); ; before = listing()) {
            try {
                Files.createDirectories(copy);
                for (String name : before.keySet()) {
                    Files.copy(directory.resolve(name), copy.resolve(name));
                }
                if (listing().equals(before)) {
                    return copy;
                }
            } catch (NoSuchFileException e) {
                // Compacted away meanwhile.
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            delete(copy);
        }
    }

    /** Goes on with a copy. */
    void moveTo(Path copy) {
        Path log = syncedLog.getFileName();
        delete(directory);
        directory = copy;
        syncedLog = copy.resolve(log == null ? Path.of("none") : log);
    }

    /** The last record of the log is torn. Says whether there was any. */
    boolean tear() {
        Path log = newestLog();
        long length = length(log);
        return cut(log, Math.max(0, length - 1 - random.nextInt((int) Math.min(Math.max(length, 1), 100))));
    }

    /** What was not synced is lost, from a random point on. Says whether there was any. */
    boolean losePower() {
        Path log = newestLog();
        Path before = logBefore(log);
        if (Files.exists(before)) {
            // Between two logs: of the older one something may be gone, and of the newer one all that is in it, or
            // nothing.
            long synced = before.equals(syncedLog) ? syncedBytes : 0;
            boolean hasLost = cut(before, synced + random.nextLong(Math.max(1, length(before) - synced + 1)));
            if (random.nextBoolean()) {
                hasLost |= cut(log, 0);
            }
            return hasLost;
        }
        long synced = log.equals(syncedLog) ? syncedBytes : 0;
        long length = length(log);
        return cut(log, synced + random.nextLong(Math.max(1, length - synced + 1)));
    }

    /** A byte that was not synced is another one. Says whether there was any. */
    boolean flip() {
        Path log = newestLog();
        long synced = log.equals(syncedLog) ? syncedBytes : 0;
        long length = length(log);
        if (length <= synced) {
            return false;
        }
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "rw")) {
            long at = synced + random.nextLong(length - synced);
            file.seek(at);
            int was = file.read();
            file.seek(at);
            file.write(was ^ (1 << random.nextInt(8)));
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How long the newest log is, which tells how much was written since the last file. */
    long logBytes() {
        return length(newestLog());
    }

    long tables() {
        return listing().keySet().stream().filter(name -> name.endsWith(".sst")).count();
    }

    @Override
    public void close() {
        layout.close();
        delete(root);
    }

    private Path newestLog() {
        return logBefore(directory.resolve("~"));
    }

    private Path logBefore(Path log) {
        return listing().keySet().stream()
                .filter(name -> name.endsWith(".log") && name.compareTo(String.valueOf(log.getFileName())) < 0)
                .max(Comparator.naturalOrder())
                .map(directory::resolve)
                .orElse(Path.of("none"));
    }

    private Map<String, Long> listing() {
        Map<String, Long> lengths = new TreeMap<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                lengths.put(String.valueOf(file.getFileName()), length(file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return lengths;
    }

    private static long length(Path file) {
        return file.toFile().length();
    }

    private static boolean cut(Path log, long length) {
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "rw")) {
            boolean isCut = length < file.length();
            file.setLength(Math.min(length, file.length()));
            return isCut;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A directory that is not there yet. */
    Path nextCopy() {
        return root.resolve("store" + ++copies);
    }

    /** Deletes a directory, if it is there. */
    void delete(Path tree) {
        if (Files.notExists(tree)) {
            return;
        }
        try (Stream<Path> files = Files.walk(tree)) {
            List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
            for (Path file : deepestFirst) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
