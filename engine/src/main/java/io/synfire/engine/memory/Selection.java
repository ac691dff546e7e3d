package io.synfire.engine.memory;

/** Finds the value of a rank without sorting the rest: Hoare's quickselect, "Algorithm 65: Find" (1961). Pure but for the order it leaves. */
final class Selection {

    private Selection() {}

    /** The value that would be at an index if the array were sorted; afterwards none before it is greater and none behind it is less. */
    static double ofRank(double[] values, int rank) {
        int from = 0;
        int to = values.length - 1;
        while (from < to) {
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
