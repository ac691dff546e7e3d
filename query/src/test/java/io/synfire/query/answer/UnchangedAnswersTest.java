package io.synfire.query.answer;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.LogProperty;
import io.synfire.engine.RandomLog;
import io.synfire.engine.RandomLog.Line;
import io.synfire.engine.RandomLog.Shape;
import io.synfire.engine.RandomSettings;
import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.query.answer.Questions.Question;
import io.synfire.query.recall.Queries;
import io.synfire.query.recall.RecallQuery;
import io.synfire.query.recall.RecallSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An answer is a function of state, settings and question, whatever is in memory and whatever is in the store: equal to the byte before and
 * after a checkpoint, a restart, an eviction, and in a backup.
 */
final class UnchangedAnswersTest {

    private static final int MEMORIES = Integer.getInteger("synfire.logs", 15);
    private static final long FIRST_SEED = 90_000;
    private static final int PIECES = 4;
    private static final int QUESTIONS = 30;

    @TempDir
    Path directory;

    private int asked;
    private int named;

    @Test
    void nothingThatHappensToAMemoryChangesWhatItAnswers() {
        LogProperty.holdsForAll(FIRST_SEED, MEMORIES, 30, UnchangedAnswersTest::log, this::check);
        System.out.printf(
                "memories of seeds %d to %d: %d questions, %d with something left out%n",
                FIRST_SEED, FIRST_SEED + MEMORIES - 1, asked, named);
        assertThat(named).as("questions with something left out").isBetween(asked / 20, asked);
    }

    private static List<Line> log(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int concepts = random.nextBoolean() ? 15 : 50;
        return RandomLog.of(
                seed, new Shape(160, concepts, RandomSettings.stepMs(random), random.nextInt(4), random.nextBoolean()));
    }

    private static Map<String, String> learning(SplittableRandom random) {
        String[] kept = {"0", "2", "3", "8"};
        String[] below = {"0", "0.001", "0.3", "0.9"};
        Map<String, String> settings = new LinkedHashMap<>(RandomSettings.of(random));
        settings.put("max-associations", kept[random.nextInt(kept.length)]);
        settings.put("forget.below", below[random.nextInt(below.length)]);
        return settings;
    }

    private Consumer<List<Line>> check(long seed) {
        return log -> {
            SplittableRandom random = new SplittableRandom(seed);
            Map<String, String> given = learning(random);
            RecallSettings recall = Questions.tight(random);
            Path path = directory.resolve("s" + seed + "-" + System.nanoTime());
            Engine engine = open(path, given);
            try {
                for (int piece = 0; piece < PIECES; piece++) {
                    List<Line> lines = log.subList(log.size() * piece / PIECES, log.size() * (piece + 1) / PIECES);
                    apply(engine, lines, 1 + random.nextInt(30));
                    List<Question> questions = questions(random, engine, given);
                    List<String> before = answers(engine, recall, questions);
                    String what = "nothing";
                    for (int event = 0; event < 2; event++) {
                        switch (random.nextInt(3)) {
                            case 0 -> {
                                what += ", a checkpoint";
                                engine.checkpoint();
                            }
                            case 1 -> {
                                what += ", a restart";
                                engine.close();
                                engine = open(path, given);
                            }
                            default -> {
                                what += ", a backup";
                                Path backup = directory.resolve("b" + seed + "-" + System.nanoTime());
                                engine.linkTo(backup);
                                try (Engine copy = Engine.openReadOnly(backup, options(), new SimpleMeterRegistry())) {
                                    assertSame(what + ", in it", given, recall, questions, before, copy);
                                }
                            }
                        }
                        assertSame(what, given, recall, questions, before, engine);
                    }
                }
            } finally {
                engine.close();
            }
        };
    }

