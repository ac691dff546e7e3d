package io.synfire.query.recall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.LogProperty;
import io.synfire.engine.NaiveMemory;
import io.synfire.engine.RandomLog;
import io.synfire.engine.RandomLog.Line;
import io.synfire.engine.RandomLog.Shape;
import io.synfire.engine.event.Batch;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.view.MemoryView;
import io.synfire.query.recall.Answers.Contribution;
import io.synfire.query.recall.Answers.Recalled;
import io.synfire.query.recall.NaiveRecall.Evidence;
import io.synfire.query.recall.NaiveRecall.Sum;
import io.synfire.query.recall.NaiveRecall.Way;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Recall is what its formula gives for a memory of plain maps, on hundreds of random memories: whatever the settings, whatever is asked.
 */
final class RecallModelTest {

    private static final int MEMORIES = Integer.getInteger("synfire.memories", 400);
    private static final long FIRST_SEED = 70_000;
    private static final int MOMENTS = 2;
    private static final int QUESTIONS = 5;
    private static final int CONTRIBUTIONS_MAX = 5;

    @TempDir
    Path directory;

    private final Map<String, Integer> doubts = new TreeMap<>();
    private int asked;
    private int compared;
    private int sharp;
    private int overHops;
    private int summed;
    private int placed;

    @Test
    void recallEqualsTheReferenceWhateverIsAsked() {
        LogProperty.holdsForAll(FIRST_SEED, MEMORIES, RecallModelTest::log, this::check);
        System.out.printf(
                "memories of seeds %d to %d: %d questions, %d results, left out: %s%n",
                FIRST_SEED, FIRST_SEED + MEMORIES - 1, asked, compared, doubts);
        int doubted = doubts.values().stream().mapToInt(count -> count).sum();
        assertThat(doubted).as("questions left out").isLessThan(asked / 3);
        assertThat(compared).as("results compared").isGreaterThan(10 * MEMORIES);
        assertThat(sharp).as("results compared to a thousandth").isGreaterThan(compared * 9 / 10);
        assertThat(overHops).as("results over several hops").isGreaterThan(compared / 4);
        assertThat(summed).as("results of which all ways are shown").isGreaterThan(compared / 4);
        assertThat(placed).as("places in a ranking").isGreaterThan(asked / 10);
    }

    private static List<Line> log(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int concepts = random.nextBoolean() ? 12 : 60;
        return RandomLog.of(
                seed, new Shape(50, concepts, random.nextLong(1_000, 4_000_000), 3, random.nextInt(4) == 0));
    }

    private Consumer<List<Line>> check(long seed) {
        return log -> {
            SplittableRandom random = new SplittableRandom(seed);
            Map<String, String> given = learning(random);
            LearningSettings settings = LearningSettings.parse(given);
            NaiveMemory memory = new NaiveMemory(settings);
            Path path = directory.resolve("s" + seed + "-" + System.nanoTime());
            try (Engine engine = Engine.open(path, given, new EngineOptions(16 << 20), new SimpleMeterRegistry())) {
                log.forEach(line -> {
                    engine.apply(new Batch(line.partition(), List.of(line.entry()), List.of(), 0));
                    memory.apply(line.partition(), line.entry());
                });
                for (int moment = 0; moment < MOMENTS; moment++) {
                    Long atMs = moment == 0 ? null : memory.watermarkMs() + random.nextLong(100_000_000);
                    double[] weights = new double[settings.horizonCount()];
                    Blend blend = blend(random, settings, weights);
                    Evidence evidence = new Evidence(
                            memory, settings.halfLives(), weights, atMs == null ? memory.watermarkMs() : atMs);
                    for (int question = 0; question < QUESTIONS; question++) {
                        MemoryView view = random.nextBoolean() ? engine.view() : asOneOfMany(engine.view());
                        RecallQuery query =
                                question(random).blend(blend).atMs(atMs).build();
                        compare(view, evidence, recalling(random), query, "c" + random.nextInt(20));
                    }
                }
            }
        };
    }

    private void compare(
            MemoryView view, Evidence evidence, RecallSettings settings, RecallQuery query, String placed) {
        NaiveRecall reference = new NaiveRecall(evidence, settings, query);
        asked++;
        String doubt = reference.doubt();
        if (doubt != null) {
            doubts.merge(doubt, 1, Integer::sum);
            return;
        }
        // Not a text before it is needed: few questions fail.
        Object question = List.of(settings, query);
        Queries.Placed found = new Queries(view, settings).place(query, placed);
        assertThat(found.answer().unknownCues()).as("%s", question).isEqualTo(reference.unknown());
        compareRanking(found.answer().results(), reference.shown(), query.k(), question);
        for (Recalled result : found.answer().results()) {
            compareReasons(result, reference, question);
        }
        comparePlace(found.rank(), placed, reference.shown(), question);
    }

