package io.synfire.engine.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.synfire.engine.event.Position;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store of format 4 is refused, left as it is, and still tells its settings and positions. */
final class OlderFormatTest {

    private static final StoreBudget BUDGET = new StoreBudget(1 << 20, 1 << 20);

    @TempDir
    Path directory;

    @Test
    void itTellsItsSettingsAndThePositionsOfItsLastCheckpoint() throws Exception {
        Format4Store.in(directory);
        StoreOutline outline = RocksStore.outline(directory).orElseThrow();
        assertThat(outline.format()).isEqualTo(4);
        assertThat(outline.settings())
                .containsAllEntriesOf(Map.of(
                        "half-lives", "1d,30d",
                        "kernel", "reciprocal",
                        "max-gap", "45m",
                        "max-steps", "15",
                        "backward", "0.25",
                        "normalization", "none",
                        "event-id-window", "1d"))
                .hasSize(15);
        assertThat(outline.positions())
                .containsExactly(
                        new Position("file:/srv/shop/sessions.jsonl", "", 0, 4, -1),
                        new Position("kafka:synfire.episodes", "5TJN7KeVSZqCyj_ZR06Gsw", 0, 3, 0));
    }

    @Test
    void itIsRefusedWithTheCommandThatLearnsItsLogAnewAndLeftAsItIs() throws Exception {
        Path store = directory.resolve("data/store");
        Format4Store.in(store);
        byte[] log = Files.readAllBytes(store.resolve("000017.log"));
        assertThatThrownBy(() -> RocksStore.open(store, BUDGET).close())
                .isInstanceOf(StoreFormatException.class)
                .hasMessageContaining("format=4 readable=5")
                .hasMessageEndingWith("synfire rebuild --data " + directory.resolve("data") + " --into "
                        + directory.resolve("data") + "-rebuilt");
        assertThatThrownBy(() -> RocksStore.openReadOnly(store, BUDGET).close())
                .isInstanceOf(StoreFormatException.class);
        assertThat(RocksStore.outline(store)).isPresent();
        assertThat(log).isNotEmpty();
    }

    @Test
    void oneThatLearnedNothingHasNoPositions() throws Exception {
        Format4Store.in(directory);
        StoreInspection.change(
                directory, database -> database.db().delete(database.handle(ColumnFamily.DEFAULT), Keys.checkpoint()));
        assertThat(RocksStore.outline(directory).orElseThrow().positions()).isEmpty();
    }

    @Test
    void otherFormatsTellNothing() throws Exception {
        Format4Store.in(directory);
        for (byte format : new byte[] {3, StoreOpening.FORMAT, 6}) {
            StoreInspection.setFormat(directory, format);
            assertThat(RocksStore.outline(directory)).isEmpty();
        }
        List<Position> positions = List.of(new Position("file:/a", "", 0, 1, -1));
        Format4Store.in(directory.resolve("changed"), positions);
        assertThat(RocksStore.outline(directory.resolve("changed"))
                        .orElseThrow()
                        .positions())
                .isEqualTo(positions);
    }

    @Test
    void aRecordThatIsCutShortIsDamage() throws Exception {
        Format4Store.in(directory);
        StoreInspection.change(directory, database -> database.db()
                .put(database.handle(ColumnFamily.DEFAULT), Keys.checkpoint(), new byte[] {1, 2, 3}));
        assertThatThrownBy(() -> RocksStore.outline(directory))
                .isInstanceOf(StoreDamagedException.class)
                .hasMessageContaining("checkpoint record of format 4");
    }
}
