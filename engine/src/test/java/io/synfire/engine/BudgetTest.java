package io.synfire.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Forget;
import io.synfire.engine.event.Position;
import io.synfire.engine.event.Retraction;
import io.synfire.engine.view.MemoryView;
import io.synfire.engine.view.ReadTime;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever comes, what is accounted stays within the least budget that there may be, and a tenth more: looked at all the time, not only
 * between batches. Batches are made as sources make them. What ids and marginals take is not counted, since it cannot leave memory.
 */
final class BudgetTest {

    private static final long MEMORY = EngineOptions.MEMORY_BYTES_MIN;
    private static final double MOST = 1.1 * MEMORY;

    /** As the sources of a topic make them. */
    private static final int BATCH = 512;

    private static final long PAIRS = 4_096;

    /** As somebody does who keeps his own positions. */
    private static final int ANY = 1_000_000;

    private static final long SEED = 20261127;

    @TempDir
    Path directory;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final SplittableRandom random = new SplittableRandom(SEED);
    private final AtomicBoolean isDone = new AtomicBoolean();
    private volatile double most;
    private volatile String when = "";

    /** One concept at a time, so that all pairs are with what the session remembers. */
    @ParameterizedTest
    @CsvSource({
        "5000, 512, 15",
        "20000, 512, 15",
        "20000, 1000000, 15",
        "20000, 512, 60",
    })
    void clickSessions(int poll, int batch, int maxSteps) throws InterruptedException {
        int[] clock = {0};
        long pairs = stays(
                Map.of("half-lives", "none", "max-steps", Integer.toString(maxSteps)), 40_000 / poll, batch, p -> {
                    List<Entry> entries = new ArrayList<>();
                    for (int i = 0; i < poll; i++) {
                        entries.add(new Episode(
                                ++clock[0],
                                "session-" + random.nextInt(400),
                                List.of(Activation.of("c" + random.nextInt(20_000))),
                                1,
                                null));
                    }
                    return entries;
                });
        assertThat(pairs).isGreaterThan(40_000L * maxSteps);
    }

    @Test
    void hubs() throws InterruptedException {
        stays(Map.of("half-lives", "none", "max-associations", "0"), 30, BATCH, p -> {
            List<Entry> entries = new ArrayList<>();
            for (int i = 0; i < 3_000; i++) {
                entries.add(Episode.of(1, "hub" + random.nextInt(12), "u" + random.nextInt(30_000)));
            }
            return entries;
        });
    }

    @Test
    void manySmallRows() throws InterruptedException {
        stays(Map.of("half-lives", "none"), 25, BATCH, p -> {
            List<Entry> entries = new ArrayList<>();
            for (int i = 0; i < 2_000; i++) {
                entries.add(Episode.of(
                        1, "u" + random.nextInt(20_000), "u" + random.nextInt(20_000), "u" + random.nextInt(20_000)));
            }
            return entries;
        });
    }

    @Test
    void forgetsInMasses() throws InterruptedException {
        stays(Map.of(), 16, BATCH, p -> {
            List<Entry> entries = new ArrayList<>();
            for (int i = 0; p % 2 == 0 && i < 4_000; i++) {
                entries.add(Episode.of(
                        1_000 + p,
                        "f" + p + "-" + random.nextInt(3_000),
                        "f" + p + "-" + random.nextInt(3_000),
                        "x" + random.nextInt(100)));
            }
            for (int i = 0; p % 2 == 1 && i < 3_000; i++) {
                entries.add(new Forget("f" + (p - 1) + "-" + i));
            }
            return entries;
        });
    }