    /** The right scores in the right order, and nothing that was left out is better than the last. */
    private void compareRanking(List<Recalled> results, Map<String, Sum> expected, int k, Object question) {
        Set<String> found = new HashSet<>();
        double last = Double.POSITIVE_INFINITY;
        String lastId = "";
        for (Recalled result : results) {
            Sum sum = expected.getOrDefault(result.concept(), Sum.NOTHING);
            assertThat(result.score())
                    .as("%s%nscore of %s", question, result.concept())
                    .isCloseTo(sum.value(), within(sum.error()));
            boolean isInOrder =
                    result.score() < last || (result.score() == last && lastId.compareTo(result.concept()) < 0);
            assertThat(isInOrder && result.score() > 0)
                    .as("%s%norder of %s", question, results)
                    .isTrue();
            assertThat(found.add(result.concept())).as("%s", question).isTrue();
            last = result.score();
            lastId = result.concept();
            compared++;
            sharp += sum.error() < 1e-3 * sum.value() ? 1 : 0;
        }
        assertThat(results.size()).as("%s", question).isLessThanOrEqualTo(k);
        double bar = results.size() == k ? last : 0;
        expected.forEach((id, sum) -> {
            if (!found.contains(id)) {
                assertThat(sum.value() - sum.error())
                        .as("%s%n%s, which was left out", question, id)
                        .isLessThanOrEqualTo(bar);
            }
        });
    }

    /** Each way that is shown is one, none that is larger was left out, and where all are shown they add up. */
    private void compareReasons(Recalled result, NaiveRecall reference, Object question) {
        List<Way> ways = reference.waysTo(result.concept());
        Object what = List.of(question, result, "among", ways);
        Set<String> cues = new HashSet<>(reference.cues());
        double sum = 0;
        double least = Double.POSITIVE_INFINITY;
        for (Contribution contribution : result.because()) {
            assertThat(cues).as("%s", what).contains(contribution.cue());
            assertThat(ways.stream().anyMatch(way -> isWay(way, contribution)))
                    .as("%s%n%s", what, contribution)
                    .isTrue();
            assertThat(Math.abs(contribution.contribution())).as("%s", what).isLessThanOrEqualTo(least);
            least = Math.abs(contribution.contribution());
            sum += contribution.contribution();
        }
        int larger = 0;
        double size = 0;
        for (Way way : ways) {
            larger += Math.abs(way.amount().value()) - way.amount().error() > least ? 1 : 0;
            size += Math.abs(way.amount().value());
        }
        assertThat(larger).as("%s", what).isLessThanOrEqualTo(result.because().size());
        if (ways.size() <= CONTRIBUTIONS_MAX) {
            assertThat(sum).as("%s", what).isCloseTo(result.score(), within(1e-9 * size));
            summed++;
        }
        overHops += ways.stream().anyMatch(way -> way.hop() > 1) ? 1 : 0;
    }

    private static boolean isWay(Way way, Contribution contribution) {
        return way.via().equals(contribution.via())
                && (way.hop() > 1 || contribution.cue().equals(contribution.via()))
                && Math.abs(way.amount().value() - contribution.contribution())
                        <= way.amount().error();
    }

    /** The rank counts all that are certainly better, and none that are certainly worse. */
    private void comparePlace(int rank, String concept, Map<String, Sum> expected, Object question) {
        Sum own = expected.getOrDefault(concept, Sum.NOTHING);
        if (Math.abs(own.value()) <= own.error()) {
            assertThat(own.size() > 0 || rank == 0).as("%s", question).isTrue();
            return;
        }
        if (own.value() < 0) {
            assertThat(rank).as("%s", question).isZero();
            return;
        }
        int better = 0;
        int close = 0;
        for (Map.Entry<String, Sum> other : expected.entrySet()) {
            if (!other.getKey().equals(concept)) {
                double ahead = other.getValue().value() - own.value();
                double error = other.getValue().error() + own.error();
                better += ahead > error ? 1 : 0;
                close += Math.abs(ahead) <= error ? 1 : 0;
            }
        }
        assertThat(rank).as("%s%nrank of %s", question, concept).isBetween(1 + better, 1 + better + close);
        placed++;
    }

