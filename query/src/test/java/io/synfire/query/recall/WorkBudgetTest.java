package io.synfire.query.recall;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Episode;
import io.synfire.engine.view.MemoryView;
import io.synfire.query.recall.Answers.LeftOut;
import io.synfire.query.recall.AssociationsQuery.Scoring;
import io.synfire.query.recall.RecallQuery.Cue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** No question reads more than it says, of a memory in which everything is a hub: counted where it is read, not by who reads. */
@TestInstance(Lifecycle.PER_CLASS)
final class WorkBudgetTest {

    private static final int CONCEPTS = 1_100;
    private static final int EPISODES = 100;
    private static final int TOGETHER = 150;
    private static final int KEPT = 8;

    private Path directory;
    private Engine unbounded;
    private Engine bounded;

    @BeforeAll
    void learn(@TempDir Path shared) {
        directory = shared;
        unbounded = engine("unbounded", 0);
        bounded = engine("bounded", KEPT);
        for (Engine engine : List.of(unbounded, bounded)) {
            Random random = new Random(1);
            for (int i = 0; i < EPISODES; i++) {
                engine.apply(Batch.of(together(i, random)));
            }
        }
    }

    @AfterAll
    void close() {
        unbounded.close();
        bounded.close();
    }

    @ParameterizedTest
    @CsvSource({
        "0, 1",
        "0, 100",
        "0, 10000",
        "0, 1000000",
        "0, 2147483647",
        "8, 1",
        "8, 10",
        "8, 100",
        "8, 10000",
        "8, 1000000"
    })
    void recallReadsNoMoreThanItsBudgetWhateverItsCuesAndSaysWhatItRead(int kept, int budget) {
        CountingView view = new CountingView(memory(kept));
        List<Cue> cues = cues();
        Answers.Recall answer = new Queries(view, settings(budget))
                .recall(RecallQuery.builder().weightedCues(cues).hops(4).build());
        assertThat(view.associations()).isLessThanOrEqualTo(budget);
        assertThat(answer.work().associations()).isEqualTo((int) view.associations());
        assertThat(answer.work().rows()).isEqualTo(view.cues().size());
        assertThat(answer.work().rows() + answer.work().skipped()).isGreaterThanOrEqualTo(cues.size());
        List<String> heaviest = heaviestThatFit(memory(kept), cues, budget);
        assertThat(view.cues().subList(0, heaviest.size())).isEqualTo(heaviest);
        assertThat(heaviest.isEmpty()).isEqualTo(budget == 1 || (kept == 0 && budget == 100));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 100, 10_000, 1_000_000})
    void whatDoesNotFitIsCountedAndTheHeaviestCuesAreRead(int budget) {
        CountingView view = new CountingView(unbounded.view());
        List<Cue> cues = cues();
        Answers.Recall answer = new Queries(view, settings(budget))
                .recall(RecallQuery.builder().weightedCues(cues).hops(1).build());
        List<String> heaviest = heaviestThatFit(unbounded.view(), cues, budget);
        assertThat(view.cues()).isEqualTo(heaviest);
        List<LeftOut> leftOut = cues.stream()
                .filter(cue -> !heaviest.contains(cue.concept()))
                .map(cue -> new LeftOut(cue.concept(), LeftOut.Rule.BUDGET))
                .limit(Limits.LEFT_OUT_NAMED)
                .toList();
        assertThat(answer.work())
                .isEqualTo(new Answers.Work(
                        heaviest.size(), (int) view.associations(), cues.size() - heaviest.size(), 0, leftOut));
        assertThat(answer.work().skipped()).isEqualTo(budget == 1_000_000 ? 0 : 1_000 - heaviest.size());
    }

    @Test
    void aRowThatGrewSinceTheLastCheckpointCountsAsLongAsItIs() {
        Map<String, String> settings = Map.of("half-lives", "1d,30d", "max-associations", String.valueOf(KEPT));
        Path path = directory.resolve("grown");
        try (Engine engine = Engine.open(path, settings, new EngineOptions(16 << 20), new SimpleMeterRegistry())) {
            engine.apply(Batch.of(together(0, new Random(1))));
        }
        try (Engine engine = Engine.open(path, settings, new EngineOptions(16 << 20), new SimpleMeterRegistry())) {
            Episode more = together(1, new Random(2));
            engine.apply(Batch.of(more));
            List<String> cues =
                    more.activations().stream().map(Activation::concept).toList();
            assertSmallestAreRead(engine.view(), cues, 100);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 10, 35, 100, 104, 105, 1_000})
    void ofEqualWeightTheSmallestRowsAreReadThenThoseGivenFirst(int budget) {
        List<Episode> log = new ArrayList<>();
        List<String> cues = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            cues.add("cue" + i);
            for (int j = 0; j <= i * 7 % 10; j++) {
                log.add(Episode.of(0, "cue" + i, "t" + i + "-" + j));
            }
        }
        Collections.shuffle(cues, new Random(5));
        Path path = directory.resolve("equal" + budget);
        Map<String, String> settings = Map.of("half-lives", "none");
        try (Engine engine = Engine.open(path, settings, new EngineOptions(16 << 20), new SimpleMeterRegistry())) {
            engine.apply(Batch.of(log.toArray(new Episode[0])));
            assertSmallestAreRead(engine.view(), cues, budget);
        }
        try (Engine engine = Engine.open(path, settings, new EngineOptions(16 << 20), new SimpleMeterRegistry())) {
            assertSmallestAreRead(engine.view(), cues, budget);
        }
    }

    private static void assertSmallestAreRead(MemoryView memory, List<String> cues, int budget) {
        List<String> smallest = new ArrayList<>(cues);
        smallest.sort(Comparator.comparingInt(cue -> size(memory, cue)));
        List<String> fit = thatFit(memory, smallest, budget);
        List<LeftOut> leftOut = cues.stream()
                .filter(cue -> !fit.contains(cue))
                .map(cue -> new LeftOut(cue, LeftOut.Rule.BUDGET))
                .toList();
        int associations = fit.stream().mapToInt(cue -> size(memory, cue)).sum();
        CountingView view = new CountingView(memory);
        Answers.Recall answer = new Queries(view, settings(budget))
                .recall(RecallQuery.builder().cues(cues).hops(1).k(1_000).build());
        assertThat(associations).isLessThanOrEqualTo(budget);
        assertThat(answer.work())
                .isEqualTo(new Answers.Work(
                        fit.size(),
                        associations,
                        leftOut.size(),
                        0,
                        leftOut.stream().limit(Limits.LEFT_OUT_NAMED).toList()));
        // Those that could fit by themselves were read to count them.
        long counted = cues.stream()
                .mapToInt(cue -> size(memory, cue))
                .filter(size -> size <= budget)
                .sum();
        assertThat(view.associations()).isLessThanOrEqualTo(counted + associations);
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "0, 10000", "8, 1", "8, 10000"})
    void anExplanationReadsBothRowsOnceAndTwoRecalls(int kept, int budget) {
        MemoryView memory = memory(kept);
        CountingView view = new CountingView(memory);
        Queries queries = new Queries(view, settings(budget));
        long before = 0;
        for (int to = 1; to < 50; to++) {
            queries.explain(ExplainQuery.of("c0", "c" + to));
            assertThat(view.associations() - before)
                    .isLessThanOrEqualTo((long) size(memory, "c0") + size(memory, "c" + to) + 2L * budget);
            before = view.associations();
        }
    }

    @Test
    void whatGoesWithAConceptIsReadFromItsRowAlone() {
        CountingView view = new CountingView(unbounded.view());
        new Queries(view, settings(1))
                .associations(new AssociationsQuery("c0", 1_000, Scoring.of(Measure.LIFT), "", null, 0, true, null));
        assertThat(view.cues()).containsExactly("c0");
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "0, 100", "0, 10000", "0, 1000000", "8, 1", "8, 100", "8, 10000"})
    void trendsAreSoughtAmongTheMostActiveAsFarAsTheBudgetGoes(int kept, int budget) {
        CountingView view = new CountingView(memory(kept));
        Answers.Trending answer =
                new Queries(view, settings(budget)).trending(new TrendingQuery(1_000, null, null, 1e-9, null));
        assertThat(view.associations()).isLessThanOrEqualTo(budget);
        List<String> mostActive = view.cues();
        assertThat(mostActive)
                .isEqualTo(thatFit(memory(kept), byFastActivity(memory(kept)), budget))
                .hasSizeLessThanOrEqualTo(Limits.TRENDING_CUES);
        assertThat(answer.associations())
                .allSatisfy(association -> assertThat(mostActive).contains(association.from()));
        assertThat(answer.associations().isEmpty()).isEqualTo(mostActive.isEmpty());
        assertThat(answer.concepts()).hasSize(1_000);
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "0, 100", "0, 10000", "0, 1000000", "8, 1", "8, 100", "8, 10000"})
    void degreesAreExactOrNotToldOnceTheBudgetIsUsedUp(int kept, int budget) {
        CountingView view = new CountingView(memory(kept));
        List<Answers.Concept> concepts = new Queries(view, settings(budget))
                .concepts("", 1_000, null, null)
                .concepts();
        assertThat(view.associations()).isLessThanOrEqualTo(budget);
        assertThat(concepts).hasSize(1_000);
        List<String> told = new ArrayList<>();
        for (Answers.Concept concept : concepts) {
            if (concept.degree() != null) {
                assertThat(concept.degree()).isEqualTo(size(memory(kept), concept.concept()));
                told.add(concept.concept());
            }
        }
        List<String> mostActive =
                concepts.stream().map(Answers.Concept::concept).toList();
        assertThat(told).isEqualTo(thatFit(memory(kept), mostActive, budget));
    }

    private Engine engine(String name, int kept) {
        return Engine.open(
                directory.resolve(name),
                Map.of("half-lives", "1d,30d", "max-associations", String.valueOf(kept)),
                new EngineOptions(64 << 20),
                new SimpleMeterRegistry());
    }

    private MemoryView memory(int kept) {
        return (kept == 0 ? unbounded : bounded).view();
    }

    /** Many concepts at once, so that each comes to know nearly all others. */
    private static Episode together(int number, Random random) {
        Set<Integer> concepts = new LinkedHashSet<>();
        while (concepts.size() < TOGETHER) {
            concepts.add(random.nextInt(CONCEPTS));
        }
        List<Activation> fired = concepts.stream()
                .map(c -> new Activation("c" + c, 1 + c / 10_000.0))
                .toList();
        return new Episode(number * 60_000L, null, fired, 1, null);
    }

    /** As many as may be given, of all weights, the heaviest anywhere. */
    private static List<Cue> cues() {
        List<Cue> cues = new ArrayList<>();
        for (int i = 0; i < Limits.CUES_MAX; i++) {
            cues.add(new Cue("c" + i, i % 3 == 0 ? -1 - i : 1 + i));
        }
        Collections.shuffle(cues, new Random(3));
        return cues;
    }

    private static RecallSettings settings(int budget) {
        return RecallSettings.parse(Map.of(
                "recall.fan-out", String.valueOf(Limits.FAN_OUT_MAX),
                "recall.associations-max", String.valueOf(budget)));
    }

    private static List<String> heaviestThatFit(MemoryView memory, List<Cue> cues, int budget) {
        List<Cue> heaviest = new ArrayList<>(cues);
        heaviest.sort(Comparator.comparingDouble(cue -> -Math.abs(cue.weight())));
        return thatFit(memory, heaviest.stream().map(Cue::concept).toList(), budget);
    }

    private static List<String> byFastActivity(MemoryView memory) {
        Comparator<Integer> byActivity = Comparator.comparingDouble(
                concept -> -memory.activity(memory.watermarkMs()).of(concept, 0));
        return IntStream.range(0, memory.conceptCount())
                .boxed()
                .sorted(byActivity.thenComparing(memory::idOf))
                .limit(Limits.TRENDING_CUES)
                .map(memory::idOf)
                .toList();
    }

    /** One after the other, whatever still fits. */
    private static List<String> thatFit(MemoryView memory, List<String> concepts, int budget) {
        List<String> fit = new ArrayList<>();
        int left = budget;
        for (String concept : concepts) {
            int size = size(memory, concept);
            if (size <= left) {
                left -= size;
                fit.add(concept);
            }
        }
        return fit;
    }

    private static int size(MemoryView memory, String concept) {
        return memory.associations(memory.conceptOf(concept), memory.watermarkMs())
                .size();
    }
}
