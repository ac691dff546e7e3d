package io.synfire.query.recall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.LogProperty;
import io.synfire.engine.NaiveDigest;
import io.synfire.engine.NaiveMemory;
import io.synfire.engine.NaiveMemory.Edge;
import io.synfire.engine.RandomLog;
import io.synfire.engine.RandomLog.Line;
import io.synfire.engine.RandomLog.Shape;
import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Retraction;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.view.Trials.Unit;
import io.synfire.query.recall.Answers.Direction;
import io.synfire.query.recall.AssociationsQuery.Scoring;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every measure at every horizon, and of blends, is what the definitions give for a memory of plain maps, on random memories of
 * four kinds: plain, normalised, of strengths and rewards, and of sessions with negative gains; all under decay, retractions and forgetting. {@code
 * -Dsynfire.memories=1000} tries a thousand.
 */
final class MeasuresModelTest {

    private static final int LOGS = Integer.getInteger("synfire.memories", 1_000);

    /** What a memory is made of. */
    private enum Regime {
        PLAIN,
        NORMALISED,
        WEIGHED,
        SESSIONS
    }

    @TempDir
    Path directory;

    private final Map<Regime, Integer> sums = new EnumMap<>(Regime.class);
    private final Map<Regime, Integer> measures = new EnumMap<>(Regime.class);
    private final Map<Unit, Integer> units = new EnumMap<>(Unit.class);

    @Test
    void everyMeasureOfEveryMemoryEqualsTheNaiveTable() {
        LogProperty.holdsForAll(50_000, LOGS, MeasuresModelTest::log, seed -> log -> check(seed, log));
        System.out.println(
                "sums compared: " + sums + ", measures of the reference compared: " + measures + ", trials: " + units);
        for (Regime regime : Regime.values()) {
            assertThat(sums.get(regime)).as("sums, %s", regime).isGreaterThan(30 * LOGS);
            assertThat(measures.get(regime)).as("measures, %s", regime).isGreaterThan(30 * LOGS);
        }
        // Plain ones, and others of which all that is not plain was taken back.
        assertThat(units.get(Unit.EPISODES)).isGreaterThan(LOGS / 5);
    }

    private static Regime regime(long seed) {
        return Regime.values()[(int) (seed % 4)];
    }

    private static List<Line> log(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Line> log = RandomLog.of(seed, new Shape(40, 12, random.nextLong(1_000, 40_000_000), 3, true));
        return log.stream().flatMap(line -> ofRegime(regime(seed), line)).toList();
    }

    /** A record as it is in a log of a kind. */
    private static Stream<Line> ofRegime(Regime regime, Line line) {
        Entry entry = line.entry();
        if (entry instanceof Episode episode) {
            return Stream.of(new Line(line.partition(), ofRegime(regime, episode)));
        }
        if (entry instanceof Retraction retraction) {
            List<Episode> episodes = retraction.episodes().stream()
                    .map(each -> ofRegime(regime, each))
                    .toList();
            // Without contexts each is taken back by itself.
            return episodes.get(0).context() == null
                    ? episodes.stream().map(each -> new Line(line.partition(), new Retraction(null, List.of(each))))
                    : Stream.of(new Line(line.partition(), new Retraction(retraction.context(), episodes)));
        }
        return Stream.of(line);
    }

    private static Episode ofRegime(Regime regime, Episode episode) {
        List<Activation> ones = episode.activations().stream()
                .map(each -> Activation.of(each.concept()))
                .toList();
        return switch (regime) {
            case PLAIN, NORMALISED -> new Episode(episode.atMs(), null, ones, 1, episode.eventId());
            case WEIGHED ->
                new Episode(episode.atMs(), null, episode.activations(), episode.reward(), episode.eventId());
            case SESSIONS -> new Episode(episode.atMs(), episode.context(), ones, 1, episode.eventId());
        };
    }

    private static Map<String, String> settings(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        String[] halfLives = {"none", "30d", "1h,1d,30d", "10m,none"};
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("half-lives", halfLives[random.nextInt(halfLives.length)]);
        settings.put("event-id-window", random.nextBoolean() ? "0ms" : "1d");
        settings.put("max-associations", "0");
        settings.put("normalization", regime(seed) == Regime.NORMALISED ? "episode" : "none");
        if (regime(seed) == Regime.SESSIONS) {
            settings.put("rule", "stdp");
            settings.put("kernel", random.nextBoolean() ? "uniform" : "exponential");
            settings.put("max-gap", random.nextBoolean() ? "2h" : "5d");
        }
        return settings;
    }

