package io.synfire.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.store.StoreInspection;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Contexts live in the store, not on the heap, and leave it when they expire. {@code -Dsynfire.contexts=10000000} for the full size,
 * which passes in a JVM of {@code -Xmx256m}.
 */
final class ContextScaleTest {

    private static final int CONTEXTS = Integer.getInteger("synfire.contexts", 300_000);
    private static final int BATCH = 2_000;

    @TempDir
    Path directory;

    @Test
    void manyLiveContextsStayWithinTheBudgetAndEachIsStillKnown() {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        EngineOptions options = new EngineOptions(32 << 20);
        Map<String, String> settings = Map.of("half-lives", "none", "max-gap", "10d");
        double peak = 0;
        try (Engine engine = Engine.open(directory, settings, options, meters)) {
            for (int round = 0; round < 2; round++) {
                String concept = round == 0 ? "a" : "b";
                List<Entry> batch = new ArrayList<>();
                for (int context = 0; context < CONTEXTS; context++) {
                    batch.add(new Episode(
                            1_000_000L * round + context,
                            "session-" + context,
                            List.of(Activation.of(concept)),
                            1,
                            null));
                    if (batch.size() == BATCH || context == CONTEXTS - 1) {
                        engine.apply(new Batch("", batch, List.of(), 0));
                        batch.clear();
                        peak = Math.max(
                                peak,
                                meters.get("synfire.memory.heap.bytes").gauge().value());
                    }
                }
            }
            int a = engine.view().conceptOf("a");
            assertThat(engine.view()
                            .associations(a, engine.view().watermarkMs())
                            .strength(0, 0))
                    .isEqualTo(CONTEXTS);
        }
        System.out.printf("%,d contexts: at most %,.0f bytes accounted on the heap%n", CONTEXTS, peak);
        assertThat(peak).isLessThan((double) (options.heapBytes() + (4 << 20)));
    }

    @Test
    void expiredContextsAndEventIdsLeaveTheStore() {
        Map<String, String> settings =
                Map.of("half-lives", "1h", "max-gap", "1m", "max-late", "1m", "event-id-window", "2m");
        int perRound = 5_000;
        try (Engine engine = Engine.open(directory, settings, new EngineOptions(16 << 20), new SimpleMeterRegistry())) {
            for (int round = 0; round < 10; round++) {
                List<Entry> batch = new ArrayList<>();
                for (int i = 0; i < perRound; i++) {
                    String id = round + "-" + i;
                    // Each round is half an hour of event time: far beyond any window.
                    batch.add(new Episode(round * 1_800_000L + i, id, List.of(Activation.of("a")), 1, id));
                }
                engine.apply(new Batch("", batch, List.of(), 0));
                engine.checkpoint();
            }
        }
        assertThat(StoreInspection.windows(directory)).isEqualTo(perRound);
        assertThat(StoreInspection.eventIds(directory)).isEqualTo(perRound);
    }
}
