package io.synfire.engine.memory;

import static io.synfire.engine.memory.Agreement.TOLERANCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.synfire.engine.LogProperty;
import io.synfire.engine.NaiveMemory;
import io.synfire.engine.RandomLog;
import io.synfire.engine.RandomLog.Line;
import io.synfire.engine.RandomLog.Shape;
import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Forget;
import io.synfire.engine.event.Retraction;
import io.synfire.engine.learn.ForwardDecay;
import io.synfire.engine.learn.Horizon;
import io.synfire.engine.learn.Landmarks;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.store.Row;
import io.synfire.engine.view.Associations;
import io.synfire.engine.view.Trials;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds for every log. */
final class LearningPropertyTest {

    private static final long YEAR_MS = 365L * 86_400_000;

    @TempDir
    Path directory;

    @Test
    void contextFreeRecordsMayComeInAnyOrderRetractionsIncluded() {
        LogProperty.holdsForAll(
                1000,
                25,
                seed -> without(Forget.class, RandomLog.of(seed, new Shape(200, 20, 3_600_000, 0, true))),
                seed -> log -> {
                    LearningSettings settings =
                            with(Agreement.settings(new SplittableRandom(seed)), "event-id-window", "0ms");
                    List<Line> shuffled = new ArrayList<>(log);
                    Collections.shuffle(shuffled, new Random(seed));
                    NaiveMemory reference = reference(settings, log);
                    try (StoredMemory inOrder = new StoredMemory(directory, settings);
                            StoredMemory anyOrder = new StoredMemory(directory, settings, 0)) {
                        inOrder.apply(log);
                        anyOrder.apply(shuffled);
                        assertThat(anyOrder.memory().checksums().learned())
                                .isEqualTo(inOrder.memory().checksums().learned());
                        Agreement.assertAgrees(inOrder.memory(), reference, settings);
                        assertStrengthsAgree(anyOrder.memory(), reference, settings, 0);
                    }
                });
    }

    @Test
    void noScheduleOfCheckpointsFlushesFoldsAndSweepsShowsBeyondTheStatedBounds() {
        LogProperty.holdsForAll(
                2000, 25, seed -> RandomLog.of(seed, new Shape(300, 30, 600_000, 5, true)), seed -> log -> {
                    SplittableRandom random = new SplittableRandom(seed);
                    double forgetBelow = random.nextBoolean() ? 0 : 0.2;
                    int maxAssociations = random.nextBoolean() ? 0 : 6;
                    LearningSettings settings = with(
                            with(Agreement.settings(random), "forget.below", Double.toString(forgetBelow)),
                            "max-associations",
                            Integer.toString(maxAssociations));
                    NaiveMemory reference = reference(settings, log);
                    long learned = 0;
                    for (int schedule = 0; schedule < 3; schedule++) {
                        try (StoredMemory stored = new StoredMemory(directory, settings, schedule == 1 ? 0 : 300_000)) {
                            for (int from = 0; from < log.size(); ) {
                                int to = Math.min(log.size(), from + 1 + random.nextInt(schedule == 2 ? 150 : 20));
                                stored.apply(log.subList(from, to), to);
                                from = to;
                                if (schedule == 1) {
                                    stored.checkpoint();
                                } else if (random.nextInt(2) == 0) {
                                    stored.advanceCheckpoint();
                                }
                                if (random.nextInt(8) == 0) {
                                    stored.checkpoint();
                                    stored.reopen();
                                }
                            }
                            long found = stored.checksums().learned();
                            assertThat(found).isEqualTo(schedule == 0 ? found : learned);
                            learned = found;
                            assertStrengthsAgree(stored.memory(), reference, settings, 2 * forgetBelow);
                            assertWithinLimits(stored.memory(), settings);
                        }
                    }
                });
    }

