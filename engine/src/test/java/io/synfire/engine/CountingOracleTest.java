package io.synfire.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.view.Associations;
import io.synfire.engine.view.MemoryView;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With decay switched off, strengths are counts, and counts are known: exactly. */
final class CountingOracleTest {

    private static final Map<String, String> COUNTING = Map.of("half-lives", "none", "max-associations", "0");

    @TempDir
    Path directory;

    @Test
    void theGroceriesPairsAreCountedExactly() throws IOException {
        try (Engine engine = learn(DataSets.lines("groceries/groceries.csv.zst"), "\\s*,\\s*", 2000)) {
            MemoryView view = engine.view();
            assertThat(engine.digest().associations()).isEqualTo(2 * 9_636);
            assertThat(view.counts().associations()).isEqualTo(2 * 9_636);
            assertThat(sumOfAll(view)).isEqualTo(2.0 * 137_278);
            assertThat(strength(view, "other vegetables", "whole milk")).isEqualTo(736);
            assertThat(strength(view, "whole milk", "rolls/buns")).isEqualTo(557);
            assertThat(strength(view, "whole milk", "yogurt")).isEqualTo(551);
            assertThat(view.activity(0).of(view.conceptOf("whole milk"), 0)).isEqualTo(2513);
            assertThat(view.activity(0).episodes(0)).isEqualTo(9835);
        }
    }

    @Test
    void theRetailPairsAreCountedExactlyUnderASmallMemoryBudgetAndAfterReopening() throws IOException {
        try (Engine engine = learn(DataSets.lines("retail-fimi/retail.dat.zst"), " ", 5000)) {
            assertRetail(engine);
        }
        try (Engine engine = Engine.openReadOnly(directory, small(), new SimpleMeterRegistry())) {
            assertRetail(engine);
        }
    }

    private static void assertRetail(Engine engine) {
        assertThat(engine.digest().associations()).isEqualTo(2 * 3_586_797);
        assertThat(sumOfAll(engine.view())).isEqualTo(2.0 * 7_164_335);
        assertThat(strength(engine.view(), "39", "48")).isEqualTo(29_142);
        assertThat(strength(engine.view(), "48", "39")).isEqualTo(29_142);
    }

    private Engine learn(List<String> baskets, String separator, int batchSize) {
        Engine engine = Engine.open(directory, COUNTING, small(), new SimpleMeterRegistry());
        List<Entry> batch = new ArrayList<>();
        for (String basket : baskets) {
            if (!basket.isBlank()) {
                batch.add(Episode.of(0, basket.strip().split(separator)));
            }
            if (batch.size() == batchSize) {
                engine.apply(new Batch("", batch, List.of(), 0));
                batch.clear();
            }
        }
        engine.apply(new Batch("", batch, List.of(), 0));
        engine.checkpoint();
        return engine;
    }

    private static EngineOptions small() {
        return new EngineOptions(32 << 20);
    }

    private static double strength(MemoryView view, String cue, String target) {
        Associations associations = view.associations(view.conceptOf(cue), view.watermarkMs());
        return associations.strength(associations.indexOf(view.conceptOf(target)), 0);
    }

    private static double sumOfAll(MemoryView view) {
        double sum = 0;
        for (int cue = 0; cue < view.conceptCount(); cue++) {
            Associations associations = view.associations(cue, 0);
            for (int i = 0; i < associations.size(); i++) {
                sum += associations.strength(i, 0);
            }
        }
        return sum;
    }
}
