package io.synfire.engine.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The value of a rank, against sorting. */
final class SelectionTest {

    @Test
    void aRankThatTheArrayDoesNotHaveIsRefused() {
        assertThatThrownBy(() -> Selection.ofRank(new double[] {3, 1, 2}, 3))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> Selection.ofRank(new double[] {3, 1, 2}, -1))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> Selection.ofRank(new double[0], 0)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void aRankHasTheValueThatSortingPutsThereAndPartsTheRest() {
        long seed = 65;
        System.out.println("seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 5_000; round++) {
            double[] values = new double[1 + random.nextInt(200)];
            int distinct = 1 + random.nextInt(300);
            for (int i = 0; i < values.length; i++) {
                values[i] = random.nextInt(distinct);
            }
            if (round % 3 == 0) {
                Arrays.sort(values);
            }
            double[] sorted = values.clone();
            Arrays.sort(sorted);
            int rank = random.nextInt(values.length);
            assertThat(Selection.ofRank(values, rank)).isEqualTo(sorted[rank]);
            for (int i = 0; i < values.length; i++) {
                if (i < rank) {
                    assertThat(values[i]).isLessThanOrEqualTo(sorted[rank]);
                } else {
                    assertThat(values[i]).isGreaterThanOrEqualTo(sorted[rank]);
                }
            }
        }
    }

    /** Each pivot of three splits off three: half of all is compared again and again. */
    @Test
    void valuesThatWereChosenToSplitBadlyTakeNoMoreThanAFewLooksEachAndOneSort() {
        int size = 20_000;
        double[] hostile = Adversary.values(size, size - 1);
        double[] sorted = hostile.clone();
        Arrays.sort(sorted);
        assertThat(Adversary.looks(hostile, size - 1)).isGreaterThan(1_000L * size);
        for (int rank : new int[] {size - 1, size / 2, 0, 7}) {
            Selection selection = new Selection(hostile.clone());
            assertThat(selection.ofRank(rank)).isEqualTo(sorted[rank]);
            assertThat(selection.looks()).isLessThanOrEqualTo(9L * size);
        }
        Selection selection = new Selection(hostile.clone());
        assertThat(selection.ofRank(size - 1)).isEqualTo(sorted[size - 1]);
        assertThat(selection.sorted()).isBetween(1, size);
    }

    @Test
    void valuesOfEveryDayAreNotSorted() {
        SplittableRandom random = new SplittableRandom(66);
        for (int round = 0; round < 200; round++) {
            double[] values = random.doubles(10_000).toArray();
            if (round % 2 == 0) {
                Arrays.sort(values);
            }
            Selection selection = new Selection(values);
            assertThat(selection.ofRank(random.nextInt(values.length))).isPositive();
            assertThat(selection.sorted()).isZero();
        }
    }

    /**
     * Chooses values while they are compared, so that each pivot is among the least (McIlroy, "A killer adversary for quicksort", 1999): all are
     * undecided, and more than any that is decided; of two that are undecided one is decided, as the next value.
     */
    private static final class Adversary {
        private final int[] decided;
        private final int[] order;
        private int next;
        private int candidate;
        private long looks;

        private Adversary(int size) {
            decided = new int[size];
            order = new int[size];
            for (int i = 0; i < size; i++) {
                decided[i] = size;
                order[i] = i;
            }
        }

        static double[] values(int size, int rank) {
            Adversary adversary = new Adversary(size);
            adversary.select(rank);
            double[] values = new double[size];
            for (int i = 0; i < size; i++) {
                values[i] = adversary.decided[i];
            }
            return values;
        }

        /** What quickselect takes that goes on whatever it meets. */
        static long looks(double[] values, int rank) {
            Adversary plain = new Adversary(values.length);
            for (int i = 0; i < values.length; i++) {
                plain.decided[i] = (int) values[i];
            }
            plain.next = values.length;
            plain.select(rank);
            return plain.looks;
        }

        private boolean isLess(int a, int b) {
            int undecided = decided.length;
            if (decided[a] == undecided && decided[b] == undecided && next < undecided) {
                decided[a == candidate ? a : b] = next++;
            }
            if (decided[a] == undecided) {
                candidate = a;
            } else if (decided[b] == undecided) {
                candidate = b;
            }
            return decided[a] < decided[b];
        }

        private int median(int a, int b, int c) {
            if (isLess(a, b)) {
                return isLess(b, c) ? b : isLess(a, c) ? c : a;
            }
            return isLess(a, c) ? a : isLess(b, c) ? c : b;
        }

        private void select(int rank) {
            int from = 0;
            int to = order.length - 1;
            while (from < to) {
                looks += to - from + 1;
                int pivot = median(order[from], order[(from + to) >>> 1], order[to]);
                int left = from;
                int right = to;
                while (left <= right) {
                    while (isLess(order[left], pivot)) {
                        left++;
                    }
                    while (isLess(pivot, order[right])) {
                        right--;
                    }
                    if (left <= right) {
                        int item = order[left];
                        order[left++] = order[right];
                        order[right--] = item;
                    }
                }
                if (rank <= right) {
                    to = right;
                } else if (rank >= left) {
                    from = left;
                } else {
                    return;
                }
            }
        }
    }
}
