package io.synfire.engine.store;

import io.synfire.engine.event.Retraction;
import io.synfire.engine.learn.ContextWindow;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * The store of one memory: rows, marginals, the dictionary, context windows and the checkpoint record, in one RocksDB.
 *
 * <p>Reads see the last checkpoint and may come from any thread. Checkpoints come from one thread at a time. Every method throws
 * {@link StoreException} if the disk fails or what it read is damaged.
 */
public final class RocksStore implements AutoCloseable {

    private static final byte FORMAT = 4;
    private static final byte[] NOTHING = new byte[0];
    private static final byte[] FORMAT_KEY = utf8("format");
    private static final byte[] SETTINGS_KEY = utf8("settings");
    private static final byte[] CHECKPOINT_KEY = utf8("checkpoint");
    private static final int SECONDARY_TRIES = 5;

    private final Path directory;
    private final RocksDatabase database;
    private final @Nullable Path secondary;
    private boolean closed;

    private RocksStore(Path directory, RocksDatabase database, @Nullable Path secondary) {
        this.directory = directory;
        this.database = database;
        this.secondary = secondary;
    }

    /**
     * Opens a store for writing; creates it if there is none.
     *
     * @param directory its directory
     * @param budget what RocksDB may use
     * @return the store
     * @throws StoreInUseException if another writer has it open
     */
    public static RocksStore open(Path directory, StoreBudget budget) {
        try {
            Files.createDirectories(directory);
            return checked(new RocksStore(directory, RocksDatabase.open(directory, budget), null));
        } catch (IOException e) {
            throw new UncheckedIOException("the store's directory cannot be made: store=" + directory, e);
        } catch (RocksDBException e) {
            if (String.valueOf(e.getMessage()).contains("lock")) {
                throw new StoreInUseException(directory, e);
            }
            throw new StoreException("the store cannot be opened: store=" + directory + ": " + e.getMessage(), e);
        }
    }

    /**
     * Opens an existing store beside its writer, as of its last checkpoint.
     *
     * @param directory its directory
     * @param budget what RocksDB may use
     * @return a store that only reads
     * @throws IllegalArgumentException if there is no store in the directory
     */
    public static RocksStore openSecondary(Path directory, StoreBudget budget) {
        if (!Files.isRegularFile(directory.resolve("CURRENT"))) {
            throw new IllegalArgumentException("there is no store here: store=" + directory);
        }
        // A file may be compacted away between reading the manifest and opening it; the next look sees the newer
        // manifest.
        for (int attempt = 1; ; attempt++) {
            Path own = temporaryDirectory();
            try {
                return checked(new RocksStore(directory, RocksDatabase.openSecondary(directory, own, budget), own));
            } catch (RocksDBException e) {
                deleteTree(own);
                if (String.valueOf(e.getMessage()).contains("Column family not found")) {
                    throw new StoreException(
                            "the store has a format that this version does not read: store=" + directory + " readable="
                                    + FORMAT,
                            e);
                }
                if (attempt == SECONDARY_TRIES) {
                    throw new StoreException("the store cannot be read: store=" + directory + ": " + e.getMessage(), e);
                }
            }
        }
    }

    /**
     * Which RocksDB this is.
     *
     * @return its version
     */
    public static String rocksDbVersion() {
        RocksDB.loadLibrary();
        RocksDB.Version version = RocksDB.rocksdbVersion();
        return version.getMajor() + "." + version.getMinor() + "." + version.getPatch();
    }

    /**
     * The learning settings the store was created with.
     *
     * @return values by key, or empty if it is new
     */
    public Optional<Map<String, String>> settings() {
        byte[] bytes = get(ColumnFamily.DEFAULT, SETTINGS_KEY);
        if (bytes == null) {
            return Optional.empty();
        }
        Map<String, String> settings = new LinkedHashMap<>();
        new String(bytes, StandardCharsets.UTF_8).lines().forEach(line -> {
            int split = line.indexOf('=');
            if (split < 1) {
                throw new StoreException(
                        "the store is damaged: settings hold a line without a key: line=" + line, null);
            }
            settings.put(line.substring(0, split), line.substring(split + 1));
        });
        return Optional.of(settings);
    }

