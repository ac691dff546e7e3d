package io.synfire.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Forget;
import io.synfire.engine.view.Activity;
import io.synfire.engine.view.Associations;
import io.synfire.engine.view.Counts;
import io.synfire.engine.view.MemoryView;
import io.synfire.engine.view.ReadTime;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
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
 * Readers beside a learner whose batches span much time: whatever is read of a moment is what the reference says of the same batch, and of
 * no other.
 */
final class OneMomentTest {

    private static final double TOLERANCE = 1e-5;

    @TempDir
    Path directory;

    /** What a batch has left, by definition: of the pair that always fires together, and of all. */
    private record Left(double pair, double episodes, double other) {}

    /** A hundred batches, each over ten half-lives: a and b always fire together, x and y now and then. */
    private static List<Batch> log(long seed, long halfLifeMs, int batches, int episodes) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Batch> log = new ArrayList<>();
        long atMs = 1_000;
        for (int batch = 0; batch < batches; batch++) {
            List<Entry> entries = new ArrayList<>();
            for (int i = 0; i < episodes; i++) {
                atMs += 10 * halfLifeMs / episodes;
                entries.add(
                        random.nextInt(4) == 0
                                ? Episode.of(atMs, "a", "b", "x" + random.nextInt(300))
                                : Episode.of(atMs, "a", "b"));
                if (random.nextInt(3) == 0) {
                    entries.add(Episode.of(atMs, "x" + random.nextInt(300), "y" + random.nextInt(300)));
                }
            }
            log.add(new Batch("", entries, List.of(), 0));
        }
        return log;
    }

    /** Sums over all episodes, as the definition has it. */
    private static Map<Long, Left> left(List<Batch> log, double halfLifeMs) {
        Map<Long, Left> left = new HashMap<>();
        double pair = 0;
        double episodes = 0;
        double other = 0;
        long watermarkMs = 0;
        left.put(0L, new Left(0, 0, 0));
        for (Batch batch : log) {
            for (Entry entry : batch.entries()) {
                Episode episode = (Episode) entry;
                double decay = Math.pow(2, -(episode.atMs() - watermarkMs) / halfLifeMs);
                watermarkMs = episode.atMs();
                boolean isPair = episode.activations().get(0).concept().equals("a");
                pair = pair * decay + (isPair ? 1 : 0);
                episodes = episodes * decay + 1;
                other = other * decay
                        + (episode.activations().stream()
                                        .anyMatch(each -> each.concept().equals("x7"))
                                ? 1
                                : 0);
            }
            left.put(watermarkMs, new Left(pair, episodes, other));
        }
        return left;
    }

    @ParameterizedTest
    @CsvSource({"1h, 3600000, 2000", "30d, 2592000000, 2000", "30d, 2592000000, 30", "1h, 3600000, 1"})
    void whatIsReadIsOfOneBatch(String halfLife, long halfLifeMs, int episodes) throws InterruptedException {
        long seed = 7;
        System.out.println("seed " + seed);
        List<Batch> log = log(seed, halfLifeMs, 40_000 / (episodes + 100), episodes);
        Map<Long, Left> left = left(log, (double) halfLifeMs);
        Map<String, String> settings = Map.of("half-lives", halfLife, "forget.below", "0");
        AtomicReference<String> wrong = new AtomicReference<>();
        AtomicBoolean isDone = new AtomicBoolean();
        AtomicLong reads = new AtomicLong();
        try (Engine engine = Engine.open(directory, settings, new EngineOptions(64 << 20), new SimpleMeterRegistry())) {
            engine.apply(List.of(log.get(0)));
            List<Thread> readers = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                boolean asksBoth = i == 1;
                readers.add(new Thread(() -> {
                    while (!isDone.get() && wrong.get() == null) {
                        String found = asksBoth ? both(engine.view(), left) : one(engine.view(), left);
                        wrong.compareAndSet(null, found);
                        reads.incrementAndGet();
                    }
                }));
            }
            readers.forEach(Thread::start);
            for (int i = 1; i < log.size(); i++) {
                engine.apply(List.of(log.get(i)));
                if (i % 7 == 0) {
                    engine.startCheckpoint();
                }
            }
            isDone.set(true);
            for (Thread reader : readers) {
                reader.join();
            }
        }
        assertThat(wrong.get()).isNull();
        assertThat(reads.get()).isGreaterThan(500);
    }

    /** What is wrong with the row of a, or null. */
    private static @Nullable String one(MemoryView view, Map<Long, Left> left) {
        Associations row = view.associations(view.conceptOf("a"), ReadTime.WATERMARK);
        return compare(view, row, "b", left);
    }

    private static @Nullable String both(MemoryView view, Map<Long, Left> left) {
        List<Associations> rows = view.associationsOfTwo(view.conceptOf("a"), view.conceptOf("b"), ReadTime.WATERMARK);
        if (rows.get(0).moment().number() != rows.get(1).moment().number()) {
            return "two moments";
        }
        String first = compare(view, rows.get(0), "b", left);
        return first == null ? compare(view, rows.get(1), "a", left) : first;
    }

    private static @Nullable String compare(MemoryView view, Associations row, String target, Map<Long, Left> left) {
        Activity activity = row.moment().activity(ReadTime.WATERMARK);
        Left expected = left.get(row.moment().watermarkMs());
        if (expected == null) {
            return "no batch ends at " + row.moment().watermarkMs();
        }
        int index = row.indexOf(view.conceptOf(target));
        double strength = index < 0 ? 0 : row.strength(index, 0);
        double mass = activity.of(view.conceptOf("a"), 0);
        if (strength / mass < 1 - TOLERANCE || strength / mass > 1 + TOLERANCE) {
            return "confidence " + strength / mass;
        }
        int x7 = view.conceptOf("x7");
        double other = x7 < 0 ? 0 : activity.of(x7, 0);
        boolean agrees = isClose(strength, expected.pair())
                && isClose(mass, expected.pair())
                && isClose(activity.episodes(0), expected.episodes())
                && isClose(other, expected.other());
        return agrees
                ? null
                : "strength " + strength + " M " + mass + " N " + activity.episodes(0) + " x7 " + other + " are not "
                        + expected;
    }

    private static boolean isClose(double actual, double expected) {
        return Math.abs(actual - expected) <= TOLERANCE * Math.max(1e-3, Math.abs(expected));
    }

    @Test
    void aHubIsReadAsAWholeBesideALearnerThatChangesIt() throws InterruptedException {
        // Every episode is the hub's and one target's: so the strengths of its row are together what it fired, and what
        // there is.
        Map<String, String> settings = Map.of("half-lives", "none", "max-associations", "0", "forget.below", "0");
        AtomicReference<String> wrong = new AtomicReference<>();
        AtomicBoolean isDone = new AtomicBoolean();
        AtomicLong reads = new AtomicLong();
        SplittableRandom random = new SplittableRandom(11);
        try (Engine engine =
                Engine.open(directory, settings, new EngineOptions(256 << 20), new SimpleMeterRegistry())) {
            engine.apply(List.of(hub(random, 60_000, 40_000)));
            List<Thread> readers = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                readers.add(new Thread(() -> {
                    while (!isDone.get() && wrong.get() == null) {
                        MemoryView view = engine.view();
                        Associations row = view.associations(view.conceptOf("hub"), ReadTime.WATERMARK);
                        double sum = 0;
                        for (int t = 0; t < row.size(); t++) {
                            sum += row.strength(t, 0);
                        }
                        double mass = row.moment().activity(ReadTime.WATERMARK).of(view.conceptOf("hub"), 0);
                        if (sum != mass || mass != row.moment().counts().episodes()) {
                            wrong.set("strengths " + sum + " M " + mass + " episodes "
                                    + row.moment().counts().episodes());
                        }
                        reads.incrementAndGet();
                    }
                }));
            }
            readers.forEach(Thread::start);
            for (int round = 0; round < 600; round++) {
                engine.apply(List.of(hub(random, 50, 40_000 + 60 * round)));
                if (round % 40 == 0) {
                    engine.startCheckpoint();
                }
            }
            isDone.set(true);
            for (Thread reader : readers) {
                reader.join();
            }
        }
        assertThat(wrong.get()).isNull();
        assertThat(reads.get()).isGreaterThan(20);
    }

    private static Batch hub(SplittableRandom random, int episodes, int targets) {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < episodes; i++) {
            entries.add(Episode.of(1, "hub", "t" + random.nextInt(targets)));
        }
        return new Batch("", entries, List.of(), 0);
    }

    @Test
    void whatABatchAddedIsCountedOnceItIsApplied() {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        try (Engine engine =
                Engine.open(directory, Map.of("half-lives", "none"), new EngineOptions(64 << 20), meters)) {
            engine.apply(List.of(new Batch("", List.of(Episode.of(1, "a", "b", "c")), List.of(), 0)));
            assertThat(engine.view().counts().associations()).isEqualTo(6);
            assertThat(engine.view().counts().pairs()).isEqualTo(6);
            engine.apply(List.of(new Batch("", List.of(new Forget("c")), List.of(), 0)));
            assertThat(engine.view().counts().associations()).isEqualTo(4);
            assertThat(meters.get("synfire.pairs").counter().count()).isEqualTo(6);
        }
    }

    @Test
    void whatIsCountedIsOfOneBatch() throws InterruptedException {
        // No two concepts meet twice, so there are as many associations as ordered pairs: 6 of each episode.
        AtomicReference<String> wrong = new AtomicReference<>();
        AtomicBoolean isDone = new AtomicBoolean();
        try (Engine engine = Engine.open(
                directory, Map.of("half-lives", "none"), new EngineOptions(64 << 20), new SimpleMeterRegistry())) {
            Thread reader = new Thread(() -> {
                while (!isDone.get() && wrong.get() == null) {
                    Counts counts = engine.view().counts();
                    boolean isWhole = counts.pairs() == 6 * counts.episodes()
                            && counts.associations() == 6 * counts.episodes()
                            && counts.concepts() == 3 * counts.episodes();
                    wrong.compareAndSet(null, isWhole ? null : counts.toString());
                }
            });
            reader.start();
            for (int batch = 0; batch < 100; batch++) {
                List<Entry> entries = new ArrayList<>();
                for (int i = 0; i < 500; i++) {
                    String name = batch + "." + i;
                    entries.add(Episode.of(batch, name + "a", name + "b", name + "c"));
                }
                engine.apply(List.of(new Batch("", entries, List.of(), 0)));
                assertThat(engine.view().counts().episodes()).isEqualTo(500L * (batch + 1));
            }
            isDone.set(true);
            reader.join();
        }
        assertThat(wrong.get()).isNull();
    }

    @Test
    void whoIsForgottenAndComesAgainIsOfOneMomentToo() throws InterruptedException {
        // In each batch it is forgotten and fires three times: whoever reads finds three, and never nothing.
        Map<String, String> settings = Map.of("half-lives", "none", "forget.below", "0");
        AtomicReference<String> wrong = new AtomicReference<>();
        AtomicBoolean isDone = new AtomicBoolean();
        try (Engine engine = Engine.open(directory, settings, new EngineOptions(64 << 20), new SimpleMeterRegistry())) {
            Episode together = Episode.of(1, "phoenix", "ash");
            Batch batch = new Batch("", List.of(new Forget("phoenix"), together, together, together), List.of(), 0);
            engine.apply(List.of(batch));
            Thread reader = new Thread(() -> {
                while (!isDone.get() && wrong.get() == null) {
                    MemoryView view = engine.view();
                    int phoenix = view.conceptOf("phoenix");
                    if (phoenix < 0) {
                        wrong.set("it is not known");
                        return;
                    }
                    Associations row = view.associations(phoenix, ReadTime.WATERMARK);
                    double mass = row.moment().activity(ReadTime.WATERMARK).of(phoenix, 0);
                    double strength = row.size() == 0 ? 0 : row.strength(0, 0);
                    // It may have been forgotten since its int was found: then nothing is left of that.
                    boolean isGone = !row.moment().isKnown(phoenix) && row.size() == 0 && mass == 0;
                    if (!isGone && (row.size() != 1 || strength != 3 || mass != 3)) {
                        wrong.set("strength " + strength + " M " + mass + " of " + row.size());
                    }
                }
            });
            reader.start();
            for (int round = 0; round < 2_000; round++) {
                engine.apply(List.of(batch));
                if (round % 50 == 0) {
                    engine.startCheckpoint();
                }
            }
            isDone.set(true);
            reader.join();
            assertThat(engine.view().counts().concepts()).isEqualTo(2);
        }
        assertThat(wrong.get()).isNull();
    }
}
