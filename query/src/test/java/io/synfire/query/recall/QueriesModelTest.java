package io.synfire.query.recall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.LogProperty;
import io.synfire.engine.NaiveMemory;
import io.synfire.engine.NaiveMemory.Edge;
import io.synfire.engine.RandomLog;
import io.synfire.engine.RandomLog.Shape;
import io.synfire.engine.event.Batch;
import io.synfire.engine.learn.LearningSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every measure at every horizon is what the definitions give for a memory of plain maps, on a thousand random logs. */
final class QueriesModelTest {

    private static final int LOGS = Integer.getInteger("synfire.logs", 1_000);

    @TempDir
    Path directory;

    private final AtomicLong compared = new AtomicLong();

    @Test
    void everyMeasureAtEveryHorizonEqualsTheReference() {
        LogProperty.holdsForAll(
                50_000,
                LOGS,
                seed -> RandomLog.of(
                        seed, new Shape(40, 12, new SplittableRandom(seed).nextLong(1_000, 40_000_000), 3, true)),
                seed -> log -> {
                    Map<String, String> given = settings(new SplittableRandom(seed));
                    LearningSettings settings = LearningSettings.parse(given);
                    NaiveMemory reference = new NaiveMemory(settings);
                    Path path = directory.resolve("s" + seed + "-" + System.nanoTime());
                    try (Engine engine =
                            Engine.open(path, given, new EngineOptions(16 << 20), new SimpleMeterRegistry())) {
                        log.forEach(line -> {
                            engine.apply(new Batch(line.partition(), List.of(line.entry()), List.of(), 0));
                            reference.apply(line.partition(), line.entry());
                        });
                        Queries queries = new Queries(engine.view());
                        for (Edge edge : reference.edges()) {
                            Answers.Explanation answer = queries.explain(ExplainQuery.of(edge.cue(), edge.target()));
                            for (int h = 0; h < settings.horizonCount(); h++) {
                                compare(answer.horizons().get(h).forward(), reference, edge, h);
                            }
                        }
                    }
                });
        assertThat(compared.get()).as("measures compared").isGreaterThan(100L * LOGS);
    }

    private void compare(Answers.Direction found, NaiveMemory reference, Edge edge, int h) {
        long atMs = reference.watermarkMs();
        double s = reference.strength(edge, h, atMs);
        double mass = reference.mass(edge, h, atMs);
        double a = reference.activation(edge.cue(), h, atMs);
        double b = reference.activation(edge.target(), h, atMs);
        double n = reference.episodes(h, atMs);
        assertThat(found.strength()).as("%s", edge).isCloseTo(s, within(1e-5 * mass + 0x1p-99));
        // Where what was learned has nearly been taken back, a measure says nothing: its sums are what roundings left.
        boolean isSound = Math.abs(s) > 0.05 * mass
                && mass > 0x1p-60
                && a > 0.05 * reference.activationMass(edge.cue(), h, atMs)
                && b > 0.05 * reference.activationMass(edge.target(), h, atMs)
                && Math.min(a, b) > 0x1p-60
                && n > 0.05;
        if (!isSound) {
            return;
        }
        double k11 = Math.min(Math.max(s, 0), Math.min(a, b));
        double pmi = log2(k11 * n / (a * b));
        same(found, Measure.CONFIDENCE, s / a, 0);
        same(found, Measure.LIFT, s * n / (a * b), 0);
        same(found, Measure.COSINE, s / Math.sqrt(a * b), 0);
        boolean hasTable = s > 0;
        same(found, Measure.PMI, hasTable ? pmi : null, 1e-3);
        double information = -log2(k11 / n);
        if (!hasTable || Math.abs(information) > 0.05) {
            same(found, Measure.NPMI, hasTable ? pmi / information : null, 1e-2);
        }
        same(found, Measure.JACCARD, hasTable ? k11 / (a + b - k11) : null, 0);
        double k22 = Math.max(0, n - a - b + k11);
        double whole = a + b - k11 + k22;
        double llr = 2
                * (part(k11, a, b, whole)
                        + part(a - k11, a, a - k11 + k22, whole)
                        + part(b - k11, b - k11 + k22, b, whole)
                        + part(k22, b - k11 + k22, a - k11 + k22, whole));
        same(found, Measure.LLR, hasTable ? Math.max(0, llr) : null, 1e-3 * (1 + a + b + n));
    }

    private void same(Answers.Direction found, Measure measure, @Nullable Double expected, double absolute) {
        compared.incrementAndGet();
        Double actual = found.measures().get(measure);
        if (expected == null) {
            assertThat(actual).as("%s", measure).isNull();
        } else {
            assertThat(actual)
                    .as("%s", measure)
                    .isNotNull()
                    .isCloseTo(expected, within(1e-3 * Math.abs(expected) + absolute));
        }
    }

    /** One cell of G², k·ln(k/expected). */
    private static double part(double k, double row, double column, double whole) {
        return k <= 0 ? 0 : k * Math.log(k * whole / (row * column));
    }

    private static double log2(double x) {
        return Math.log(x) / Math.log(2);
    }

    private static Map<String, String> settings(SplittableRandom random) {
        String[] halfLives = {"none", "30d", "1h,1d,30d", "10m,none"};
        return Map.of(
                "half-lives", halfLives[random.nextInt(halfLives.length)],
                "rule", random.nextBoolean() ? "hebb" : "stdp",
                "max-gap", random.nextBoolean() ? "2h" : "5d",
                "event-id-window", random.nextBoolean() ? "0ms" : "1d",
                "normalization", random.nextBoolean() ? "episode" : "none",
                "max-associations", "0");
    }
}