    private void check(long seed, List<Line> log) {
        SplittableRandom random = new SplittableRandom(~seed);
        Map<String, String> given = settings(seed);
        LearningSettings settings = LearningSettings.parse(given);
        NaiveMemory reference = new NaiveMemory(settings);
        NaiveDigest counted = new NaiveDigest(settings);
        Path path = directory.resolve("s" + seed + "-" + System.nanoTime());
        try (Engine engine = Engine.open(path, given, new EngineOptions(16 << 20), new SimpleMeterRegistry())) {
            for (Line line : log) {
                engine.apply(new Batch(line.partition(), List.of(line.entry()), List.of(), 0));
                reference.apply(line.partition(), line.entry());
                counted.apply(line.partition(), line.entry());
            }
            Unit trials = counted.trials().unit();
            assertThat(engine.view().trials()).isEqualTo(counted.trials());
            units.merge(trials, 1, Integer::sum);
            Queries queries = new Queries(engine.view());
            Blend blend = blend(settings, random);
            double[] weights = blend.weights(engine.view());
            for (Edge edge : reference.edges()) {
                Answers.Explanation each = queries.explain(ExplainQuery.of(edge.cue(), edge.target()));
                assertThat(each.trials()).isEqualTo(trials);
                for (int h = 0; h < settings.horizonCount(); h++) {
                    double[] alone = new double[settings.horizonCount()];
                    alone[h] = 1;
                    Direction found = each.horizons().get(h).forward();
                    compare(seed, found, new Expected(reference, trials, edge, alone));
                }
                Answers.Explanation blended =
                        queries.explain(new ExplainQuery(edge.cue(), edge.target(), blend, 0, null));
                assertThat(blended.horizons()).hasSize(1);
                compare(seed, blended.horizons().get(0).forward(), new Expected(reference, trials, edge, weights));
            }
            for (String concept : reference.concepts()) {
                assertRanked(queries, concept, blend, trials);
            }
        }
    }

    private static Blend blend(LearningSettings settings, SplittableRandom random) {
        return new Blend(settings.halfLives().stream()
                .map(half -> new Blend.Part(half.toString(), random.nextDouble(0.1, 2)))
                .toList());
    }

    /** What the reference says of an association, in a blend. */
    private static final class Expected {
        final Edge edge;
        final double s;
        final double mass;
        final double row;
        final double rowMass;
        final double column;
        final double columnMass;
        final double total;
        final double totalMass;

        Expected(NaiveMemory memory, Unit trials, Edge edge, double[] weights) {
            long atMs = memory.watermarkMs();
            boolean isEpisodes = trials == Unit.EPISODES;
            double[] sum = new double[8];
            for (int h = 0; h < weights.length; h++) {
                String a = edge.cue();
                String b = edge.target();
                double[] own = {
                    memory.strength(edge, h, atMs),
                    memory.mass(edge, h, atMs),
                    isEpisodes ? memory.activation(a, h, atMs) : memory.potentiationFrom(a, h, atMs, false),
                    isEpisodes ? memory.activationMass(a, h, atMs) : memory.potentiationFrom(a, h, atMs, true),
                    isEpisodes ? memory.activation(b, h, atMs) : memory.potentiationTo(b, h, atMs, false),
                    isEpisodes ? memory.activationMass(b, h, atMs) : memory.potentiationTo(b, h, atMs, true),
                    isEpisodes ? memory.episodes(h, atMs) : memory.potentiation(h, atMs, false),
                    isEpisodes ? memory.episodes(h, atMs) : memory.potentiation(h, atMs, true)
                };
                for (int i = 0; i < sum.length; i++) {
                    sum[i] += weights[h] * own[i];
                }
            }
            this.edge = edge;
            this.s = sum[0];
            this.mass = sum[1];
            this.row = sum[2];
            this.rowMass = sum[3];
            this.column = sum[4];
            this.columnMass = sum[5];
            this.total = sum[6];
            this.totalMass = Math.max(1, sum[7]);
        }

        /** Where what was learned has nearly been taken back, a measure says nothing: its sums are what roundings left. */
        boolean isSound() {
            return Math.abs(s) > 0.05 * mass
                    && mass > 0x1p-60
                    && row > 0.05 * rowMass
                    && column > 0.05 * columnMass
                    && total > 0.05 * totalMass
                    && Math.min(row, column) > 0x1p-60;
        }
    }