    /** Of tables that were in memory, some are not any more. */
    @Test
    void whatLeftMemoryAnswersAsItDid() {
        long seed = 7;
        System.out.println("seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        int concepts = 6_000;
        Map<String, String> given =
                Map.of("half-lives", "1d,30d", "max-associations", "40", "forget.below", "0.3", "kernel", "uniform");
        RecallSettings recall = RecallSettings.parse(Map.of("recall.hub-max", "50", "recall.associations-max", "300"));
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        int evictions = 0;
        try (Engine engine = Engine.open(directory.resolve("large"), given, options(), meters)) {
            for (int round = 0; round < 7; round++) {
                List<Entry> entries = new ArrayList<>();
                for (int i = 0; i < 3_000; i++) {
                    int about = random.nextInt(concepts);
                    entries.add(Episode.of(
                            round * 86_400_000L * 3 + i * 30_000L,
                            Stream.iterate(0, j -> j + 1)
                                    .limit(6)
                                    .map(j -> "c" + (about + random.nextInt(40)) % concepts)
                                    .distinct()
                                    .toArray(String[]::new)));
                }
                engine.apply(new Batch("", entries, List.of(), 0));
                List<Question> questions = questions(random, engine, given, concepts, 100);
                List<String> before = answers(engine, recall, questions);
                double heap = heapBytes(meters);
                engine.checkpoint();
                // What was asked for is not evicted at once; what came first is.
                engine.apply(new Batch("", List.of(), List.of(), 0));
                engine.checkpoint();
                evictions += heapBytes(meters) < heap ? 1 : 0;
                assertSame("an eviction", given, recall, questions, before, engine);
            }
        }
        assertThat(evictions).as("rounds with evictions").isPositive();
    }

    private static double heapBytes(SimpleMeterRegistry meters) {
        return meters.get("synfire.memory.heap.bytes").gauge().value();
    }

    /** In memory the strongest of a hub are kept, in the store they are sought among all. */
    @Test
    void theStrongestOfAHubAreTheSameInMemoryAndInTheStore() {
        Map<String, String> given = Map.of("half-lives", "none", "max-associations", "0");
        RecallSettings recall = RecallSettings.parse(Map.of("recall.hub-max", "1000"));
        List<Entry> log = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            // Of every strength between 1 and 101 some, in no order.
            double strength = 1 + i * 7919 % 1_000 / 10.0;
            log.add(new Episode(i, null, List.of(Activation.of("hub"), new Activation("c" + i, strength)), 1, null));
            log.add(Episode.of(i, "c" + i, "d" + i % 50));
        }
        List<Question> questions = Stream.of(1, 2, 3)
                .map(hops -> RecallQuery.builder()
                        .cues(List.of("hub"))
                        .hops(hops)
                        .k(20)
                        .build())
                .map(query -> new Question(query.toString(), queries -> new AnswerJson().of(queries.recall(query))))
                .toList();
        Path path = directory.resolve("hub");
        List<String> before;
        try (Engine engine = open(path, given)) {
            engine.apply(new Batch("", log, List.of(), 0));
            before = answers(engine, recall, questions);
            assertSame("nothing", given, recall, questions, before, engine);
        }
        // Five of each strength, so that as strong as the 256th are those up to the 260th.
        assertThat(before.get(0)).contains("\"associations\":260,\"skipped\":0,\"partly\":1");
        try (Engine engine = open(path, given)) {
            assertSame("a restart", given, recall, questions, before, engine);
        }
    }

    private static Engine open(Path path, Map<String, String> given) {
        return Engine.open(path, given, options(), new SimpleMeterRegistry());
    }

    private static EngineOptions options() {
        return new EngineOptions(EngineOptions.MEMORY_BYTES_MIN);
    }

    /** So many entries of one partition at once. */
    private static void apply(Engine engine, List<Line> lines, int atOnce) {
        for (int from = 0; from < lines.size(); ) {
            String partition = lines.get(from).partition();
            List<Entry> entries = new ArrayList<>();
            int to = from;
            while (to < lines.size()
                    && entries.size() < atOnce
                    && lines.get(to).partition().equals(partition)) {
                entries.add(lines.get(to++).entry());
            }
            engine.apply(new Batch(partition, entries, List.of(), 0));
            from = to;
        }
    }

    private static List<Question> questions(SplittableRandom random, Engine engine, Map<String, String> given) {
        return questions(random, engine, given, 55, QUESTIONS);
    }

    private static List<Question> questions(
            SplittableRandom random, Engine engine, Map<String, String> given, int concepts, int count) {
        Questions questions = new Questions(
                random, LearningSettings.parse(given), concepts, engine.view().watermarkMs());
        return Stream.generate(questions::next).limit(count).toList();
    }

    private static List<String> answers(Engine engine, RecallSettings recall, List<Question> questions) {
        Queries queries = new Queries(engine.view(), recall);
        return questions.stream().map(question -> question.ask(queries)).toList();
    }

    private void assertSame(
            String what,
            Map<String, String> given,
            RecallSettings recall,
            List<Question> questions,
            List<String> before,
            Engine engine) {
        Queries queries = new Queries(engine.view(), recall);
        for (int i = 0; i < questions.size(); i++) {
            String after = questions.get(i).ask(queries);
            asked++;
            named += after.contains("\"leftOut\"") ? 1 : 0;
            if (!after.equals(before.get(i))) {
                assertThat(after)
                        .as("after %s: %s%n%s%n%s", what, questions.get(i).name(), given, recall)
                        .isEqualTo(before.get(i));
            }
        }
    }
}
