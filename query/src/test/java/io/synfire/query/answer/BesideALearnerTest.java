package io.synfire.query.answer;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Forget;
import io.synfire.query.recall.Answers;
import io.synfire.query.recall.AssociationsQuery;
import io.synfire.query.recall.Blend;
import io.synfire.query.recall.ExplainQuery;
import io.synfire.query.recall.Measure;
import io.synfire.query.recall.Queries;
import io.synfire.query.recall.RecallQuery;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Whoever asks beside a learner gets one moment: two concepts that always fire together are certain of each other in every answer, however
 * many half-lives a batch spans, no strength is more than it ever was, and recall is finite.
 */
final class BesideALearnerTest {

    private static final long HOUR = 3_600_000;
    private static final int BATCHES = Integer.getInteger("synfire.batches", 40);
    private static final int EPISODES = 3_000;
    private static final int OTHERS = 60;
    private static final double TOLERANCE = 1e-5;

    @TempDir
    Path directory;

    private final AtomicReference<Throwable> wrong = new AtomicReference<>();
    private final AtomicLong answers = new AtomicLong();

    /** Batches of so many half-lives, one by one or so that they are applied in parts. */
    @ParameterizedTest
    @CsvSource({"1h, 15", "1h, 600", "30d, 15", "30d, 180"})
    void answersAreOfOneMomentAndFinite(String halfLife, int stepMinutes) throws InterruptedException {
        long seed = 20_261_127;
        System.out.println("seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        Map<String, String> settings = Map.of("half-lives", halfLife);
        long stepMs = stepMinutes * HOUR / 60;
        double halfLifeMs = halfLife.equals("1h") ? HOUR : 30 * 24 * HOUR;
        try (Engine engine = Engine.open(
                directory.resolve("store"), settings, new EngineOptions(32 << 20), new SimpleMeterRegistry())) {
            engine.apply(batch(random, 0, stepMs));
            // A steady rate adds up to this, and never to more.
            double most = 1 / (1 - Math.pow(2, -stepMs / halfLifeMs));
            List<Reader> readers = List.of(
                    new Reader(new Queries(engine.view()), halfLife, most, 1),
                    new Reader(new Queries(engine.view()), halfLife, most, 2));
            readers.forEach(Thread::start);
            for (int number = 1; number < BATCHES && wrong.get() == null; number++) {
                engine.apply(batch(random, number, stepMs));
                if (number % 7 == 0) {
                    engine.startCheckpoint();
                }
            }
            for (Reader reader : readers) {
                reader.stopping = true;
                reader.join();
            }
        }
        System.out.printf("half-life %s, steps of %d minutes: %d answers%n", halfLife, stepMinutes, answers.get());
        assertThat(wrong.get()).isNull();
        assertThat(answers.get()).isGreaterThan(100);
    }

    /** Ids leave memory two checkpoints after the forget: whoever asks meanwhile can still name what he has read. */
    @Test
    void whatIsInAnAnswerHasAName() throws InterruptedException {
        Map<String, String> settings = Map.of("half-lives", "none");
        int concepts = 2_000;
        try (Engine engine = Engine.open(
                directory.resolve("store"), settings, new EngineOptions(32 << 20), new SimpleMeterRegistry())) {
            List<Entry> all = new ArrayList<>();
            for (int i = 0; i < concepts; i++) {
                all.add(Episode.of(i, "hub", "o" + i));
            }
            engine.apply(new Batch("", all, List.of(), 0));
            List<Thread> readers = new ArrayList<>();
            AtomicBoolean isDone = new AtomicBoolean();
            for (int i = 0; i < 2; i++) {
                readers.add(new Thread(() -> {
                    Queries queries = new Queries(engine.view());
                    while (!isDone.get() && wrong.get() == null) {
                        try {
                            assertNamed(queries);
                        } catch (Throwable e) {
                            wrong.compareAndSet(null, e);
                        }
                    }
                }));
            }
            readers.forEach(Thread::start);
            for (int round = 0; round < 300 && wrong.get() == null; round++) {
                String id = "o" + round;
                engine.apply(Batch.of(new Forget(id)));
                engine.checkpoint();
                engine.apply(Batch.of(Episode.of(concepts + round, "hub", id)));
                engine.checkpoint();
            }
            isDone.set(true);
            for (Thread reader : readers) {
                reader.join();
            }
        }
        assertThat(wrong.get()).isNull();
    }

    private static void assertNamed(Queries queries) {
        assertThat(queries.associations(AssociationsQuery.of("hub")).associations())
                .isNotEmpty()
                .allMatch(association -> !association.concept().isEmpty());
        assertThat(queries.concepts("", 50, null, null).concepts()).isNotEmpty().allMatch(concept -> !concept.concept()
                .isEmpty());
        assertThat(queries.recall(RecallQuery.builder().cues(List.of("hub")).build())
                        .results())
                .isNotEmpty()
                .allMatch(recalled -> !recalled.concept().isEmpty()
                        && recalled.because().stream()
                                .noneMatch(way -> way.via().isEmpty()));
    }

    /** In each episode the pair, and one or two of others; some of these are forgotten meanwhile. */
    private static Batch batch(SplittableRandom random, int number, long stepMs) {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < EPISODES; i++) {
            long atMs = ((long) number * EPISODES + i) * stepMs;
            entries.add(
                    random.nextBoolean()
                            ? Episode.of(atMs, "a", "b", other(random))
                            : Episode.of(atMs, "a", "b", "o0", "o1", other(random) + "x"));
            if (random.nextInt(400) == 0) {
                entries.add(new Forget(other(random), Map.of(), null));
            }
        }
        return new Batch("", entries, List.of(), 0);
    }