    @Test
    void whatIsLearnedAndRetractedLeavesNothing() {
        LogProperty.holdsForAll(
                3000,
                25,
                seed -> without(Retraction.class, RandomLog.of(seed, new Shape(200, 20, 3_600_000, 4, seed % 3 == 0))),
                seed -> log -> {
                    SplittableRandom random = new SplittableRandom(seed);
                    LearningSettings settings =
                            with(with(Agreement.settings(random), "event-id-window", "0ms"), "max-late", "100000d");
                    NaiveMemory reference = reference(settings, log);
                    try (StoredMemory stored =
                            new StoredMemory(directory, settings, random.nextBoolean() ? 0 : 300_000)) {
                        List<Line> forgets = new ArrayList<>(log);
                        forgets.removeIf(line -> !(line.entry() instanceof Forget));
                        stored.apply(log);
                        stored.checkpoint();
                        List<Line> retractions = retractions(log, random);
                        stored.apply(retractions);
                        try (StoredMemory empty = new StoredMemory(directory, settings)) {
                            empty.apply(forgets);
                            assertThat(stored.checksums().learned())
                                    .isEqualTo(empty.memory().checksums().learned());
                        }
                        assertThat(stored.memory().reader().counts().episodes()).isZero();
                        assertThat(stored.memory().reader().counts().pairs()).isZero();
                        assertNothingIsLeft(stored.memory(), reference, settings);
                        stored.checkpoint();
                        stored.reopen();
                        assertNothingIsLeft(stored.memory(), reference, settings);
                        // Nothing is left below what is shown, either: the same again is worth the same again.
                        List<Line> again = new ArrayList<>(log);
                        again.addAll(retractions);
                        again.addAll(log);
                        stored.apply(log);
                        Agreement.assertAgrees(stored.memory(), reference(settings, again), settings);
                    }
                });
    }

    @Test
    void logsThatAreSplitByPartitionAddUpToTheWhole() {
        LogProperty.holdsForAll(
                4000,
                20,
                seed -> without(Forget.class, RandomLog.of(seed, new Shape(200, 20, 600_000, 5, true))),
                seed -> log -> {
                    LearningSettings settings = Agreement.settings(new SplittableRandom(seed));
                    List<Line> one = new ArrayList<>(log);
                    one.removeIf(line -> line.partition().equals("p1"));
                    List<Line> other = new ArrayList<>(log);
                    other.removeIf(line -> !line.partition().equals("p1"));
                    List<Line> merged = new ArrayList<>(other);
                    merged.addAll(one);
                    // Both parts see the whole log's watermark, by an episode that is in no question.
                    long end = reference(settings, log).watermarkMs();
                    Line last = new Line("end", Episode.of(end, "end"));
                    NaiveMemory reference = reference(settings, log);
                    NaiveMemory ofOne = reference(settings, one);
                    NaiveMemory ofOther = reference(settings, other);
                    try (StoredMemory whole = new StoredMemory(directory, settings);
                            StoredMemory mergedWhole = new StoredMemory(directory, settings);
                            StoredMemory first = new StoredMemory(directory, settings, 0);
                            StoredMemory second = new StoredMemory(directory, settings, 0)) {
                        whole.apply(log);
                        mergedWhole.apply(merged);
                        for (StoredMemory part : List.of(whole, mergedWhole, first, second)) {
                            part.apply(part == first ? one : part == second ? other : List.of());
                            part.apply(List.of(last));
                        }
                        long end1 = learnedOf(settings, last);
                        assertThat(mergedWhole.memory().checksums().learned())
                                .isEqualTo(whole.memory().checksums().learned());
                        assertThat(first.memory().checksums().learned()
                                        + second.memory().checksums().learned()
                                        - end1)
                                .isEqualTo(whole.memory().checksums().learned());
                        for (NaiveMemory.Edge edge : reference.edges()) {
                            for (int h = 0; h < settings.horizonCount(); h++) {
                                double sum = strength(first.memory(), edge, h, end)
                                        + strength(second.memory(), edge, h, end)
                                        + notShown(ofOne, edge, h, end)
                                        + notShown(ofOther, edge, h, end);
                                assertThat(sum)
                                        .as("%s", edge)
                                        .isCloseTo(
                                                strength(whole.memory(), edge, h, end),
                                                Agreement.relative(2 * reference.mass(edge, h, end)));
                            }
                        }
                    }
                });
    }

