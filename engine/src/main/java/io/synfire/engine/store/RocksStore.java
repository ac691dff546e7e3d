package io.synfire.engine.store;

import io.synfire.engine.event.LearnedAnew;
import io.synfire.engine.learn.ContextWindow;
import io.synfire.engine.learn.Salt;
import io.synfire.engine.store.ForgottenHashes.HashTaker;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDB;
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

    private static final byte[] NOTHING = new byte[0];
    static final byte[] SETTINGS_KEY = Keys.utf8("settings");
    static final byte[] ID_KEY = Keys.utf8("id");
    private static final byte[] SALT_KEY = Keys.utf8("salt");

    private final Path directory;
    private final GuardedDatabase database;
    private final StoreFailures failures;
    private final StoreUpkeep upkeep;
    private final StoredForgets forgets;
    private final StoredRetractions retractions;
    private final StoreContents contents;
    private final Commits commits;
    private final boolean writable;
    private boolean closed;

    RocksStore(Path directory, GuardedDatabase database, StoreFailures failures, boolean writable) {
        this.directory = directory;
        this.database = database;
        this.failures = failures;
        this.upkeep = new StoreUpkeep(directory, database, failures);
        this.forgets = new StoredForgets(database, failures);
        this.retractions = new StoredRetractions(database, failures);
        this.contents = new StoreContents(database, failures);
        this.commits = new Commits(directory, database, failures);
        this.writable = writable;
    }

    /**
     * Opens a store for writing; creates it if there is none.
     *
     * @param directory its directory
     * @param budget what RocksDB may use
     * @return the store
     * @throws StoreInUseException if another writer has it open
     * @throws StoreFormatException if another version wrote it
     * @throws StoreDamagedException if something of it is damaged or missing
     */
    public static RocksStore open(Path directory, StoreBudget budget) {
        return open(directory, budget, DiskAccess.REAL);
    }

    static RocksStore open(Path directory, StoreBudget budget, DiskAccess disk) {
        RocksStore store = new StoreOpening(directory, budget, disk).open();
        try {
            store.commits.compareWithMark();
            return store;
        } catch (RuntimeException e) {
            store.close();
            throw e;
        }
    }

    /**
     * Opens an existing store beside its writer, as of its last checkpoint.
     *
     * @param directory its directory
     * @param budget what RocksDB may use
     * @return a store that only reads
     * @throws IllegalArgumentException if there is no store in the directory
     * @throws StoreFormatException if another version wrote it
     * @throws StoreDamagedException if something of it is damaged or missing
     */
    public static RocksStore openReadOnly(Path directory, StoreBudget budget) {
        return new StoreOpening(directory, budget, DiskAccess.REAL).openReadOnly();
    }

    /**
     * What a store of an older format says about itself, as of its last checkpoint: enough to learn its log anew.
     *
     * @param directory its directory
     * @return its settings and positions, or empty if it has this format or one that is unknown
     * @throws IllegalArgumentException if there is no store in the directory
     * @throws StoreDamagedException if what it says cannot be read
     */
    public static Optional<StoreOutline> outline(Path directory) {
        return new StoreOpening(directory, new StoreBudget(0, 0), DiskAccess.REAL).outline();
    }

    /**
     * How many checkpoints that were committed are no longer there: the end of the write-ahead log is gone. What they held is read again from
     * its source.
     *
     * @return at least 0; 0 for a store that only reads
     */
    public long lostCheckpoints() {
        return commits.lostCheckpoints();
    }

    /**
     * The first damage that was met since the store was opened, by whoever met it.
     *
     * @return the damage, or empty if none was met
     */
    public Optional<StoreDamagedException> damage() {
        return Optional.ofNullable(failures.damage());
    }

    /**
     * Notes damage that was found in what the store holds, though each value of it can be read.
     *
     * @param detail what was found
     * @return the damage, to be thrown
     */
    public StoreDamagedException damaged(String detail) {
        return failures.damaged(null, detail, null);
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
        return Optional.of(settings(bytes, failures));
    }

    /** Settings as {@link #create} wrote them. */
    static Map<String, String> settings(byte[] bytes, StoreFailures failures) {
        Map<String, String> settings = new LinkedHashMap<>();
        new String(bytes, StandardCharsets.UTF_8).lines().forEach(line -> {
            int split = line.indexOf('=');
            if (split < 1) {
                throw failures.damaged(null, "settings hold a line without a key: line=" + line, null);
            }
            settings.put(line.substring(0, split), line.substring(split + 1));
        });
        return settings;
    }

    /**
     * Writes settings, salt and format into a new store, to the disk.
     *
     * @param settings values by key
     * @param salt by which ids are hashed while the store is open
     */
    public void create(Map<String, String> settings, Salt salt) {
        StringBuilder lines = new StringBuilder();
        settings.forEach(
                (key, value) -> lines.append(key).append('=').append(value).append('\n'));
        database.change("the store cannot be created", open -> {
            try (WriteBatch batch = new WriteBatch();
                    WriteOptions durable = new WriteOptions().setSync(true)) {
                batch.put(open.handle(ColumnFamily.DEFAULT), StoreOpening.FORMAT_KEY, new byte[] {StoreOpening.FORMAT});
                batch.put(open.handle(ColumnFamily.DEFAULT), SETTINGS_KEY, Keys.utf8(lines.toString()));
                batch.put(open.handle(ColumnFamily.DEFAULT), SALT_KEY, salt.toBytes());
                open.db().write(durable, batch);
                return batch;
            }
        });
    }

    /**
     * What tells the store from every other; copies of it have the same.
     *
     * @return its id, or empty if it has none yet
     */
    public Optional<String> id() {
        byte[] bytes = get(ColumnFamily.DEFAULT, ID_KEY);
        return bytes == null ? Optional.empty() : Optional.of(Keys.text(bytes));
    }

    /**
     * Gives the store its id, on the disk.
     *
     * @param id what no other store has
     */
    public void keepId(String id) {
        byte[] bytes = Keys.utf8(id);
        keep("the store's id cannot be written", ID_KEY, bytes);
        commits.identified(bytes);
    }

    private void keep(String failure, byte[] key, byte[] value) {
        database.change(failure, open -> {
            try (WriteOptions durable = new WriteOptions().setSync(true)) {
                open.db().put(open.handle(ColumnFamily.DEFAULT), durable, key, value);
                return value;
            }
        });
    }

    /**
     * By which ids are hashed while the store is open; copies of it have the same.
     *
     * @return its salt, or empty if it has none: one that was made before stores had salts
     */
    public Optional<Salt> salt() {
        byte[] bytes = get(ColumnFamily.DEFAULT, SALT_KEY);
        if (bytes != null && bytes.length != Salt.BYTES) {
            throw failures.damaged(null, "a salt has " + Salt.BYTES + " bytes: bytes=" + bytes.length, null);
        }
        return Optional.ofNullable(bytes).map(Salt::of);
    }

    /**
     * Gives the store its salt, on the disk.
     *
     * @param salt by which ids are hashed while it is open
     */
    public void keepSalt(Salt salt) {
        keep("the store's salt cannot be written", SALT_KEY, salt.toBytes());
    }

    /**
     * The last checkpoint.
     *
     * @param horizons how many horizons the memory keeps
     * @return its record, or empty if there was none
     */
    public Optional<CheckpointRecord> lastCheckpoint(int horizons) {
        byte[] bytes = get(ColumnFamily.DEFAULT, Keys.checkpoint());
        return bytes == null
                ? Optional.empty()
                : Optional.of(failures.decoded(() -> CheckpointRecord.ofBytes(bytes, horizons)));
    }

    /**
     * The associations of a cue. Costs a read of one key, 5 to 12 µs for a row that is not huge.
     *
     * @param cue its int
     * @param horizons how many horizons the memory keeps
     * @return what is stored of its row, or null if nothing is
     */
    public @Nullable StoredRow row(int cue, int horizons) {
        byte[] bytes = get(ColumnFamily.ROWS, Keys.key(cue));
        return bytes == null ? null : failures.decoded(() -> new StoredRow(Row.listOf(cue, bytes, horizons)));
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
        int length = database.read("the store cannot be read", ColumnFamily.ROWS, open -> open.db()
                .get(open.handle(ColumnFamily.ROWS), Keys.key(cue), NOTHING));
        return length == RocksDB.NOT_FOUND ? 0 : length;
    }

    /**
     * Whether there are rows of such cues.
     *
     * @param cue the least of them
     * @return true if there is at least one
     */
    public boolean hasRowsFrom(int cue) {
        return database.call("the store cannot be read", open -> {
            try (RocksIterator iterator = open.db().newIterator(open.handle(ColumnFamily.ROWS))) {
                iterator.seek(Keys.key(cue));
                boolean has = iterator.isValid();
                iterator.status();
                return has;
            }
        });
    }

    /**
     * What a context remembers.
     *
     * @param key where it was written
     * @param hashes takes those of what it names, if that was forgotten
     * @return its window, or null if it has none there
     */
    public @Nullable ContextWindow window(PeriodKey key, HashTaker hashes) {
        byte[] bytes = get(ColumnFamily.CONTEXTS, key.toBytes());
        return bytes == null ? null : failures.decoded(() -> WindowBytes.read(key.id(), bytes, hashes));
    }

    /**
     * When an event id was seen.
     *
     * @param key where it was written
     * @return its partition's clock then, or -1 if it was not
     */
    public long eventIdClock(PeriodKey key) {
        byte[] bytes = get(ColumnFamily.EVENT_IDS, key.toBytes());
        return bytes == null ? -1 : failures.decoded(() -> new ByteSource("event id " + key.id(), bytes).varint());
    }

    /**
     * How often an episode came late, after a concept that it names was forgotten.
     *
     * @param retired the int that the concept had
     * @param episode hash of the episode
     * @return both counts, 0 if it never did
     */
    public LateCount lateEpisode(int retired, long episode) {
        byte[] bytes = get(ColumnFamily.LATE_EPISODES, Keys.key(retired, episode));
        return bytes == null ? LateCount.NONE : failures.decoded(() -> LateCount.ofBytes(retired, bytes));
    }

    /**
     * How far the log was learned anew.
     *
     * @return how far the sources had been read when it was; nothing if it was learned live
     */
    public LearnedAnew learnedAnew() {
        byte[] bytes = get(ColumnFamily.DEFAULT, LearnedAnewBytes.KEY);
        return bytes == null ? LearnedAnew.nothing() : failures.decoded(() -> LearnedAnewBytes.read(bytes));
    }

    /**
     * Begins a checkpoint. Nothing is written before its commit.
     *
     * @return an empty checkpoint, to be closed
     */
    public CheckpointWriter beginCheckpoint() {
        if (!writable) {
            throw new IllegalStateException("a store opened for reading cannot be written: store=" + directory);
        }
        return new CheckpointWriter(this);
    }

    /**
     * What is left of concepts that were forgotten.
     *
     * @return the same at each call
     */
    public StoredForgets forgets() {
        return forgets;
    }

    /**
     * The retractions that wait.
     *
     * @return the same at each call
     */
    public StoredRetractions retractions() {
        return retractions;
    }

    /**
     * All of a kind that it holds.
     *
     * @return the same at each call
     */
    public StoreContents contents() {
        return contents;
    }

    /**
     * Opens the store anew if a write has failed since it was opened, a flush say, and compares what it holds with what was committed. Not
     * while a checkpoint is written, which does so itself.
     *
     * @throws StoreException if it cannot be opened; it may be tried again
     * @throws StoreDamagedException if it is not what was committed
     */
    public void settle() {
        commits.settle();
    }

    /**
     * What is done with its files beside reading and writing.
     *
     * @return the same at each call
     */
    public StoreUpkeep upkeep() {
        return upkeep;
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
        return database.call("RocksDB has no such figure: property=" + property, open -> open.db()
                .getAggregatedLongProperty(property));
    }

    /**
     * What RocksDB takes off the heap. Any thread; waits for nobody.
     *
     * @return bytes, 0 each while the database is not open: a write has failed, and it is to be opened anew, or it is closed
     */
    public StoreMemory memory() {
        return database.ifOpen("RocksDB does not say what it takes: store=" + directory, RocksDatabase::memory)
                .orElse(StoreMemory.NONE);
    }

    /** Releases everything. Idempotent. No other call may be under way. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        database.close();
        if (writable) {
            StoreOpening.released(directory);
        }
    }

    Commits commits() {
        return commits;
    }

    GuardedDatabase database() {
        return database;
    }

    /** Whether the default column family has a key. */
    boolean holdsAnything() {
        return database.call("the store cannot be read", open -> {
            try (RocksIterator iterator = open.db().newIterator(open.handle(ColumnFamily.DEFAULT))) {
                iterator.seekToFirst();
                boolean holds = iterator.isValid();
                iterator.status();
                return holds;
            }
        });
    }

    byte @Nullable [] get(ColumnFamily family, byte[] key) {
        return database.read(
                "the store cannot be read", family, open -> open.db().get(open.handle(family), key));
    }
}
