package io.synfire.engine.store;

import io.synfire.engine.event.Position;
import io.synfire.engine.learn.LearningSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.DBOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/**
 * Opens what is in a directory, if it is what it should be: a store of this format with all of its files, or nothing at all. RocksDB would make a
 * new database where the file that names the manifest is gone, and column families where an older format has none.
 */
final class StoreOpening {

    static final byte FORMAT = 5;
    static final byte[] FORMAT_KEY = Keys.utf8("format");

    private static final int READER_TRIES = 16;
    private static final long READER_PAUSE_NANOS = 20_000_000;

    private final Path directory;
    private final StoreBudget budget;
    private final DiskAccess disk;
    private final StoreFailures failures;

    StoreOpening(Path directory, StoreBudget budget, DiskAccess disk) {
        this.directory = directory;
        this.budget = budget;
        this.disk = disk;
        this.failures = new StoreFailures(directory);
    }

    RocksStore open() {
        try {
            Files.createDirectories(directory);
            requireFiles(directory, failures);
            if (exists(directory)) {
                requireFamilies();
            }
            disk.beforeOpen();
            RocksDatabase database = StoreLock.open(directory, budget, disk);
            GuardedDatabase guarded = new GuardedDatabase(directory, budget, database, disk, failures);
            RocksStore store = checked(new RocksStore(directory, guarded, failures, true));
            return held(store);
        } catch (IOException e) {
            throw new UncheckedIOException("the store's directory cannot be used: store=" + directory, e);
        } catch (RocksDBException e) {
            if (StoreFailures.isLocked(e)) {
                throw new StoreInUseException(directory, StoreHolder.of(directory), e);
            }
            if (StoreFailures.isFull(e)) {
                throw new StoreFullException(
                        directory, directory.toFile().getUsableSpace(), 2 * budget.memtableBytes(), e);
            }
            throw failures.of("the store cannot be opened", e);
        }
    }

    RocksStore openReadOnly() {
        // Files may be deleted between reading the manifest and opening them; the next look sees the newer manifest.
        for (int attempt = 1; ; attempt++) {
            try {
                Set<String> logs = logs();
                requireFiles(directory, failures);
                if (!exists(directory)) {
                    throw new IllegalArgumentException("there is no store here: store=" + directory);
                }
                requireFamilies();
                RocksDatabase database = RocksDatabase.openReadOnly(directory, budget, disk);
                RocksStore store = new RocksStore(
                        directory, new GuardedDatabase(directory, budget, database, disk, failures), failures, false);
                if (logs().containsAll(logs)) {
                    return checked(store);
                }
                // A table may have taken the place of a log that was looked for in vain.
                store.close();
                if (attempt == READER_TRIES) {
                    throw new StoreException(
                            "the store's writer is too busy for a reader to open it, try again: store=" + directory
                                    + " attempts=" + attempt,
                            null);
                }
            } catch (RocksDBException e) {
                if (attempt == READER_TRIES) {
                    throw failures.of("the store cannot be read", e);
                }
            } catch (IOException e) {
                throw new UncheckedIOException("the store's directory cannot be read: store=" + directory, e);
            }
            LockSupport.parkNanos(READER_PAUSE_NANOS);
        }
    }

    /** What a store of an older format says about itself, or empty if it has this format or an unknown one. */
    Optional<StoreOutline> outline() {
        try {
            if (!Files.isDirectory(directory)) {
                throw new IllegalArgumentException("there is no store here: store=" + directory);
            }
            requireFiles(directory, failures);
            if (!exists(directory)) {
                throw new IllegalArgumentException("there is no store here: store=" + directory);
            }
            return inDefault(this::outline);
        } catch (RocksDBException e) {
            throw failures.of("the store cannot be read", e);
        } catch (IOException e) {
            throw new UncheckedIOException("the store's directory cannot be read: store=" + directory, e);
        }
    }

    private Optional<StoreOutline> outline(RocksDB db, ColumnFamilyHandle family) throws RocksDBException {
        byte[] format = db.get(family, FORMAT_KEY);
        byte[] settings = db.get(family, RocksStore.SETTINGS_KEY);
        if (format == null || format.length != 1 || format[0] != Format4.FORMAT || settings == null) {
            return Optional.empty();
        }
        byte[] record = db.get(family, Keys.checkpoint());
        return failures.decoded(() -> {
            Map<String, String> learning = RocksStore.settings(settings, failures);
            int horizons = LearningSettings.parse(learning).horizonCount();
            List<Position> positions = record == null ? List.of() : Format4.positions(record, horizons);
            return Optional.of(new StoreOutline(Format4.FORMAT, learning, positions));
        });
    }