    private static String other(SplittableRandom random) {
        return "o" + random.nextInt(OTHERS);
    }

    /** Asks until it is told to stop. */
    private final class Reader extends Thread {
        private final AnswerJson json = new AnswerJson();
        private final Queries queries;
        private final String halfLife;
        private final double most;
        private final SplittableRandom random;
        private volatile boolean stopping;

        Reader(Queries queries, String halfLife, double most, long seed) {
            this.queries = queries;
            this.halfLife = halfLife;
            this.most = most;
            this.random = new SplittableRandom(seed);
        }

        @Override
        public void run() {
            try {
                while (!stopping && wrong.get() == null) {
                    associations();
                    explain();
                    recall();
                    concepts();
                    answers.addAndGet(4);
                }
            } catch (RuntimeException | Error e) {
                wrong.compareAndSet(null, e);
            }
        }

        private void associations() {
            Measure measure = random.nextBoolean() ? Measure.STRENGTH : Measure.CONFIDENCE;
            Answers.Associations answer = queries.associations(new AssociationsQuery(
                    "a", 3, AssociationsQuery.Scoring.of(measure), "", Blend.of(halfLife), 0, false, null));
            json.of(answer);
            Answers.Association first = answer.associations().get(0);
            assertThat(first.concept()).isEqualTo("b");
            assertCertain(first.confidence(), first.strength(), answer);
        }

        private void explain() {
            Answers.Explanation answer = queries.explain(ExplainQuery.of("a", "b"));
            json.of(answer);
            for (Answers.HorizonExplanation horizon : answer.horizons()) {
                for (Answers.Direction direction : List.of(horizon.forward(), horizon.backward())) {
                    assertCertain(direction.measures().get(Measure.CONFIDENCE), direction.strength(), answer);
                    assertThat(direction.row()).isLessThanOrEqualTo(most * (1 + TOLERANCE));
                    assertThat(direction.row()).isEqualTo(direction.column()).isEqualTo(direction.total());
                }
            }
            assertThat(answer.lastReinforcedMs()).isEqualTo(answer.asOfMs());
        }

        private void recall() {
            List<String> cues = new ArrayList<>(List.of("a"));
            for (int i = random.nextInt(20); i > 0; i--) {
                cues.add(other(random) + (random.nextBoolean() ? "x" : ""));
            }
            Answers.Recall answer = queries.recall(RecallQuery.builder()
                    .cues(cues)
                    .hops(1 + random.nextInt(4))
                    .includeCues(random.nextBoolean())
                    .build());
            json.of(answer);
            assertThat(answer.results())
                    .isNotEmpty()
                    .allSatisfy(result -> assertThat(result.score()).isFinite().isPositive());
        }

        private void concepts() {
            Answers.Concepts answer = queries.concepts("", 5, null, null);
            json.of(answer);
            // As active as each other, so by id.
            assertThat(answer.concepts().get(0).concept()).isEqualTo("a");
            assertThat(answer.concepts().get(1).concept()).isEqualTo("b");
            assertThat(answer.concepts().get(0).activation())
                    .isEqualTo(answer.concepts().get(1).activation())
                    .isLessThanOrEqualTo(most * (1 + TOLERANCE));
        }

        private void assertCertain(@Nullable Double confidence, double strength, Object answer) {
            if (confidence == null
                    || !(confidence >= 1 - TOLERANCE && confidence <= 1 && strength <= most * (1 + TOLERANCE))) {
                throw new AssertionError(
                        "confidence=" + confidence + " strength=" + strength + " most=" + most + ": " + answer);
            }
        }
    }
}
