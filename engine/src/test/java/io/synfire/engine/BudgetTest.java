package io.synfire.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Forget;
import io.synfire.engine.view.MemoryView;
import io.synfire.engine.view.ReadTime;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
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

    private static final long SEED = 20261127;

    @TempDir
    Path directory;

    private final SplittableRandom random = new SplittableRandom(SEED);

    private BudgetWatch watch() {
        System.out.println("seed=" + SEED);
        return new BudgetWatch(directory);
    }

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
        long pairs = watch().stays(
                        Map.of("half-lives", "none", "max-steps", Integer.toString(maxSteps)),
                        40_000 / poll,
                        batch,
                        p -> {
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
        watch().stays(Map.of("half-lives", "none", "max-associations", "0"), 30, BudgetWatch.BATCH, p -> {
            List<Entry> entries = new ArrayList<>();
            for (int i = 0; i < 3_000; i++) {
                entries.add(Episode.of(1, "hub" + random.nextInt(12), "u" + random.nextInt(30_000)));
            }
            return entries;
        });
    }

    @Test
    void manySmallRows() throws InterruptedException {
        watch().stays(Map.of("half-lives", "none"), 25, BudgetWatch.BATCH, p -> {
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
        watch().stays(Map.of(), 16, BudgetWatch.BATCH, p -> {
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
    @ValueSource(ints = {BudgetWatch.BATCH, BudgetWatch.ANY})
    void theLongestBaskets(int batch) throws InterruptedException {
        watch().stays(Map.of("half-lives", "1h,30d"), 5, batch, p -> {
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
        watch().stays(Map.of("half-lives", "none"), 60, BudgetWatch.BATCH, p -> {
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
        watch().stays(Map.of("half-lives", "none", "event-id-window", "30d"), 30, BudgetWatch.BATCH, p -> {
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

    /** Rows and the strongest of tables are kept for readers, who ask for all there is. */
    @Test
    void readersBesideTheLearner() throws InterruptedException {
        Thread[] readers = new Thread[2];
        BudgetWatch watch = watch();
        watch.stays(
                Map.of("half-lives", "none"),
                30,
                BudgetWatch.BATCH,
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
                        readers[reader] = new Thread(() -> ask(watch, view, own));
                        readers[reader].start();
                    }
                });
        for (Thread reader : readers) {
            reader.join();
        }
        assertThat(watch.isClosed()).isTrue();
    }

    private static void ask(BudgetWatch watch, MemoryView view, SplittableRandom own) {
        try {
            while (!watch.isDone()) {
                int concept = view.conceptOf(own.nextBoolean() ? "hub" + own.nextInt(40) : "u" + own.nextInt(9_000));
                if (concept >= 0) {
                    view.strongest(concept, 20, ReadTime.WATERMARK);
                }
            }
        } catch (IllegalStateException closed) {
            assertThat(watch.isDone()).as("%s", closed).isTrue();
        }
    }
}
