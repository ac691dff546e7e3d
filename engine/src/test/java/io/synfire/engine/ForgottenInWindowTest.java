package io.synfire.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Forget;
import io.synfire.engine.event.Learned;
import io.synfire.engine.event.Retraction;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A window that goes on firing names what was forgotten for longer than the store keeps anything else of it. */
final class ForgottenInWindowTest {

    private static final long HOUR_MS = 3_600_000;
    private static final long AT_MS = 1_700_000_000_000L;
    private static final Map<String, String> FADES = Map.of("half-lives", "1h", "forget.below", "0.5");

    @TempDir
    Path directory;

    @Test
    void whatPairsWithItLateCountsTheSameAfterARestart() {
        assertThat(digestOfLate("restarted", true)).isEqualTo(digestOfLate("not", false));
    }

    @Test
    void nothingIsLeftOfAContextThatIsTakenBackAfterARestart() {
        try (Engine engine = learnLate("restarted", true)) {
            assertThat(engine.view().counts().pairs()).isPositive();
            engine.apply(batch("", new Retraction("k", List.of(), learned(), null)));
            assertThat(engine.digest().learned()).isEqualTo(digestOfForget());
            assertThat(engine.view().counts().pairs()).isZero();
        }
    }

    /** At 0 ms as at any other time: the partition has learned something. */
    @ParameterizedTest
    @ValueSource(longs = {0, 1})
    void itStaysInAPartitionThatStandsStillAtItsFirstEpisode(long firstMs) {
        long day = 24 * HOUR_MS;
        List<Long> digests = new ArrayList<>();
        for (boolean restarts : new boolean[] {false, true}) {
            String name = "first-" + restarts;
            Engine engine = open(name);
            engine.apply(batch("p1", episode("k", firstMs, "x")));
            engine.apply(batch("p0", episode(null, 10 * day, "y", "w"), new Forget("x")));
            engine.checkpoint();
            for (int i = 0; i < 2; i++) {
                engine.apply(batch("p0", episode(null, 14 * day + i, "y", "w")));
                engine.checkpoint();
            }
            if (restarts) {
                engine.close();
                engine = open(name);
            }
            engine.apply(batch("p1", episode("k", 1_000, "q")));
            digests.add(engine.digest().learned());
            engine.close();
        }
        assertThat(digests.get(1)).isEqualTo(digests.get(0));
    }

    private long digestOfLate(String name, boolean restarts) {
        try (Engine engine = learnLate(name, restarts)) {
            return engine.digest().learned();
        }
    }

    private long digestOfForget() {
        try (Engine engine = open("forget")) {
            engine.apply(batch("", new Forget("x")));
            return engine.digest().learned();
        }
    }

    private Engine learnLate(String name, boolean restarts) {
        List<Learned> all = learned();
        Engine engine = open(name);
        engine.apply(batch("", all.get(0).episode(), new Forget("x")));
        for (Learned each : all.subList(1, all.size() - 1)) {
            engine.apply(batch("", each.episode()));
            engine.checkpoint();
        }
        if (restarts) {
            engine.close();
            engine = open(name);
        }
        engine.apply(batch("", all.get(all.size() - 1).episode()));
        return engine;
    }

    /** One of what is forgotten, some over the next days, and one that comes late, a minute after the first. */
    private static List<Learned> learned() {
        List<Learned> all = new ArrayList<>();
        all.add(new Learned(episode("k", AT_MS, "x"), AT_MS));
        long clockMs = AT_MS;
        for (int i = 1; i <= 8; i++) {
            clockMs = AT_MS + 20 * HOUR_MS * i;
            all.add(new Learned(episode("k", clockMs, "q" + i), clockMs));
        }
        all.add(new Learned(episode("k", AT_MS + 60_000, "late"), clockMs));
        return all;
    }

    private static Episode episode(@Nullable String context, long atMs, String... concepts) {
        return new Episode(
                atMs, context, List.of(concepts).stream().map(Activation::of).toList(), 1, null);
    }

    private static Batch batch(String partition, Entry... entries) {
        return new Batch(partition, List.of(entries), List.of(), 0);
    }

    private Engine open(String name) {
        return Engine.open(directory.resolve(name), FADES, new EngineOptions(16L << 20), new SimpleMeterRegistry());
    }
}