    private Set<String> logs() throws IOException {
        if (!Files.isDirectory(directory)) {
            throw new IllegalArgumentException("there is no store here: store=" + directory);
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> name.endsWith(".log"))
                    .collect(Collectors.toSet());
        }
    }

    private RocksStore held(RocksStore store) throws IOException {
        try {
            StoreHolder.write(directory);
            return store;
        } catch (IOException e) {
            store.close();
            throw e;
        }
    }

    /** Says that nobody holds the store any more. */
    static void released(Path directory) {
        try {
            // Another process may have taken the store while it was opened anew.
            if (StoreHolder.isOwn(directory)) {
                StoreHolder.remove(directory);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the store's directory cannot be written: store=" + directory, e);
        }
    }

    static boolean exists(Path directory) {
        return Files.isRegularFile(directory.resolve("CURRENT"));
    }

    /** What RocksDB would not miss: the file that names the manifest, and the end of the manifest. */
    static void requireFiles(Path directory, StoreFailures failures) throws IOException {
        if (!exists(directory)) {
            if (CheckpointMark.exists(directory) || !TableFiles.in(directory).isEmpty()) {
                throw failures.damaged("CURRENT", "the file is missing", null);
            }
            return;
        }
        CheckpointMark mark = CheckpointMark.read(directory).orElse(null);
        if (mark == null || !mark.manifest().equals(CheckpointMark.currentManifest(directory))) {
            return;
        }
        Path manifest = directory.resolve(mark.manifest());
        if (Files.isRegularFile(manifest) && Files.size(manifest) < mark.manifestBytes()) {
            throw failures.damaged(
                    mark.manifest(),
                    "the file is cut short: bytes=" + Files.size(manifest) + " expected=" + mark.manifestBytes(),
                    null);
        }
    }

    /** Before RocksDB could make those that are missing. */
    private void requireFamilies() throws RocksDBException {
        Set<String> found = new TreeSet<>();
        try (Options options = new Options()) {
            RocksDB.listColumnFamilies(options, directory.toString()).forEach(name -> found.add(Keys.text(name)));
        }
        Set<String> known = new TreeSet<>();
        for (ColumnFamily family : ColumnFamily.values()) {
            known.add(Keys.text(family.nameBytes()));
        }
        if (found.equals(known)) {
            return;
        }
        byte[] format = inDefault((db, family) -> db.get(family, FORMAT_KEY));
        if (format != null) {
            requireFormat(format);
        } else if (known.containsAll(found) && isEmpty()) {
            // It was being created when its process ended.
            return;
        }
        found.removeAll(known);
        throw new StoreFormatException(
                directory, format == null ? "format=none" : "unknownColumnFamilies=" + found, FORMAT);
    }

    private RocksStore checked(RocksStore store) {
        try {
            byte[] format = store.get(ColumnFamily.DEFAULT, FORMAT_KEY);
            if (format != null) {
                requireFormat(format);
            } else if (store.holdsAnything()) {
                throw new StoreFormatException(directory, "format=none", FORMAT);
            }
            return store;
        } catch (RuntimeException e) {
            store.close();
            throw e;
        }
    }

    private void requireFormat(byte[] format) {
        if (format.length != 1) {
            throw failures.damaged(null, "the format is one byte: bytes=" + format.length, null);
        }
        if (format[0] != FORMAT) {
            throw new StoreFormatException(directory, "format=" + format[0], FORMAT);
        }
    }

    private boolean isEmpty() throws RocksDBException {
        return inDefault((db, family) -> {
            try (RocksIterator iterator = db.newIterator(family)) {
                iterator.seekToFirst();
                boolean empty = !iterator.isValid();
                iterator.status();
                return empty;
            }
        });
    }

    /** Reads the one column family that every RocksDB has. */
    private interface Read<T extends @Nullable Object> {
        T in(RocksDB db, ColumnFamilyHandle family) throws RocksDBException;
    }

    private <T extends @Nullable Object> T inDefault(Read<T> read) throws RocksDBException {
        List<ColumnFamilyHandle> opened = new ArrayList<>();
        try (DBOptions options = RocksDatabase.optionsThatTrackLogs();
                RocksDB db = RocksDB.openReadOnly(
                        options,
                        directory.toString(),
                        List.of(new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY)),
                        opened)) {
            try {
                return read.in(db, opened.get(0));
            } finally {
                opened.forEach(ColumnFamilyHandle::close);
            }
        }
    }
}