    @Test
    void underHebbEveryAssociationIsAsStrongAsItsReverse() {
        LogProperty.holdsForAll(
                5000, 15, seed -> RandomLog.of(seed, new Shape(200, 20, 600_000, 5, true)), seed -> log -> {
                    LearningSettings settings = LearningSettings.parse(Map.of(
                            "rule",
                            "hebb",
                            "kernel",
                            seed % 2 == 0 ? "exponential" : "reciprocal",
                            "max-associations",
                            "0"));
                    NaiveMemory reference = reference(settings, log);
                    try (StoredMemory stored = new StoredMemory(directory, settings)) {
                        stored.apply(log);
                        long atMs = stored.memory().reader().watermarkMs();
                        for (NaiveMemory.Edge edge : reference.edges()) {
                            NaiveMemory.Edge reverse = new NaiveMemory.Edge(edge.target(), edge.cue());
                            assertThat(strength(stored.memory(), edge, 0, atMs))
                                    .isCloseTo(
                                            strength(stored.memory(), reverse, 0, atMs),
                                            Agreement.relative(2 * reference.mass(edge, 0, atMs)));
                        }
                    }
                });
    }

    @Test
    void underStdpWhatComesBeforeLeadsAndWhatComesAfterIsKeptAway() {
        LogProperty.holdsForAll(
                6000,
                15,
                seed -> {
                    // Sequences that only ever rise: c0 before c1 before c2, with gaps, in many contexts.
                    SplittableRandom random = new SplittableRandom(seed);
                    List<Line> log = new ArrayList<>();
                    for (int context = 0; context < 10; context++) {
                        long atMs = 1_000_000L + context * 86_400_000L;
                        for (int c = random.nextInt(3); c < 8; c += 1 + random.nextInt(3)) {
                            atMs += 1 + random.nextLong(300_000);
                            log.add(new Line("", episode(atMs, "k" + context, random.nextDouble(0.1, 3), "c" + c)));
                        }
                    }
                    return log;
                },
                seed -> log -> {
                    LearningSettings settings = LearningSettings.parse(Map.of("rule", "stdp"));
                    NaiveMemory reference = reference(settings, log);
                    try (StoredMemory stored = new StoredMemory(directory, settings)) {
                        stored.apply(log);
                        for (NaiveMemory.Edge edge : reference.edges()) {
                            double strength = strength(
                                    stored.memory(),
                                    edge,
                                    0,
                                    stored.memory().reader().watermarkMs());
                            assertThat(Math.signum(strength))
                                    .as("%s", edge)
                                    .isEqualTo(edge.cue().compareTo(edge.target()) < 0 ? 1 : -1);
                        }
                    }
                });
    }