    /** A firing brings 39,800 impulses. */
    @ParameterizedTest
    @ValueSource(ints = {BATCH, ANY})
    void theLongestBaskets(int batch) throws InterruptedException {
        stays(Map.of("half-lives", "1h,30d"), 5, batch, p -> {
            List<Entry> entries = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                String[] basket = new String[200];
                for (int j = 0; j < basket.length; j++) {
                    basket[j] = "c" + (30 * j + random.nextInt(30));
                }
                entries.add(Episode.of(1, basket));
            }
            return entries;
        });
    }

    /** All rows come to where they are folded at once. */
    @Test
    void rowsThatAreAllAlike() throws InterruptedException {
        stays(Map.of("half-lives", "none"), 60, BATCH, p -> {
            List<Entry> entries = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                String[] basket = new String[10];
                for (int j = 0; j < basket.length; j++) {
                    basket[j] = "c" + (500 * j + random.nextInt(500));
                }
                entries.add(Episode.of(1, basket));
            }
            return entries;
        });
    }

    /** Ids of two bytes a character, contexts and event ids as well. */
    @Test
    void idsOfAnyAlphabet() throws InterruptedException {
        int[] clock = {0};
        stays(Map.of("half-lives", "none", "event-id-window", "30d"), 30, BATCH, p -> {
            List<Entry> entries = new ArrayList<>();
            for (int i = 0; i < 2_000; i++) {
                clock[0]++;
                entries.add(new Episode(
                        clock[0],
                        "сеанс-посетителя-" + clock[0] / 3,
                        List.of(
                                Activation.of("商品編號" + random.nextInt(3_000)),
                                Activation.of("🧀" + random.nextInt(50))),
                        1,
                        "событие-" + clock[0]));
            }
            return entries;
        });
    }

    /** Each of a context of its own, for times that never come. */
    @ParameterizedTest
    @ValueSource(ints = {BATCH, ANY})
    void retractionsThatWait(int batch) throws InterruptedException {
        int[] number = {0};
        stays(Map.of("half-lives", "30d"), 30, batch, p -> {
            List<Entry> entries = new ArrayList<>();
            for (int i = 0; i < 3_000; i++) {
                number[0]++;
                entries.add(retraction("ж".repeat(245) + number[0], 1_000_000L + random.nextInt(1_000_000), "c"));
            }
            entries.add(Episode.of(p, "c", "d"));
            return entries;
        });
        assertThat(number[0]).isEqualTo(90_000);
    }

    /** One after the other while others are read, and then all at once. */
    @ParameterizedTest
    @ValueSource(ints = {BATCH, ANY})
    void retractionsThatComeDue(int batch) throws InterruptedException {
        stays(Map.of("half-lives", "none"), 40, batch, p -> {
            List<Entry> entries = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                long dueMs = random.nextInt(4) == 0 ? p + 1 + random.nextInt(10) : 10_000;
                String[] basket = new String[20];
                for (int j = 0; j < basket.length; j++) {
                    basket[j] = "c" + (10 * j + random.nextInt(10));
                }
                entries.add(retraction(null, dueMs, basket));
            }
            entries.add(Episode.of(p < 39 ? p : 10_000, "c", "d"));
            return entries;
        });
    }

    private static Retraction retraction(@Nullable String context, long atMs, String... concepts) {
        return new Retraction(context, List.of(Episode.of(atMs, concepts)));
    }

    /** Rows and the strongest of tables are kept for readers, who ask for all there is. */
    @Test
    void readersBesideTheLearner() throws InterruptedException {
        Thread[] readers = new Thread[2];
        stays(
                Map.of("half-lives", "none"),
                30,
                BATCH,
                p -> {
                    List<Entry> entries = new ArrayList<>();
                    for (int i = 0; i < 1_000; i++) {
                        entries.add(Episode.of(
                                1,
                                "hub" + random.nextInt(40),
                                "u" + random.nextInt(9_000),
                                "u" + random.nextInt(9_000)));
                    }
                    return entries;
                },
                view -> {
                    for (int reader = 0; reader < readers.length; reader++) {
                        SplittableRandom own = random.split();
                        readers[reader] = new Thread(() -> ask(view, own));
                        readers[reader].start();
                    }
                });
        for (Thread reader : readers) {
            reader.join();
        }
        assertThat(meters.getMeters()).isEmpty();
    }

    private void ask(MemoryView view, SplittableRandom own) {
        try {
            while (!isDone.get()) {
                int concept = view.conceptOf(own.nextBoolean() ? "hub" + own.nextInt(40) : "u" + own.nextInt(9_000));
                if (concept >= 0) {
                    view.strongest(concept, 20, ReadTime.WATERMARK);
                }
            }
        } catch (IllegalStateException closed) {
            assertThat(isDone.get()).as("%s", closed).isTrue();
        }
    }

    /** Returns how many pairs were learned. */
    private long stays(Map<String, String> settings, int polls, int batch, IntFunction<List<Entry>> poll)
            throws InterruptedException {
        return stays(settings, polls, batch, poll, view -> {});
    }

    private long stays(
            Map<String, String> settings,
            int polls,
            int batch,
            IntFunction<List<Entry>> poll,
            Consumer<MemoryView> beside)
            throws InterruptedException {
        System.out.println("seed=" + SEED);
        long learned = 0;
        Thread looking = new Thread(this::lookAllTheTime);
        try (Engine engine = Engine.open(directory, settings, new EngineOptions(MEMORY), meters)) {
            look();
            looking.start();
            beside.accept(engine.view());
            long offset = 0;
            for (int p = 0; p < polls; p++) {
                List<Batch> batches = new ArrayList<>();
                List<Entry> entries = poll.apply(p);
                int from = 0;
                while (from < entries.size()) {
                    int to = batch > BATCH ? entries.size() : end(engine, entries, from);
                    offset += to - from;
                    // One that is longer than those of sources has no position: it may be stored in parts.
                    List<Position> positions =
                            batch > BATCH ? List.of() : List.of(new Position("log", "", 0, offset, -1, ""));
                    batches.add(new Batch("", entries.subList(from, to), positions, 0));
                    from = to;
                }
                apply(engine, batches);
                look();
                assertThat(most).as("poll %d: %s", p, when).isLessThanOrEqualTo(MOST);
            }
            isDone.set(true);
            looking.join();
            learned = engine.view().counts().pairs();
            engine.abandon();
        } finally {
            isDone.set(true);
        }
        System.out.printf("at most %.1f of %.1f MiB: %s%n", most / 0x1p20, MEMORY / 0x1p20, when);
        assertThat(most).as(when).isLessThanOrEqualTo(MOST);
        return learned;
    }

    /** Where a batch ends as the sources of a topic make them. */
    private static int end(Engine engine, List<Entry> entries, int from) {
        long pairs = 0;
        int to = from;
        while (to < entries.size() && to - from < BATCH && pairs < PAIRS) {
            pairs += engine.pairsOf(entries.get(to++));
        }
        return to;
    }

    /** In portions, as who reads a topic does. */
    private static void apply(Engine engine, List<Batch> batches) {
        int from = 0;
        while (from < batches.size()) {
            long pairsMax = engine.pairsAtOnce();
            long sum = engine.pairsOf(batches.get(from));
            int to = from + 1;
            while (to < batches.size() && sum + engine.pairsOf(batches.get(to)) <= pairsMax) {
                sum += engine.pairsOf(batches.get(to));
                to++;
            }
            engine.apply(batches.subList(from, to));
            from = to;
        }
    }

    private void lookAllTheTime() {
        try {
            while (!isDone.get()) {
                look();
                Thread.sleep(1);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void look() {
        double used = gauge("used") - gauge("ids") - gauge("marginals");
        if (used > most) {
            most = used;
            when = String.format(
                    "heap %.1f, fixed %.1f, batch of a checkpoint %.1f, memtables %.1f, cache %.1f MiB",
                    gauge("heap") / 0x1p20,
                    gauge("fixed") / 0x1p20,
                    gauge("checkpoint") / 0x1p20,
                    meters.get("synfire.rocksdb.memtables.bytes").gauge().value() / 0x1p20,
                    meters.get("synfire.rocksdb.cache.bytes").gauge().value() / 0x1p20);
        }
    }

    private double gauge(String name) {
        return meters.get("synfire.memory." + name + ".bytes").gauge().value();
    }
}
