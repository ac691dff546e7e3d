package io.synfire.query.recall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.learn.Salt;
import io.synfire.engine.view.ConceptHash;
import io.synfire.engine.view.MemoryView;
import io.synfire.engine.view.ReadTime;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sums of many concepts against a plain map, in the order in which tables hold them; no place takes more than a few looks to find. */
final class ScoresTest {

    /** Looks per addition: places are found within two on average in a table that is half full, and once more when it is copied. */
    private static final int LOOKS_MAX = 8;

    /** More than have an array. */
    private static final int CONCEPTS = 70_000;

    /** By which the tests know the order of tables. */
    private static final ConceptHash KNOWN = ConceptHash.known(0x9E3779B9);

    @TempDir
    Path directory;

    @Test
    void sumsInTheOrderOfAnotherTableAreAddedInLinearWork() {
        long seed = 11;
        System.out.println("seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        Map<Integer, Double> expected = new HashMap<>();
        Scores scores = new Scores(CONCEPTS, KNOWN);
        long added = 0;
        for (int row = 0; row < 6; row++) {
            List<Integer> targets = inOrderOfHash(random, 1_000 + 9_000 * row);
            scores.reserve(targets.size());
            for (int target : targets) {
                double value = 1 + random.nextInt(100);
                scores.add(target, value);
                expected.merge(target, value, Double::sum);
            }
            added += targets.size();
        }
        assertThat(scores.looks()).isBetween(added, LOOKS_MAX * added);
        assertThat(sums(scores)).isEqualTo(expected);

        Scores all = new Scores(CONCEPTS, KNOWN);
        all.add(5, 1);
        expected.merge(5, 1.0, Double::sum);
        all.addAll(scores);
        assertThat(all.looks()).isBetween((long) expected.size(), LOOKS_MAX * (long) expected.size());
        assertThat(sums(all)).isEqualTo(expected);
        expected.forEach((concept, sum) -> assertThat(all.get(concept)).isEqualTo(sum));
    }

    @Test
    void aHubIsRecalledInLinearWork() {
        try (Engine engine = Engine.open(
                directory.resolve("store"),
                Map.of("max-associations", "0", "half-lives", "none"),
                EngineOptions.defaults(),
                new SimpleMeterRegistry())) {
            List<Entry> episodes = new ArrayList<>();
            for (int i = 0; i < CONCEPTS; i++) {
                episodes.add(Episode.of(i, "hub", "t" + i));
            }
            engine.apply(new Batch("", episodes, List.of(), 0));
            MemoryView view = engine.view();
            RecallQuery query =
                    RecallQuery.builder().cues(List.of("hub")).hops(3).build();
            RecallSettings settings = RecallSettings.parse(Map.of("recall.hub-max", "1000000"));
            Lens lens = Lens.of(view, null, ReadTime.WATERMARK);
            RowReader rows = new RowReader(view, ReadTime.WATERMARK, settings, Deadline.NONE);
            SpreadingActivation activation = new SpreadingActivation(view, lens, settings.overriddenBy(query), 0, rows);
            activation.spread(Cues.of(view, query, settings), false);
            assertThat(activation.scores().looks()).isBetween((long) CONCEPTS, (long) LOOKS_MAX * CONCEPTS);
            // Once each, of a cue that fired so often: S = 1, M(cue) = n, M(target) = 1. What else reaches one comes
            // over the hub.
            double first = Math.pow(CONCEPTS, -0.75);
            for (int i = 0; i < CONCEPTS; i++) {
                double score = activation.scores().get(view.conceptOf("t" + i));
                if (Math.abs(score - first) > first * 0.01) {
                    assertThat(score).as("t" + i).isCloseTo(first, within(first * 0.01));
                }
            }
        }
    }

    /** Some concepts, in the order in which a table of the engine has them. */
    @Test
    void conceptsThatWereChosenToMeetTakeNoMoreThanOthers() {
        List<Integer> hostile = inOrderOfHash(IntStream.range(0, 3 * CONCEPTS)).subList(0, CONCEPTS / 2);
        for (int seed = 0; seed < 20; seed++) {
            ByteBuffer bytes = ByteBuffer.allocate(Salt.BYTES).putLong(seed).putLong(~seed);
            Scores scores = new Scores(3 * CONCEPTS, ConceptHash.of(Salt.of(bytes.array())));
            scores.reserve(hostile.size());
            hostile.forEach(concept -> scores.add(concept, 1));
            assertThat(scores.looks()).as("salt %d", seed).isLessThanOrEqualTo((long) LOOKS_MAX * hostile.size());
        }
        // What it is about.
        Scores scores = new Scores(3 * CONCEPTS, KNOWN);
        scores.reserve(hostile.size());
        hostile.forEach(concept -> scores.add(concept, 1));
        assertThat(scores.looks()).isGreaterThan(100L * hostile.size());
    }

    private static List<Integer> inOrderOfHash(SplittableRandom random, int count) {
        return inOrderOfHash(random.ints(0, CONCEPTS).distinct().limit(count));
    }

    private static List<Integer> inOrderOfHash(IntStream concepts) {
        return concepts.boxed()
                .sorted(Comparator.comparingLong(concept -> Integer.toUnsignedLong(concept * KNOWN.multiplier())))
                .toList();
    }

    private static Map<Integer, Double> sums(Scores scores) {
        Map<Integer, Double> sums = new HashMap<>();
        scores.forEach((concept, sum) -> assertThat(sums.put(concept, sum)).isNull());
        return sums;
    }
}