    /**
     * Writes settings and format into a new store, to the disk.
     *
     * @param settings values by key
     */
    public void create(Map<String, String> settings) {
        StringBuilder lines = new StringBuilder();
        settings.forEach(
                (key, value) -> lines.append(key).append('=').append(value).append('\n'));
        try (WriteBatch batch = new WriteBatch();
                WriteOptions durable = new WriteOptions().setSync(true)) {
            batch.put(database.handle(ColumnFamily.DEFAULT), FORMAT_KEY, new byte[] {FORMAT});
            batch.put(database.handle(ColumnFamily.DEFAULT), SETTINGS_KEY, utf8(lines.toString()));
            database.db().write(durable, batch);
        } catch (RocksDBException e) {
            throw new StoreException("the store cannot be created: store=" + directory + ": " + e.getMessage(), e);
        }
    }

    /**
     * The last checkpoint.
     *
     * @param horizons how many horizons the memory keeps
     * @return its record, or empty if there was none
     */
    public Optional<CheckpointRecord> lastCheckpoint(int horizons) {
        byte[] bytes = get(ColumnFamily.DEFAULT, CHECKPOINT_KEY);
        return bytes == null ? Optional.empty() : Optional.of(CheckpointRecord.ofBytes(bytes, horizons));
    }

    /**
     * The associations of a cue. Costs a read of one key, 5 to 12 µs for a row that is not huge.
     *
     * @param cue its int
     * @param horizons how many horizons the memory keeps
     * @return what is stored of its row, or null if nothing is
     */
    public @Nullable StoredRow row(int cue, int horizons) {
        byte[] bytes = get(ColumnFamily.ROWS, key(cue));
        return bytes == null ? null : new StoredRow(Row.listOf(cue, bytes, horizons));
    }

    /**
     * How many associations the row of a cue holds, at most, told by its length alone: nothing is copied or decoded.
     *
     * @param cue its int
     * @param horizons how many horizons the memory keeps
     * @return at least their number, less than twice as much; 0 if it has no row
     */
    public int rowSizeMax(int cue, int horizons) {
        return Row.sizeMax(rowBytes(cue), horizons);
    }

    /**
     * How many bytes are stored of a cue's row.
     *
     * @param cue its int
     * @return 0 if it has none
     */
    public int rowBytes(int cue) {
        try {
            int length = database.db().get(database.handle(ColumnFamily.ROWS), key(cue), NOTHING);
            return length == RocksDB.NOT_FOUND ? 0 : length;
        } catch (RocksDBException e) {
            throw new StoreException("the store cannot be read: store=" + directory, e);
        }
    }

    /**
     * What a context remembers.
     *
     * @param key where it was written
     * @return its window, or null if it has none there
     */
    public @Nullable ContextWindow window(PeriodKey key) {
        byte[] bytes = get(ColumnFamily.CONTEXTS, key.toBytes());
        return bytes == null ? null : WindowBytes.read(key.id(), bytes);
    }

    /**
     * When an event id was seen.
     *
     * @param key where it was written
     * @return its partition's clock then, or -1 if it was not
     */
    public long eventIdClock(PeriodKey key) {
        byte[] bytes = get(ColumnFamily.EVENT_IDS, key.toBytes());
        return bytes == null ? -1 : new ByteSource("event id " + key.id(), bytes).varint();
    }

    /** Takes the concepts of the dictionary. */
    public interface ConceptVisitor {
        /**
         * Takes a concept.
         *
         * @param concept its int
         * @param utf8 its id
         */
        void concept(int concept, byte[] utf8);

        /**
         * Takes a concept that was forgotten.
         *
         * @param concept its int
         * @param hash hash of the id it had
         * @param watermarkMs the watermark when it was forgotten
         */
        void retired(int concept, long hash, long watermarkMs);
    }

    /** Takes one retraction that waits. */
    @FunctionalInterface
    public interface RetractionVisitor {
        /**
         * Takes a retraction.
         *
         * @param number its number
         * @param retraction what waits
         */
        void retraction(long number, Retraction retraction);
    }

    /** Takes one marginal. */
    @FunctionalInterface
    public interface MarginalVisitor {
        /**
         * Takes a marginal.
         *
         * @param concept the concept's int
         * @param marginal its activation mass
         */
        void marginal(int concept, StoredMarginal marginal);
    }