    @Test
    void noInputMakesAValueThatIsNotANumberOrInfinite() {
        LogProperty.holdsForAll(7000, 40, LearningPropertyTest::extremes, seed -> log -> {
            SplittableRandom random = new SplittableRandom(seed);
            String[] halfLives = {"1ms", "1s,365000d", "30d", "1h,none", "none"};
            LearningSettings settings = LearningSettings.parse(Map.of(
                    "half-lives",
                    halfLives[random.nextInt(halfLives.length)],
                    "max-gap",
                    "100000d",
                    "kernel",
                    random.nextBoolean() ? "uniform" : "exponential",
                    "forward",
                    "1000",
                    "backward",
                    "-1000",
                    "forget.below",
                    random.nextBoolean() ? "0" : "1e-3",
                    "max-associations",
                    random.nextBoolean() ? "0" : "3"));
            try (StoredMemory stored = new StoredMemory(directory, settings, 0)) {
                for (int from = 0; from < log.size(); from += 5) {
                    stored.apply(log.subList(from, Math.min(log.size(), from + 5)));
                    stored.checkpoint();
                }
                long watermarkMs = stored.memory().reader().watermarkMs();
                for (long atMs : new long[] {watermarkMs, watermarkMs + YEAR_MS, Episode.AT_MS_MAX}) {
                    assertAllFinite(stored.memory(), settings, Math.max(atMs, watermarkMs));
                }
                stored.reopen();
                assertAllFinite(stored.memory(), settings, watermarkMs);
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"constant", "random", "decaying", "signed", "largest"})
    void tenMillionImpulsesOnOneEdgeAreCountedWithinTheBound(String kind) {
        SplittableRandom random = new SplittableRandom(42);
        ForwardDecay decay = new ForwardDecay(new Horizon(1_000_000));
        AdjacencyTable table = AdjacencyTable.complete(Salts.HASH, Landmarks.of(0), 0);
        int[] target = {7};
        double[] growth = {1};
        double[] sums = new double[1];
        double expected = 0;
        double mass = 0;
        for (int i = 0; i < 10_000_000; i++) {
            sums[0] = switch (kind) {
                case "constant" -> 1.0 / 3;
                case "random" -> random.nextDouble(2);
                // Strength, strength, reward and gain at their bounds, right before the next landmark.
                case "largest" -> 1e6 * 1e6 * 1e6 * 1e3 * 0x1p32;
                case "decaying" -> decay.growth(i * 3L, 0);
                default -> random.nextInt(3) == 0 ? -random.nextDouble() : random.nextDouble();
            };
            table.add(target, sums, 0, 1, growth, 0);
            expected += sums[0];
            mass += Math.abs(sums[0]);
        }
        double sum = table.toRow(Row.Kind.WHOLE, 1).sum(0, 0);
        assertThat(sum).isCloseTo(expected, within(TOLERANCE * mass));
    }

    private static List<Line> extremes(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Line> log = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            long atMs =
                    switch (random.nextInt(5)) {
                        case 0 -> 0;
                        case 1 -> 50 * YEAR_MS;
                        case 2 -> 100 * YEAR_MS + random.nextLong(1000);
                        case 3 -> random.nextInt(20) == 0 ? Episode.AT_MS_MAX : 30 * YEAR_MS + random.nextLong(YEAR_MS);
                        default -> 50 * YEAR_MS + random.nextLong(86_400_000);
                    };
            List<Activation> fired = new ArrayList<>();
            for (int j = 0; j < 1 + random.nextInt(4); j++) {
                fired.add(new Activation("c" + random.nextInt(8), random.nextBoolean() ? 1e6 : 1e-6));
            }
            double[] rewards = {1, 1e6, -1e6, 0, 1e-6};
            String context = random.nextBoolean() ? "k" : null;
            Episode episode = new Episode(atMs, context, fired, rewards[random.nextInt(rewards.length)], null);
            log.add(new Line("", episode));
            if (random.nextInt(6) == 0) {
                log.add(new Line("", new Retraction(context, List.of(episode))));
            }
        }
        return log;
    }

    private static void assertAllFinite(Memory memory, LearningSettings settings, long atMs) {
        for (int h = 0; h < settings.horizonCount(); h++) {
            assertThat(memory.reader().activity(atMs).episodes(h)).isFinite();
            assertThat(memory.reader().activity(atMs).potentiation(h)).isFinite();
        }
        for (int cue = 0; cue < memory.reader().conceptCount(); cue++) {
            Associations row = memory.reader().associations(cue, atMs);
            assertThat(row.cutBound()).isFinite();
            for (int h = 0; h < settings.horizonCount(); h++) {
                assertThat(memory.reader().activity(atMs).of(cue, h)).isFinite();
                assertThat(memory.reader().activity(atMs).potentiationFrom(cue, h))
                        .isFinite();
                assertThat(memory.reader().activity(atMs).potentiationTo(cue, h))
                        .isFinite();
                for (int i = 0; i < row.size(); i++) {
                    assertThat(row.strength(i, h)).isFinite();
                }
            }
        }
        memory.checksums();
    }

    /** Takes all episodes of a log back: those of a context at once, in log order, the others one by one in any order. */
    private static List<Line> retractions(List<Line> log, SplittableRandom random) {
        Map<Line, List<Episode>> byContext = new LinkedHashMap<>();
        List<Line> retractions = new ArrayList<>();
        for (Line line : log) {
            if (line.entry() instanceof Episode episode) {
                String context = episode.context();
                if (context == null) {
                    retractions.add(new Line(line.partition(), new Retraction(null, List.of(episode))));
                } else {
                    Line key = new Line(line.partition(), new Forget(context));
                    byContext.computeIfAbsent(key, k -> new ArrayList<>()).add(episode);
                }
            }
        }
        byContext.forEach((key, episodes) ->
                retractions.add(new Line(key.partition(), new Retraction(((Forget) key.entry()).concept(), episodes))));
        Collections.shuffle(retractions, new Random(random.nextLong()));
        return retractions;
    }

    private static void assertNothingIsLeft(Memory memory, NaiveMemory before, LearningSettings settings) {
        Agreement.assertKnows(memory, new NaiveMemory(settings));
        assertThat(memory.checksums().state()).isZero();
        assertThat(memory.checksums().associations()).isZero();
        for (String concept : before.mentioned()) {
            assertThat(memory.reader().conceptOf(concept)).as(concept).isNegative();
        }
        Trials trials = memory.reader().trials();
        assertThat(List.of(trials.strengths(), trials.rewards(), trials.betweenEpisodes()))
                .containsExactly(0L, 0L, 0L);
    }

    /** Within a bound of their own for the slowest horizon, and what the cue's row says it may have lost by its cuts. */
    private static void assertStrengthsAgree(
            Memory memory, NaiveMemory reference, LearningSettings settings, double bound) {
        long atMs = reference.watermarkMs();
        int slowest = settings.slowest();
        for (NaiveMemory.Edge edge : reference.edges()) {
            Associations row = memory.reader().associations(memory.reader().conceptOf(edge.cue()), atMs);
            double expected = reference.strength(edge, slowest, atMs);
            double allowed = TOLERANCE * reference.mass(edge, slowest, atMs) + bound + row.cutBound() + 0x1p-99;
            assertThat(strength(memory, edge, slowest, atMs)).as("%s", edge).isCloseTo(expected, within(allowed));
        }
    }

    /** A row shows fewer than twice as many as a cue keeps, none that is too weak at every horizon, and was cut only if there is a limit. */
    private static void assertWithinLimits(Memory memory, LearningSettings settings) {
        int most = settings.maxAssociations();
        long atMs = memory.reader().watermarkMs();
        for (int cue = 0; cue < memory.reader().conceptCount(); cue++) {
            Associations row = memory.reader().associations(cue, atMs);
            if (most > 0) {
                assertThat(row.size()).as("%d", cue).isLessThan(2 * most);
            } else {
                assertThat(row.cuts()).as("%d", cue).isZero();
                assertThat(row.cutBound()).as("%d", cue).isZero();
            }
            for (int i = 0; i < row.size(); i++) {
                double strongest = 0;
                for (int h = 0; h < settings.horizonCount(); h++) {
                    strongest = Math.max(strongest, Math.abs(row.strength(i, h)));
                }
                assertThat(strongest).as("%d", cue).isGreaterThanOrEqualTo(settings.forgetBelow());
            }
        }
    }

    /** What a part has of an association, one end of which was all taken back in it, though not in the windows in which it fired. */
    private static double notShown(NaiveMemory part, NaiveMemory.Edge edge, int horizon, long atMs) {
        return part.knows(edge.cue()) && part.knows(edge.target()) ? 0 : part.strength(edge, horizon, atMs);
    }

    private long learnedOf(LearningSettings settings, Line line) {
        try (StoredMemory stored = new StoredMemory(directory, settings)) {
            stored.apply(List.of(line));
            return stored.checksums().learned();
        }
    }

    private static NaiveMemory reference(LearningSettings settings, List<Line> log) {
        NaiveMemory reference = new NaiveMemory(settings);
        log.forEach(line -> reference.apply(line.partition(), line.entry()));
        return reference;
    }

    private static double strength(Memory memory, NaiveMemory.Edge edge, int horizon, long atMs) {
        int cue = memory.reader().conceptOf(edge.cue());
        if (cue < 0) {
            return 0;
        }
        Associations row = memory.reader().associations(cue, atMs);
        int index = row.indexOf(memory.reader().conceptOf(edge.target()));
        return index < 0 ? 0 : row.strength(index, horizon);
    }

    private static Episode episode(long atMs, String context, double strength, String concept) {
        return new Episode(atMs, context, List.of(new Activation(concept, strength)), 1, null);
    }

    private static List<Line> without(Class<? extends Entry> kind, List<Line> log) {
        return log.stream().filter(line -> !kind.isInstance(line.entry())).toList();
    }

    private static LearningSettings with(LearningSettings settings, String key, String value) {
        Map<String, String> map = new LinkedHashMap<>(settings.toMap());
        map.put(key, value);
        return LearningSettings.parse(map);
    }
}
