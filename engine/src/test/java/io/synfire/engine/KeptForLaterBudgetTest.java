package io.synfire.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Retraction;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The budget is kept where what comes is hardly learned, but kept for later: retractions that wait, and ids and contexts of any length. */
final class KeptForLaterBudgetTest {

    private static final long SEED = 20261128;

    @TempDir
    Path directory;

    private final SplittableRandom random = new SplittableRandom(SEED);

    private BudgetWatch watch() {
        System.out.println("seed=" + SEED);
        return new BudgetWatch(directory);
    }

    /** Each of a context of its own, for times that never come. */
    @ParameterizedTest
    @ValueSource(ints = {BudgetWatch.BATCH, BudgetWatch.ANY})
    void retractionsThatWait(int batch) throws InterruptedException {
        int[] number = {0};
        watch().stays(Map.of("half-lives", "30d"), 30, batch, p -> {
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

    /** They may come again: the ids of those that are taken back are free. */
    @Test
    void eventIdsOfFullLength() throws InterruptedException {
        int[] number = {0};
        watch().stays(Map.of("half-lives", "none", "event-id-window", "30d"), 30, BudgetWatch.BATCH, p -> {
            List<Entry> entries = new ArrayList<>();
            for (int i = 0; i < 2_000; i++) {
                Episode event = new Episode(1, null, List.of(Activation.of("c")), 1, "ж".repeat(250) + number[0]++);
                entries.add(event);
                entries.add(new Retraction(null, List.of(event)));
            }
            return entries;
        });
    }

    /** Each of a context of its own, which fires once. */
    @Test
    void contextsOfFullLength() throws InterruptedException {
        int[] number = {0};
        watch().stays(Map.of("half-lives", "none", "max-gap", "300d"), 30, BudgetWatch.BATCH, p -> {
            List<Entry> entries = new ArrayList<>();
            for (int i = 0; i < 2_000; i++) {
                List<Activation> fired = new ArrayList<>();
                for (int j = 0; j < 1 + number[0] % 30; j++) {
                    fired.add(Activation.of("c" + j));
                }
                entries.add(new Episode(1, "ж".repeat(250) + number[0]++, fired, 1, null));
            }
            return entries;
        });
    }

    /** Ids that fire alone, so that there are no associations: what a checkpoint writes of them is not exempt. */
    @Test
    void idsThatFireAlone() throws InterruptedException {
        int[] number = {0};
        watch().stays(Map.of("half-lives", "1h,30d"), 12, BudgetWatch.BATCH, p -> {
            List<Entry> entries = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                entries.add(Episode.of(1, "ж".repeat(250) + number[0]++));
            }
            return entries;
        });
    }

    /** Their windows are dropped, wherever they lie. */
    @ParameterizedTest
    @ValueSource(ints = {BudgetWatch.BATCH, BudgetWatch.ANY})
    void contextsThatAreTakenBack(int batch) throws InterruptedException {
        watch().stays(Map.of("half-lives", "30d"), 30, batch, p -> {
            List<Entry> entries = new ArrayList<>();
            entries.add(Episode.of(10_000, "c", "d"));
            for (int i = 0; i < 3_000; i++) {
                entries.add(retraction("ж".repeat(250) + (3_000 * p + i), 1 + random.nextInt(10_000), "c"));
            }
            return entries;
        });
    }

    /** One after the other while others are read, and then all at once. */
    @ParameterizedTest
    @ValueSource(ints = {BudgetWatch.BATCH, BudgetWatch.ANY})
    void retractionsThatComeDue(int batch) throws InterruptedException {
        watch().stays(Map.of("half-lives", "none"), 40, batch, p -> {
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
}
