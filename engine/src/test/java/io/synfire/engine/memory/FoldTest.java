package io.synfire.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.synfire.engine.learn.Landmarks;
import io.synfire.engine.store.Row;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables that are added to tables, and copied: the sums are those of a plain map, and no place takes more than a few looks to find. */
final class FoldTest {

    /** Looks per association. A search in a table that is three quarters full takes 8.5 on average, if its target is not there. */
    private static final int LOOKS_MAX = 16;

    private static final int CONCEPTS = 1 << 20;
    private static final long NUMBER = 1;

    /** Whole numbers below 2^24, and one that a float32 has no room for beside another. */
    private static final double LARGE = 1 << 25;

    @ParameterizedTest(name = "{0} of a row, {1} of a delta, {2} of both, {3} horizons")
    @CsvSource({
        "0, 20000, 0, 1",
        "10, 20000, 10, 1",
        "100, 20000, 50, 3",
        "2000, 20000, 0, 1",
        "12000, 20000, 6000, 2",
        "20000, 20000, 20000, 1",
        "20000, 300, 150, 1",
        "12000, 12000, 0, 1"
    })
    void aFoldIsTheSumOfBothInLinearWork(int rowSize, int deltaSize, int common, int horizons) {
        SplittableRandom random = random(rowSize + 31L * deltaSize + common);
        int[] targets = distinct(random, rowSize + deltaSize - common);
        Map<Integer, double[]> expected = new HashMap<>();
        AdjacencyTable first = AdjacencyTable.complete(Salts.HASH, landmarks(horizons), 0);
        add(first, targets, 0, rowSize, random, expected);
        AdjacencyTable delta = AdjacencyTable.delta(Salts.HASH, landmarks(horizons), null);
        add(delta, targets, rowSize - common, targets.length, random, expected);

        AdjacencyTable whole = AdjacencyTable.of(Salts.HASH, first.toRow(Row.Kind.WHOLE, NUMBER));
        assertThat(whole.looks()).isLessThanOrEqualTo(looksMax(rowSize));
        long before = whole.looks();
        whole.add(delta);

        assertSums(whole, expected);
        assertThat(whole.looks() - before)
                .as("looks")
                .isBetween((long) deltaSize, looksMax(2 * rowSize + 2 * deltaSize));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void manyDeltasOneAfterAnotherFoldInLinearWork(int horizons) {
        SplittableRandom random = random(horizons);
        int[] targets = distinct(random, 30_000);
        Map<Integer, double[]> expected = new HashMap<>();
        AdjacencyTable whole = AdjacencyTable.complete(Salts.HASH, landmarks(horizons), 0);
        // Each twice as large as all before it.
        for (int from = 0, to = 30; from < targets.length; from = to, to = Math.min(targets.length, 3 * to)) {
            AdjacencyTable delta = AdjacencyTable.delta(Salts.HASH, landmarks(horizons), null);
            add(delta, targets, from, to, random, expected);
            whole.add(delta);
        }
        assertSums(whole, expected);
        assertThat(whole.looks()).isLessThanOrEqualTo(looksMax(4 * targets.length));
    }

    @Test
    void whatIsInBothTakesNoMoreRoom() {
        SplittableRandom random = random(5);
        int[] targets = distinct(random, 3_000);
        Map<Integer, double[]> expected = new HashMap<>();
        AdjacencyTable whole = AdjacencyTable.complete(Salts.HASH, landmarks(1), 0);
        add(whole, targets, 0, 3_000, random, expected);
        AdjacencyTable delta = AdjacencyTable.delta(Salts.HASH, landmarks(1), null);
        add(delta, targets, 0, 3_000, random, expected);
        long bytes = whole.bytes();
        whole.add(delta);
        assertThat(whole.bytes()).isEqualTo(bytes);
        assertSums(whole, expected);
    }

    @Test
    void sumsThatAFloatHasNoRoomForAreFoldedWhole() {
        SplittableRandom random = random(6);
        int[] targets = distinct(random, 20_000);
        Map<Integer, double[]> expected = new HashMap<>();
        AdjacencyTable row = AdjacencyTable.complete(Salts.HASH, landmarks(2), 0);
        for (int i = 0; i < 10; i++) {
            add(row, targets[i], LARGE, expected);
        }
        AdjacencyTable delta = AdjacencyTable.delta(Salts.HASH, landmarks(2), null);
        for (int target : targets) {
            add(delta, target, 1, expected);
        }
        AdjacencyTable whole = AdjacencyTable.of(Salts.HASH, row.toRow(Row.Kind.WHOLE, NUMBER));
        whole.add(delta);
        assertThat(whole.isWide()).isTrue();
        assertSums(whole, expected);
    }

    @Test
    void theRestOfARowIsCopiedInLinearWork() {
        SplittableRandom random = random(7);
        int[] targets = distinct(random, 30_000);
        Map<Integer, double[]> expected = new HashMap<>();
        AdjacencyTable table = AdjacencyTable.complete(Salts.HASH, landmarks(1), 0);
        for (int i = 0; i < targets.length; i++) {
            add(table, targets[i], i < 15_000 ? 2 : i + 3, expected);
        }

        assertLooks(table, 15_000, () -> table.cutBackTo(15_000));
        expected.values().removeIf(sums -> sums[0] == 2);
        assertSums(table, expected);

        assertLooks(table, 10_000, () -> table.pruneBelow(20_003, new double[] {1}, 1));
        expected.values().removeIf(sums -> sums[0] < 20_003);
        assertThat(expected).hasSize(10_000);
        assertSums(table, expected);

        AdjacencyTable negative = AdjacencyTable.delta(Salts.HASH, landmarks(1), null);
        Map<Integer, double[]> taken = new HashMap<>();
        expected.forEach((target, sums) -> {
            if (sums[0] < 25_003) {
                add(negative, target, -sums[0], taken);
            }
        });
        table.add(negative);
        assertLooks(table, 5_000, table::dropCancelled);
        expected.keySet().removeAll(taken.keySet());
        assertThat(expected).hasSize(5_000);
        assertSums(table, expected);
    }

    private static void assertLooks(AdjacencyTable table, int left, Runnable change) {
        long before = table.looks();
        change.run();
        assertThat(table.size()).isEqualTo(left);
        assertThat(table.looks() - before).as("looks").isBetween((long) left, looksMax(left));
    }

    private static long looksMax(int associations) {
        return (long) LOOKS_MAX * (associations + 1);
    }

    private static void assertSums(AdjacencyTable table, Map<Integer, double[]> expected) {
        assertThat(table.size()).isEqualTo(expected.size());
        expected.forEach((target, sums) -> {
            int slot = table.slot(target);
            for (int h = 0; h < sums.length; h++) {
                if (!table.isUsed(slot) || table.sum(slot, h) != sums[h]) {
                    fail("target=%d horizon=%d sum=%s expected=%s", target, h, table.sum(slot, h), sums[h]);
                }
            }
        });
        // Each is there once.
        int used = 0;
        for (int slot = 0; slot < table.slotCount(); slot++) {
            used += table.isUsed(slot) ? 1 : 0;
        }
        assertThat(used).isEqualTo(expected.size());
    }

    private static void add(
            AdjacencyTable table,
            int[] targets,
            int from,
            int to,
            SplittableRandom random,
            Map<Integer, double[]> expected) {
        for (int i = from; i < to; i++) {
            add(table, targets[i], 1 + random.nextInt(1_000), expected);
        }
    }

    /** At horizon h it weighs h + 1 times as much. */
    private static void add(AdjacencyTable table, int target, double delta, Map<Integer, double[]> expected) {
        double[] growth = new double[table.horizons()];
        double[] sums = expected.computeIfAbsent(target, t -> new double[growth.length]);
        for (int h = 0; h < growth.length; h++) {
            growth[h] = h + 1;
            sums[h] += delta * growth[h];
        }
        table.add(new int[] {target}, new double[] {delta}, 0, 1, growth, 0);
    }

    private static int[] distinct(SplittableRandom random, int count) {
        return random.ints(0, CONCEPTS).distinct().limit(count).toArray();
    }

    private static Landmarks landmarks(int horizons) {
        return Landmarks.of(new long[horizons]);
    }

    private static SplittableRandom random(long seed) {
        System.out.println("seed " + seed);
        return new SplittableRandom(seed);
    }
}
