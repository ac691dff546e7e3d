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
import io.synfire.query.recall.Measure;
import io.synfire.query.recall.Queries;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Two concepts that always fire together are certain of each other in every one of many reads beside a learner, and as strong as the
 * definition says of the moment that was read: with their rows in memory, and with their rows in the store. {@code -Dsynfire.reads} says
 * how many reads all cases have together; those alone count during which a batch was applied, a thousand of each batch at the most.
 */
final class CertainPairTest {

    private static final int READS = Integer.getInteger("synfire.reads", 20_000);
    private static final int CASES = 4;

    /** More of one batch would say little: they are of few moments. */
    private static final int READS_OF_BATCH = 1_000;

    private static final double TOLERANCE = 1e-5;

    /** Each batch spans ten half-lives. */
    private static final int HALF_LIVES = 10;

    private static final int EPISODES = 500;

    /**
     * The pair fires in the first batches of a round: a checkpoint of the first is written while the second is applied. In the others its rows
     * can leave memory.
     */
    private static final int ROUND = 6;

    private static final int FIRING = 2;

    private static final int OTHERS = 3_000;

    /** So many others fire together beside the pair, 240 impulses an episode: their rows are more than 16 MiB of memory hold. */
    private static final int TOGETHER = 16;

    /** From then on there is as much as there will be: what is ten batches old has faded. */
    private static final int FILLING = 2 * ROUND;

    /** A whole round at least. */
    private static final int BATCHES_MIN = FILLING + ROUND;

    @TempDir
    Path directory;

    private final AtomicReference<Throwable> wrong = new AtomicReference<>();
    private final AtomicLong reads = new AtomicLong();

    private final AtomicInteger readsOfBatch = new AtomicInteger();

    /** Odd while a batch is applied. */
    private final AtomicInteger applying = new AtomicInteger();

    /** The pair's sum right after each of its episodes, by time: the definition, in doubles. */
    private final NavigableMap<Long, Double> reference = new ConcurrentSkipListMap<>();

    private double sum;
    private long lastMs;

    /** The most that the pair's sum ever was. */
    private volatile double most;

    @ParameterizedTest
    @CsvSource({"1h, 256", "1h, 16", "30d, 256", "30d, 16"})
    void aPairThatAlwaysFiresTogetherIsCertainInEveryRead(String halfLife, int memoryMiB) throws InterruptedException {
        long seed = 20_261_127;
        System.out.println("seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        long halfLifeMs = (halfLife.equals("1h") ? Duration.ofHours(1) : Duration.ofDays(30)).toMillis();
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        long fromStore;
        long tables;
        int number = 0;
        try (Engine engine = Engine.open(
                directory.resolve("store"),
                Map.of("half-lives", halfLife),
                new EngineOptions((long) memoryMiB << 20),
                meters)) {
            while (number < FILLING) {
                engine.apply(batch(random, number, halfLifeMs));
                if (number++ % ROUND == 0) {
                    engine.startCheckpoint();
                }
            }
            List<Thread> readers = List.of(
                    new Thread(() -> read(new Queries(engine.view()), "a", "b", halfLife, (double) halfLifeMs)),
                    new Thread(() -> read(new Queries(engine.view()), "b", "a", halfLife, (double) halfLifeMs)));
            readers.forEach(Thread::start);
            while ((reads.get() < READS / CASES || number < BATCHES_MIN) && wrong.get() == null) {
                Batch batch = batch(random, number, halfLifeMs);
                readsOfBatch.set(0);
                applying.incrementAndGet();
                engine.apply(batch);
                applying.incrementAndGet();
                if (number++ % ROUND == 0) {
                    engine.startCheckpoint();
                }
            }
            readers.forEach(Thread::interrupt);
            for (Thread reader : readers) {
                reader.join();
            }
            tables = engine.memoryUse().tablesBytes();
            fromStore = (long) (meters.get("synfire.rowcache.hits")
                            .functionCounter()
                            .count()
                    + meters.get("synfire.rowcache.misses").functionCounter().count());
        }
        System.out.printf(
                "half-life %s, %d MiB: %,d reads beside %,d batches of ten half-lives, %,d rows of them from the store or its cache, tables %,d bytes%n",
                halfLife, memoryMiB, reads.get(), number - FILLING, fromStore, tables);
        assertThat(wrong.get()).isNull();
        assertThat(reads.get()).isGreaterThanOrEqualTo(READS / CASES);
        if (memoryMiB == 16) {
            // Those included that do not count.
            assertThat(fromStore).isGreaterThan(reads.get() / 2);
        } else {
            assertThat(fromStore).isZero();
        }
    }

    /** The pair, alone or with another, in some batches of a round; others in each, some of which are forgotten. */
    private Batch batch(SplittableRandom random, int number, long halfLifeMs) {
        long stepMs = HALF_LIVES * halfLifeMs / EPISODES;
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < EPISODES; i++) {
            long atMs = ((long) number * EPISODES + i) * stepMs;
            if (number % ROUND < FIRING) {
                entries.add(
                        random.nextBoolean()
                                ? Episode.of(atMs, "a", "b")
                                : Episode.of(atMs, "a", "b", "o" + random.nextInt(40)));
                sum = sum * Math.pow(2, -(atMs - lastMs) / (double) halfLifeMs) + 1;
                lastMs = atMs;
                reference.put(atMs, sum);
                most = Math.max(most, sum);
            }
            if (random.nextBoolean()) {
                entries.add(Episode.of(
                        atMs,
                        random.ints(0, OTHERS)
                                .distinct()
                                .limit(TOGETHER)
                                .mapToObj(other -> "o" + other)
                                .toArray(String[]::new)));
            }
            if (random.nextInt(100) == 0) {
                entries.add(new Forget("o" + random.nextInt(OTHERS), Map.of(), null));
            }
        }
        return new Batch("", entries, List.of(), 0);
    }

    /** Asks until it is interrupted; counts what was asked while a batch was applied. */
    private void read(Queries queries, String cue, String target, String halfLife, double halfLifeMs) {
        AssociationsQuery query = new AssociationsQuery(
                cue, 3, AssociationsQuery.Scoring.of(Measure.CONFIDENCE), "", Blend.of(halfLife), 0, false, null);
        try {
            while (!Thread.currentThread().isInterrupted() && wrong.get() == null) {
                int before = applying.get();
                Answers.Associations answer = queries.associations(query);
                int after = applying.get();
                assertCertain(answer, target, halfLifeMs);
                if (before % 2 == 1 && after == before && readsOfBatch.getAndIncrement() < READS_OF_BATCH) {
                    reads.incrementAndGet();
                }
            }
        } catch (RuntimeException | Error e) {
            wrong.compareAndSet(null, e);
        }
    }

    private void assertCertain(Answers.Associations answer, String target, double halfLifeMs) {
        Answers.Association first = answer.associations().get(0);
        Double confidence = first.confidence();
        double strength = first.strength();
        var last = Objects.requireNonNull(reference.floorEntry(answer.asOfMs()));
        double expected = last.getValue() * Math.pow(2, -(answer.asOfMs() - last.getKey()) / halfLifeMs);
        if (!first.concept().equals(target)
                || !isCertain(confidence)
                || Math.abs(strength - expected) > TOLERANCE * expected
                || strength > most * (1 + TOLERANCE)) {
            throw new AssertionError("confidence=" + confidence + " strength=" + strength + " expected=" + expected
                    + " most=" + most + ": " + answer);
        }
    }

    private static boolean isCertain(@Nullable Double confidence) {
        return confidence != null && confidence >= 1 - TOLERANCE && confidence <= 1;
    }
}