    private void compare(long seed, Direction found, Expected expected) {
        String edge = expected.edge.toString();
        assertThat(found.strength()).as(edge).isCloseTo(expected.s, within(1e-5 * expected.mass + 0x1p-99));
        assertThat(found.row())
                .as("row of %s", edge)
                .isCloseTo(expected.row, within(1e-5 * expected.rowMass + 0x1p-99));
        assertThat(found.column())
                .as("column of %s", edge)
                .isCloseTo(expected.column, within(1e-5 * expected.columnMass + 0x1p-99));
        assertThat(found.total())
                .as("total of %s", edge)
                .isCloseTo(expected.total, within(1e-5 * expected.totalMass + 0x1p-99));
        sums.merge(regime(seed), 4, Integer::sum);
        // The measures are those of the sums that are answered, whatever these are.
        double least = Math.min(found.row(), Math.min(found.column(), found.total()));
        if (least < 0 || found.total() == 0 || (least == 0 && found.strength() > 0)) {
            // More was taken back than was learned, or roundings are left: nothing is said.
            found.measures()
                    .forEach((measure, value) -> assertThat(measure == Measure.STRENGTH || value == null || value == 0)
                            .as("%s of %s", measure, found)
                            .isTrue());
        } else {
            new NaiveTable(found.strength(), found.row(), found.column(), found.total())
                    .measures()
                    .forEach((measure, value) -> same(found, measure, value, 1e-9, 1e-7 * (1 + found.total())));
        }
        assertWithinRange(found);
        if (expected.isSound()) {
            // The measures are those of the reference, as far as evidence is kept.
            new NaiveTable(expected.s, expected.row, expected.column, expected.total)
                    .measures()
                    .forEach((measure, value) -> {
                        boolean isNothingOverNothing = measure == Measure.NPMI
                                && expected.s > 0
                                && expected.total - expected.s < 0.05 * expected.total;
                        if (!isNothingOverNothing) {
                            same(found, measure, value, 1e-3, 1e-3 * (1 + expected.total));
                            measures.merge(regime(seed), 1, Integer::sum);
                        }
                    });
        }
    }

    private static void same(
            Direction found, Measure measure, @Nullable Double expected, double relative, double llrAbsolute) {
        Double actual = found.measures().get(measure);
        if (expected == null) {
            assertThat(actual).as("%s of %s", measure, found).isNull();
            return;
        }
        double absolute =
                switch (measure) {
                    case LLR -> llrAbsolute;
                    // Of a quotient next to 1 the logarithm is next to 0.
                    case PMI -> 2 * relative;
                    case NPMI -> 50 * relative;
                    default -> 0;
                };
        assertThat(actual)
                .as("%s of %s", measure, found)
                .isNotNull()
                .isCloseTo(expected, within(relative * Math.abs(expected) + absolute));
    }

    private static void assertWithinRange(Direction found) {
        for (Measure measure : List.of(Measure.CONFIDENCE, Measure.COSINE, Measure.JACCARD)) {
            Double value = found.measures().get(measure);
            assertThat(value == null || (value >= 0 && value <= 1))
                    .as("%s of %s", measure, found)
                    .isTrue();
        }
        Double npmi = found.measures().get(Measure.NPMI);
        assertThat(npmi == null || (npmi >= -1 && npmi <= 1))
                .as("npmi of %s", found)
                .isTrue();
        Double pmi = found.measures().get(Measure.PMI);
        Double lift = found.measures().get(Measure.LIFT);
        if (pmi != null && lift != null) {
            assertThat(pmi).isCloseTo(Math.log(lift) / Math.log(2), within(1e-9 * (1 + Math.abs(pmi))));
        }
    }

    /** By every measure: what explain says of each, falling; then what has no positive evidence. */
    private static void assertRanked(Queries queries, String concept, Blend blend, Unit trials) {
        for (Measure measure : Measure.values()) {
            Answers.Associations answer = queries.associations(
                    new AssociationsQuery(concept, 1_000, Scoring.of(measure), "", blend, 0, true, null));
            assertThat(answer.trials()).isEqualTo(trials);
            // More was taken back than was learned.
            boolean isLeftover = answer.associations().stream()
                    .anyMatch(each -> each.strength() > 0 && (each.confidence() == null || each.confidence() == 0));
            double last = Double.POSITIVE_INFINITY;
            boolean wasPositive = true;
            for (Answers.Association each : answer.associations()) {
                Double score = each.score();
                boolean isPositive = each.strength() > 0 && score != null;
                assertThat(wasPositive || !isPositive || isLeftover)
                        .as("%s by %s: %s", concept, measure, answer)
                        .isTrue();
                wasPositive = isPositive || measure == Measure.STRENGTH;
                double value = score == null ? Double.NEGATIVE_INFINITY : score;
                assertThat(value).isLessThanOrEqualTo(last);
                last = value;
            }
        }
    }
}
