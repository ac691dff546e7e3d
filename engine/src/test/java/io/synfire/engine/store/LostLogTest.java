package io.synfire.engine.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.FlushOptions;
import org.rocksdb.RocksDBException;

/** A loss of power takes what was not synced, and not in the order in which it was written. */
final class LostLogTest {

    private static final StoreBudget BUDGET = new StoreBudget(1 << 20, 8 << 20);

    /** Longer than several blocks of a log: what follows a damaged record is then in blocks that are not damaged. */
    private static final int VALUE_BYTES = 200_000;

    @TempDir
    Path directory;

    @Test
    void withoutTheEndOfOneLogWhatIsInTheNextIsNotThereEither() throws Exception {
        Path store = directory.resolve("store");
        Path lost = directory.resolve("lost");
        try (RocksDatabase database = RocksDatabase.open(store, BUDGET, DiskAccess.REAL)) {
            put(database, "first");
            long length = Files.size(logs(store).get(0));
            put(database, "second");
            // What goes into the next log while the one before is not in a file, and so not synced.
            database.db().pauseBackgroundWork();
            try (FlushOptions begun = new FlushOptions().setWaitForFlush(false)) {
                database.db().flush(begun, database.handle(ColumnFamily.ROWS));
            }
            put(database, "third");
            copy(store, lost);
            database.db().continueBackgroundWork();
            List<Path> logs = logs(lost);
            assertThat(logs).hasSize(2);
            try (RandomAccessFile log = new RandomAccessFile(logs.get(0).toFile(), "rw")) {
                log.setLength(length);
            }
        }
        try (RocksDatabase database = RocksDatabase.open(lost, BUDGET, DiskAccess.REAL)) {
            assertThat(has(database, "first")).isTrue();
            assertThat(has(database, "second")).isFalse();
            assertThat(has(database, "third")).isFalse();
        }
        try (RocksDatabase database = RocksDatabase.open(store, BUDGET, DiskAccess.REAL)) {
            assertThat(has(database, "second") && has(database, "third")).isTrue();
        }
    }

    @Test
    void withoutOneRecordOfALogWhatIsBehindItIsNotThereEither() throws Exception {
        Path store = directory.resolve("store");
        Path damaged = directory.resolve("damaged");
        try (RocksDatabase database = RocksDatabase.open(store, BUDGET, DiskAccess.REAL)) {
            put(database, "first");
            long length = Files.size(logs(store).get(0));
            put(database, "second");
            put(database, "third");
            copy(store, damaged);
            try (RandomAccessFile log =
                    new RandomAccessFile(logs(damaged).get(0).toFile(), "rw")) {
                log.seek(length + VALUE_BYTES / 2);
                log.write('?');
            }
        }
        try (RocksDatabase database = RocksDatabase.open(damaged, BUDGET, DiskAccess.REAL)) {
            assertThat(has(database, "first")).isTrue();
            assertThat(has(database, "second")).isFalse();
            assertThat(has(database, "third")).isFalse();
        }
    }

    private static void put(RocksDatabase database, String key) throws RocksDBException {
        database.db().put(database.handle(ColumnFamily.ROWS), bytes(key), new byte[VALUE_BYTES]);
    }

    private static boolean has(RocksDatabase database, String key) throws RocksDBException {
        return database.db().get(database.handle(ColumnFamily.ROWS), bytes(key)) != null;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static List<Path> logs(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".log"))
                    .sorted()
                    .toList();
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }
}
