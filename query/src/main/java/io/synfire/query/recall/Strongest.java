package io.synfire.query.recall;

import io.synfire.engine.view.Associations;
import it.unimi.dsi.fastutil.doubles.DoubleHeapPriorityQueue;

/** The strongest associations of a row. */
final class Strongest {

    private Strongest() {}

    /**
     * Of what {@link io.synfire.engine.view.MemoryView#strongest} gives, which may be more than was asked for, the first so many at the
     * slowest horizon, those as strong as the last of them, and nothing without evidence there: the same, whatever is in memory.
     */
    static Associations of(Associations row, int count, int horizons) {
        int slowest = horizons - 1;
        DoubleHeapPriorityQueue first = new DoubleHeapPriorityQueue(count + 1);
        for (int i = 0; i < row.size(); i++) {
            double strength = row.strength(i, slowest);
            if (first.size() < count) {
                first.enqueue(strength);
            } else if (strength > first.firstDouble()) {
                first.dequeueDouble();
                first.enqueue(strength);
            }
        }
        double last = first.isEmpty() ? 0 : first.firstDouble();
        int size = 0;
        for (int i = 0; i < row.size(); i++) {
            size += isKept(row.strength(i, slowest), last) ? 1 : 0;
        }
        int[] targets = new int[size];
        double[] strengths = new double[size * horizons];
        int next = 0;
        for (int i = 0; i < row.size(); i++) {
            if (isKept(row.strength(i, slowest), last)) {
                targets[next] = row.target(i);
                for (int h = 0; h < horizons; h++) {
                    strengths[next * horizons + h] = row.strength(i, h);
                }
                next++;
            }
        }
        return new Associations(
                row.moment(), row.atMs(), targets, strengths, horizons, size, row.cuts(), row.cutBound());
    }

    private static boolean isKept(double strength, double last) {
        return strength >= last && strength != 0;
    }
}