    /** The same memory as if it knew many concepts, of which recall sums scores in another way. */
    private static MemoryView asOneOfMany(MemoryView view) {
        return (MemoryView) Proxy.newProxyInstance(
                MemoryView.class.getClassLoader(),
                new Class<?>[] {MemoryView.class},
                (proxy, method, arguments) -> method.getName().equals("conceptCount")
                        ? Integer.valueOf(1 << 20)
                        : method.invoke(view, arguments));
    }

    private static RecallQuery.Builder question(SplittableRandom random) {
        List<RecallQuery.Cue> cues = random.ints(1 + random.nextInt(6))
                .mapToObj(i -> new RecallQuery.Cue(concept(random), weight(random)))
                .toList();
        return RecallQuery.builder()
                .weightedCues(cues)
                .ordered(random.nextBoolean())
                .includeCues(random.nextBoolean())
                .exclude(some(random, random.nextInt(3)))
                .candidates(random.nextInt(4) == 0 ? some(random, random.nextInt(12)) : null)
                .prefix(random.nextInt(4) == 0 ? "c1" : "")
                .k(random.nextBoolean() ? 1 + random.nextInt(10) : 1_000)
                .hops(random.nextInt(3) == 0 ? 1 + random.nextInt(4) : null)
                .popularity(random.nextInt(3) == 0 ? random.nextDouble(-1, 1) : null)
                .shrinkage(random.nextInt(3) == 0 ? random.nextDouble(3) : null)
                .self(random.nextInt(3) == 0 ? random.nextDouble(3) : null)
                .minSupport(random.nextInt(3) == 0 ? random.nextDouble() : 0);
    }

    /** Of those that are known mostly; some are not. */
    private static String concept(SplittableRandom random) {
        return "c" + random.nextInt(random.nextInt(4) == 0 ? 80 : 14);
    }

    private static Set<String> some(SplittableRandom random, int count) {
        return random.ints(count).mapToObj(i -> concept(random)).collect(Collectors.toSet());
    }

    private static double weight(SplittableRandom random) {
        return switch (random.nextInt(6)) {
            case 0 -> random.nextDouble(-2, 0);
            case 1, 2 -> random.nextDouble(2);
            default -> 1;
        };
    }

    private static RecallSettings recalling(SplittableRandom random) {
        return new RecallSettings(
                oneOf(random, 0.75, 0, 1, random.nextDouble(2)),
                oneOf(random, 0.2, 0, 1, random.nextDouble(-1, 1)),
                oneOf(random, 0.6, 0.6, 0, random.nextDouble(3)),
                (int) oneOf(random, 30, 1, random.nextInt(6), 1_000),
                1 + random.nextInt(4),
                oneOf(random, 0, 0, 0.5, random.nextDouble(20)),
                oneOf(random, 2, 0, 1, random.nextDouble(4)),
                oneOf(random, 1, 1, 0, random.nextDouble(3)),
                oneOf(random, 100, 0, 10, random.nextDouble(300)),
                oneOf(random, 3, 1, 1_000, random.nextDouble(0.001, 20)),
                oneOf(random, 1.5, 0, 1, random.nextDouble(4)),
                Integer.MAX_VALUE,
                Integer.MAX_VALUE);
    }

    private static double oneOf(SplittableRandom random, double... values) {
        return values[random.nextInt(values.length)];
    }

    private static Blend blend(SplittableRandom random, LearningSettings settings, double[] weights) {
        if (random.nextBoolean()) {
            int h = random.nextInt(weights.length);
            weights[h] = 1;
            return Blend.of(settings.halfLives().get(h).toString());
        }
        return new Blend(random.ints(1 + random.nextInt(3), 0, weights.length)
                .distinct()
                .mapToObj(h -> {
                    double weight = random.nextDouble(0.1, 2);
                    weights[h] += weight;
                    return new Blend.Part(settings.halfLives().get(h).toString(), weight);
                })
                .toList());
    }

    private static Map<String, String> learning(SplittableRandom random) {
        String[] halfLives = {"none", "30d", "1h,1d,30d", "6h,none"};
        return Map.of(
                "half-lives", halfLives[random.nextInt(halfLives.length)],
                "rule", random.nextBoolean() ? "hebb" : "stdp",
                "max-gap", random.nextBoolean() ? "2h" : "5d",
                "event-id-window", random.nextBoolean() ? "0ms" : "1d",
                "normalization", random.nextBoolean() ? "episode" : "none",
                "max-associations", "0");
    }
}
