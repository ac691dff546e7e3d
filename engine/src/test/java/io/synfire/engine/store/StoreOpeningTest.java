package io.synfire.engine.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
            store.create(Map.of("half-lives", "30d"));
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
    void aSecondWriterIsToldWhoHasTheStore() {
        try (RocksStore first = RocksStore.open(directory, BUDGET)) {
            first.create(Map.of("half-lives", "30d"));
            assertThatThrownBy(() -> RocksStore.open(directory, BUDGET).close())
                    .isInstanceOf(StoreInUseException.class)
                    .hasMessageContaining("pid=" + ProcessHandle.current().pid());
            assertThat(RocksStore.holder(directory)).isPresent();
            RocksStore.openReadOnly(directory, BUDGET).close();
        }
        assertThat(RocksStore.holder(directory)).isEmpty();
    }
}
