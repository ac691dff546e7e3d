package io.synfire.query.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Episode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a process leaves that is killed while memories are swapped, the next opens one whole memory. */
@SuppressWarnings("NullAway.Init")
final class StoreDirectoryTest {

    @TempDir
    Path data;

    @Test
    void atFirstTheStoreIsTheMemoryAndTheNextIsBuiltBesideIt() throws Exception {
        assertThat(StoreDirectory.live(data)).isEqualTo(data.resolve("store"));
        assertThat(StoreDirectory.next(data)).isEqualTo(data.resolve("store-1"));
        memory("store", "old");
        memory("store-1", "new");
        assertThat(StoreDirectory.next(data)).isEqualTo(data.resolve("store-2"));
    }

    /** Every state on the disk that the swap goes through, in its order. */
    @Test
    void afterACrashAtAnyMomentOfTheSwapOneWholeMemoryIsOpened() throws Exception {
        memory("store", "old");
        assertMemory("old");

        // Killed while the new one is being built: part of it is there.
        StoreDirectory.beginBuilding(data.resolve("store-1"));
        Files.createDirectories(data.resolve("store-1"));
        Files.writeString(data.resolve("store-1/CURRENT"), "half a store");
        Files.writeString(data.resolve("store-1.dead-letters.jsonl"), "{}");
        assertMemory("old");
        assertThat(data.resolve("store-1")).doesNotExist();
        assertThat(data.resolve("store-1.dead-letters.jsonl")).doesNotExist();

        // Killed when it is whole, and not named yet.
        StoreDirectory.beginBuilding(data.resolve("store-1"));
        memory("store-1", "given up");
        assertMemory("old");

        // Killed while the name is written: the file beside it counts nothing.
        StoreDirectory.beginBuilding(data.resolve("store-1"));
        memory("store-1", "given up");
        Files.writeString(data.resolve("store.current.new"), "store-");
        assertMemory("old");

        // Killed right after it was named.
        StoreDirectory.beginBuilding(data.resolve("store-1"));
        memory("store-1", "new");
        StoreDirectory.point(data, data.resolve("store-1"));
        assertMemory("new");
        assertPrevious("old");

        // Killed while the one before was put away: half of the one before that is still there.
        memory("store-2", "newer");
        StoreDirectory.point(data, data.resolve("store-2"));
        Files.delete(data.resolve("previous/store/CURRENT"));
        assertMemory("newer");
        assertPrevious("new");

        // Killed afterwards: nothing is left to do.
        assertThat(StoreDirectory.tidy(data)).isEmpty();
        assertMemory("newer");
        assertThat(data).isDirectoryNotContaining("glob:**.building");
    }

    @Test
    void aStoreThatNoRebuildHasLeftIsNotTakenAway() throws Exception {
        memory("store", "old");
        // As somebody makes a copy by hand.
        memory("store-7", "a copy");
        StoreDirectory.beginBuilding(data.resolve("store-8"));
        memory("store-8", "given up");
        assertThat(StoreDirectory.strangers(data)).containsExactly(data.resolve("store-7"));
        assertThat(StoreDirectory.tidy(data)).containsExactly(data.resolve("store-8"));
        assertMemory("old");
        try (Engine engine = open(data.resolve("store-7"))) {
            assertThat(engine.view().conceptOf("a copy")).isNotNegative();
        }
    }

    @Test
    void aDamagedNameIsRefused() throws Exception {
        Files.writeString(data.resolve("store.current"), "../elsewhere\n");
        assertThatThrownBy(() -> StoreDirectory.live(data))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("must name a store such as store-1")
                .hasMessageContaining("name=../elsewhere");
    }

    @Test
    void otherDirectoriesAreLeftAlone() throws Exception {
        memory("store", "old");
        for (String other : List.of("kafka", "store-old", "stores", "store-1x")) {
            Files.createDirectories(data.resolve(other));
        }
        assertThat(StoreDirectory.tidy(data)).isEmpty();
        assertThat(data.resolve("store-old")).exists();
    }

    private void memory(String store, String concept) {
        try (Engine engine = open(data.resolve(store))) {
            engine.apply(Batch.of(Episode.of(0, concept, "it")));
        }
    }

    /** As a start does. */
    private void assertMemory(String concept) throws IOException {
        try (Engine engine = open(StoreDirectory.live(data))) {
            StoreDirectory.tidy(data);
            assertThat(engine.view().conceptOf(concept)).isNotNegative();
            assertThat(engine.view().conceptCount()).isEqualTo(2);
        }
    }

    private void assertPrevious(String concept) {
        try (Engine engine = open(StoreDirectory.live(data.resolve("previous")))) {
            assertThat(engine.view().conceptOf(concept)).isNotNegative();
        }
    }

    private static Engine open(Path store) {
        return Engine.open(store, Map.of(), new EngineOptions(16 << 20), new SimpleMeterRegistry());
    }
}
