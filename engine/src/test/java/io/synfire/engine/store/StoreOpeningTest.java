package io.synfire.engine.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.synfire.engine.learn.Salt;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;

/** A store of another layout is refused by its number and left as it is; one that is in use, by who has it. */
final class StoreOpeningTest {

    private static final StoreBudget BUDGET = new StoreBudget(1 << 20, 1 << 20);

    @TempDir
    Path directory;

    private void create() {
        try (RocksStore store = RocksStore.open(directory, BUDGET)) {
            store.create(Map.of("half-lives", "30d"), Salt.draw());
        }
    }

    private void assertRefused(String found) {
        assertThatThrownBy(() -> RocksStore.open(directory, BUDGET).close())
                .isInstanceOf(StoreFormatException.class)
                .hasMessageContaining(found)
                .hasMessageContaining("readable=5")
                .hasMessageContaining("synfire rebuild");
        assertThatThrownBy(() -> RocksStore.openReadOnly(directory, BUDGET).close())
                .isInstanceOf(StoreFormatException.class);
    }

    @Test
    void anOlderOrNewerFormatIsRefusedByItsNumber() {
        for (byte format : new byte[] {3, 6}) {
            create();
            StoreInspection.setFormat(directory, format);
            assertRefused("format=" + format);
            StoreInspection.setFormat(directory, StoreOpening.FORMAT);
        }
    }

    @Test
    void aStoreWithoutAFormatIsNotTakenForANewOne() {
        create();
        StoreInspection.change(directory, database -> database.db()
                .delete(database.handle(ColumnFamily.DEFAULT), StoreOpening.FORMAT_KEY));
        assertRefused("format=none");
    }

    @Test
    void unknownColumnFamiliesAreNamed() {
        create();
        StoreInspection.change(directory, database -> {
            try (ColumnFamilyHandle added =
                    database.db().createColumnFamily(new ColumnFamilyDescriptor(Keys.utf8("synapses")))) {
                assertThat(added.getID()).isPositive();
            }
        });
        assertRefused("unknownColumnFamilies=[synapses]");
    }

    @Test
    void anOlderStoreGetsNoColumnFamiliesBeforeItIsRefused() throws Exception {
        RocksDB.loadLibrary();
        try (Options options = new Options().setCreateIfMissing(true);
                RocksDB db = RocksDB.open(options, directory.toString())) {
            db.put(StoreOpening.FORMAT_KEY, new byte[] {2});
        }
        assertRefused("format=2");
        try (Options options = new Options()) {
            List<byte[]> families = RocksDB.listColumnFamilies(options, directory.toString());
            assertThat(families).hasSize(1);
        }
    }

    @Test
    void aSecondWriterIsToldWhoHasTheStore() throws Exception {
        try (RocksStore first = RocksStore.open(directory, BUDGET)) {
            first.create(Map.of("half-lives", "30d"), Salt.draw());
            assertThatThrownBy(() -> RocksStore.open(directory, BUDGET).close())
                    .isInstanceOf(StoreInUseException.class)
                    .hasMessageContaining(own());
            assertThatThrownBy(() -> StoreHold.take(directory))
                    .isInstanceOf(StoreInUseException.class)
                    .hasMessageContaining(own());
            // To ask has not let the lock go.
            assertThat(another()).contains("a store has one writer at a time").contains(own());
            RocksStore.openReadOnly(directory, BUDGET).close();
        }
        StoreHold.take(directory).close();
        RocksStore.open(directory, BUDGET).close();
    }