    /**
     * Reads the whole dictionary, in rising order.
     *
     * @param visitor takes each concept
     */
    public void concepts(ConceptVisitor visitor) {
        scan(ColumnFamily.CONCEPTS, (key, value) -> {
            int concept = ByteBuffer.wrap(key).getInt();
            if (value.length > 0 && value[0] == RetiredBytes.MARK) {
                RetiredBytes.read(concept, value, visitor);
            } else {
                visitor.concept(concept, value);
            }
        });
    }

    /**
     * Reads all retractions that wait, in the order of their numbers.
     *
     * @param visitor takes each retraction
     */
    public void retractions(RetractionVisitor visitor) {
        scan(
                ColumnFamily.RETRACTIONS,
                (key, value) -> visitor.retraction(ByteBuffer.wrap(key).getLong(), RetractionBytes.read(value)));
    }

    /**
     * Reads all marginals, in rising order.
     *
     * @param horizons how many horizons the memory keeps
     * @param visitor takes each marginal
     */
    public void marginals(int horizons, MarginalVisitor visitor) {
        scan(ColumnFamily.MARGINALS, (key, value) -> {
            int concept = ByteBuffer.wrap(key).getInt();
            visitor.marginal(concept, StoredMarginal.ofBytes(concept, value, horizons));
        });
    }

    /**
     * Begins a checkpoint. Nothing is written before its commit.
     *
     * @return an empty checkpoint, to be closed
     */
    public CheckpointWriter beginCheckpoint() {
        if (secondary != null) {
            throw new IllegalStateException("a store opened for reading cannot be written: store=" + directory);
        }
        return new CheckpointWriter(database, directory);
    }

    /**
     * A figure that RocksDB keeps, summed over all column families.
     *
     * @param property its name, such as {@code rocksdb.total-sst-files-size}
     * @return the figure
     */
    public synchronized long figure(String property) {
        if (closed) {
            return 0;
        }
        try {
            return database.db().getAggregatedLongProperty(property);
        } catch (RocksDBException e) {
            throw new StoreException("RocksDB has no such figure: property=" + property, e);
        }
    }

    /**
     * Moves the last checkpoints out of the write-ahead log, so that the next to open the store has little to read.
     *
     * @throws StoreException if it cannot be written; nothing is lost by that
     */
    public void flush() {
        try {
            database.flush();
        } catch (RocksDBException e) {
            throw new StoreException("the store cannot be flushed: store=" + directory + ": " + e.getMessage(), e);
        }
    }

    /** Releases everything. Idempotent. No other call may be under way. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        database.close();
        if (secondary != null) {
            deleteTree(secondary);
        }
    }

    static byte[] key(int concept) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(concept).array();
    }

    static byte[] key(long number) {
        return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static byte[] checkpointKey() {
        return CHECKPOINT_KEY.clone();
    }

    private static RocksStore checked(RocksStore store) {
        byte[] format = store.get(ColumnFamily.DEFAULT, FORMAT_KEY);
        if (format != null && (format.length != 1 || format[0] != FORMAT)) {
            store.close();
            throw new StoreException(
                    "the store has a format that this version does not read: store=" + store.directory + " format="
                            + format[0] + " readable=" + FORMAT,
                    null);
        }
        return store;
    }

    private byte @Nullable [] get(ColumnFamily family, byte[] key) {
        try {
            return database.db().get(database.handle(family), key);
        } catch (RocksDBException e) {
            throw new StoreException("the store cannot be read: store=" + directory + ": " + e.getMessage(), e);
        }
    }

    private void scan(ColumnFamily family, BiConsumer<byte[], byte[]> visitor) {
        try (RocksIterator iterator = database.db().newIterator(database.handle(family))) {
            for (iterator.seekToFirst(); iterator.isValid(); iterator.next()) {
                visitor.accept(iterator.key(), iterator.value());
            }
            // An iterator over a damaged file just ends.
            iterator.status();
        } catch (RocksDBException e) {
            throw new StoreException("the store cannot be read: store=" + directory + ": " + e.getMessage(), e);
        }
    }

    private static Path temporaryDirectory() {
        try {
            return Files.createTempDirectory("synfire-reader");
        } catch (IOException e) {
            throw new UncheckedIOException("a reader needs a temporary directory", e);
        }
    }

    private static void deleteTree(Path root) {
        try (Stream<Path> tree = Files.walk(root)) {
            List<Path> deepestFirst = tree.sorted(Comparator.reverseOrder()).toList();
            for (Path path : deepestFirst) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("a reader's temporary directory cannot be deleted: directory=" + root, e);
        }
    }
}
