package io.synfire.engine.view;

import java.util.Arrays;

/**
 * Finds the value of a rank without sorting the rest: Hoare's quickselect, "Algorithm 65: Find" (1961). Whoever chooses the values could choose
 * them so that each pivot splits off a few alone, which is quadratic. So who has looked at them all several times sorts what is left: n·log n at
 * worst (Musser, "Introspective sorting and selection algorithms", 1997). Pure but for the order it leaves.
 */
public final class Selection {

    /** Values in any ordinary order take two to four looks each. */
    private static final int LOOKS_EACH_MAX = 8;

    private final double[] values;
    private long looks;
    private int sorted;

    Selection(double[] values) {
        this.values = values;
    }

    /**
     * The value that would be at an index if the array were sorted; afterwards none before it is greater and none behind it is less. Takes a few
     * looks at each value.
     *
     * @param values in any order, none of them NaN; they are put into another
     * @param rank an index of the array
     * @return the value of that rank, the least being that of rank 0
     * @throws IndexOutOfBoundsException if the array has no such index
     */
    public static double ofRank(double[] values, int rank) {
        return new Selection(values).ofRank(rank);
    }

    /** How many values were compared with a pivot, for tests to count. */
    long looks() {
        return looks;
    }

    /** How many were sorted in the end. */
    int sorted() {
        return sorted;
    }

    double ofRank(int rank) {
        long looksMax = (long) LOOKS_EACH_MAX * values.length;
        int from = 0;
        int to = values.length - 1;
        while (from < to) {
            looks += to - from + 1;
            if (looks > looksMax) {
                sorted = to - from + 1;
                Arrays.sort(values, from, to + 1);
                return values[rank];
            }
            double pivot = median(values[from], values[(from + to) >>> 1], values[to]);
            int left = from;
            int right = to;
            while (left <= right) {
                while (values[left] < pivot) {
                    left++;
                }
                while (values[right] > pivot) {
                    right--;
                }
                if (left <= right) {
                    double value = values[left];
                    values[left++] = values[right];
                    values[right--] = value;
                }
            }
            if (rank <= right) {
                to = right;
            } else if (rank >= left) {
                from = left;
            } else {
                return values[rank];
            }
        }
        return values[rank];
    }

    private static double median(double a, double b, double c) {
        return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
    }
}