    /** To open the lock's file in this process, and to close it, would let the lock go. */
    @Test
    void whoAsksForAStoreThatThisProcessHasDoesNotLetItsLockGo() throws Exception {
        Path link = directory.resolveSibling(directory.getFileName() + "-link");
        try (RocksStore first = RocksStore.open(directory, BUDGET)) {
            first.create(Map.of("half-lives", "30d"), Salt.draw());
            Files.createSymbolicLink(link, directory);
            assertThat(another()).contains("a store has one writer at a time").contains(own());
            for (boolean isHolderThere : new boolean[] {true, false}) {
                for (Path path : List.of(directory, link)) {
                    if (!isHolderThere) {
                        Files.deleteIfExists(directory.resolve("HOLDER"));
                    }
                    assertThatThrownBy(() -> StoreHold.take(path)).isInstanceOf(StoreInUseException.class);
                    assertThatThrownBy(() -> RocksStore.open(path, BUDGET).close())
                            .isInstanceOf(StoreInUseException.class);
                }
                assertThat(another()).contains("a store has one writer at a time");
            }
            assertThat(another(link)).contains("a store has one writer at a time");
        } finally {
            Files.deleteIfExists(link);
        }
        assertThat(another()).isEqualTo("opened");
        try (StoreHold held = StoreHold.take(directory)) {
            assertThat(held.isThere()).isTrue();
            assertThatThrownBy(() -> RocksStore.open(directory, BUDGET).close())
                    .isInstanceOf(StoreInUseException.class);
            assertThatThrownBy(() -> StoreHold.take(directory)).isInstanceOf(StoreInUseException.class);
            assertThat(another()).contains("a store has one writer at a time");
        }
        RocksStore.open(directory, BUDGET).close();
    }

    @Test
    void aStoreThatIsHeldIsOpenedByNoOtherProcessWhereverItIsMoved() throws Exception {
        create();
        // Of a process that was killed: it is not this one that has the store.
        Files.writeString(directory.resolve("HOLDER"), "pid=1 started=2011-12-09T12:00:00Z\n");
        Path moved = directory.resolveSibling(directory.getFileName() + "-moved");
        try (StoreHold held = StoreHold.take(directory)) {
            assertThat(held).isNotNull();
            assertThat(another()).contains("a store has one writer at a time").contains(own());
            assertThat(StoreHolder.of(directory)).isEqualTo(own());
            Files.move(directory, moved);
            create();
            Files.move(moved, directory.resolve("moved"));
            assertThat(another(directory.resolve("moved"))).contains("a store has one writer at a time");
        }
        assertThat(another(directory.resolve("moved"))).isEqualTo("opened");
        assertThat(another()).isEqualTo("opened");
        // Where no store is, nothing is held and nothing made.
        StoreHold.take(moved).close();
        assertThat(moved).doesNotExist();
        StoreHold.take(Files.createDirectory(moved)).close();
        assertThat(moved).isEmptyDirectory();
    }

    /** Between the lock and its name another process may look. */
    @Test
    void whoHasItWithoutANameIsToldOfInASentence() throws Exception {
        Path nameless = Files.createDirectory(directory.resolveSibling(directory.getFileName() + "-nameless"));
        String unnamed = "who has it is not known, since it has just begun or is about to end: run this again";
        assertThat(StoreHolder.of(nameless)).isEqualTo(unnamed);
        Files.writeString(nameless.resolve("HOLDER"), "");
        Files.writeString(nameless.resolve("LOCK"), "");
        assertThat(StoreHolder.of(nameless)).isEqualTo(unnamed);
    }

    private static String own() {
        return "pid=" + ProcessHandle.current().pid();
    }

    private String another() throws Exception {
        return another(directory);
    }

    /** What another process says that opens the store to write. */
    private static String another(Path store) throws Exception {
        Process other = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Other.class.getName(),
                        store.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(other.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(other.waitFor()).as(said).isZero();
        return said.strip();
    }

    /** Another process. */
    static final class Other {
        private Other() {}

        public static void main(String[] arguments) {
            try (RocksStore store = RocksStore.open(Path.of(arguments[0]), BUDGET)) {
                assertThat(store).isNotNull();
                System.out.println("opened");
            } catch (StoreInUseException e) {
                System.out.println(e.getMessage());
            }
        }
    }
}
