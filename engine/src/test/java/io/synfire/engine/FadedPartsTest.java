package io.synfire.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Episode;
import io.synfire.engine.view.Associations;
import io.synfire.engine.view.MemoryView;
import io.synfire.engine.view.ReadTime;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What has faded has faded as a whole: parts of it, each of which is too weak by itself, are not lost for lying apart in the store. */
final class FadedPartsTest {

    private static final long HALF_LIFE_MS = 3_600_000;
    private static final long START_MS = 32_016 * HALF_LIFE_MS;

    /** Half a half-life beyond what a unit has to fade altogether: two together are still there. */
    private static final long LATER_MS = START_MS + 100 * HALF_LIFE_MS + HALF_LIFE_MS / 2;

    @TempDir
    Path directory;

    @Test
    void twoHalvesOfARowInTheStoreAreAskedForAsOne() {
        try (Engine engine = open()) {
            // So long a row that what comes later is appended to it.
            String[] row = new String[80];
            row[0] = "a";
            for (int i = 1; i < row.length; i++) {
                row[i] = "w" + i;
            }
            engine.apply(Batch.of(Episode.of(START_MS - 200 * HALF_LIFE_MS, row)));
            engine.apply(Batch.of(Episode.of(START_MS, "a", "b")));
        }
        try (Engine engine = open()) {
            engine.apply(Batch.of(Episode.of(START_MS, "a", "b")));
            engine.checkpoint();
            engine.apply(Batch.of(Episode.of(LATER_MS, "a", "c")));
            assertTwoUnits(engine);
            long state = engine.digest().state();
            engine.checkpoint();
            assertTwoUnits(engine);
            assertThat(engine.digest().state()).isEqualTo(state);
            engine.apply(Batch.of(Episode.of(LATER_MS, "a", "d")));
            assertTwoUnits(engine);
        }
        try (Engine engine = open()) {
            assertTwoUnits(engine);
        }
    }

    private static void assertTwoUnits(Engine engine) {
        MemoryView view = engine.view();
        Associations row = view.associations(view.conceptOf("a"), ReadTime.at(LATER_MS));
        int index = row.indexOf(view.conceptOf("b"));
        assertThat(index).isNotNegative();
        double expected = 2 * Math.pow(2, -100.5);
        assertThat(row.strength(index, 0)).isCloseTo(expected, within(1e-6 * expected));
    }

    private Engine open() {
        return Engine.open(
                directory,
                Map.of("half-lives", "1h", "max-associations", "0", "forget.below", "0"),
                new EngineOptions(64 << 20),
                new SimpleMeterRegistry());
    }
}
