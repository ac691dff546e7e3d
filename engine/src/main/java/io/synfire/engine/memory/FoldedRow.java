package io.synfire.engine.memory;

import io.synfire.engine.store.Row;
import io.synfire.engine.view.Associations;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A row of the store as it is read: folded and tidied, with the order of its strongest once somebody asked for these. Under one half-life
 * that order never changes by waiting. Thread-safe; its row never changes.
 */
final class FoldedRow {

    /** How many of the strongest are kept: more than are asked for, since some may be hidden. */
    private static final int STRONGEST = 512;

    /** What it takes besides its associations: objects, array headers, an entry in a map. */
    private static final int OVERHEAD_BYTES = 200;

    private final Row row;
    private final long checkpoint;
    /** Indices of the strongest at the slowest horizon, the strongest first; null before somebody asks. */
    private volatile int @Nullable [] strongest;

    /**
     * A row.
     *
     * @param row the whole row
     * @param checkpoint the last that wrote of it
     */
    FoldedRow(Row row, long checkpoint) {
        this.row = row;
        this.checkpoint = checkpoint;
    }

    Row row() {
        return row;
    }

    long checkpoint() {
        return checkpoint;
    }

    /** What it takes on the heap, the order of its strongest included. */
    long bytes() {
        int horizons = row.landmarks().horizonCount();
        return OVERHEAD_BYTES
                + (4L + 4L * horizons * (row.hasLow() ? 2 : 1)) * row.size()
                + 4L * Math.min(row.size(), STRONGEST);
    }

    /** Hands all of it to a reading. */
    Associations read(Reading.Scope scope) {
        Reading reading = scope.of(row.landmarks(), row.size());
        for (int i = 0; i < row.size(); i++) {
            take(i, reading);
        }
        return done(reading);
    }

    /** Hands its strongest to a reading, and all as strong as the last of them; null if that takes a look at all of it. */
    @Nullable
    Associations readStrongest(int count, Reading.Scope scope) {
        if (count > STRONGEST / 2 || row.size() <= STRONGEST) {
            return null;
        }
        int[] first = strongest;
        if (first == null) {
            first = findStrongest();
            strongest = first;
        }
        Reading reading = scope.of(row.landmarks(), count + 16);
        int at = 0;
        while (at < first.length && reading.size() < count) {
            take(first[at++], reading);
        }
        if (reading.size() < count) {
            return null;
        }
        double last = slowest(first[at - 1]);
        while (at < first.length && slowest(first[at]) == last) {
            take(first[at++], reading);
        }
        // Who is beyond those that are kept may be as strong.
        return at == first.length ? null : done(reading);
    }

    /** Whether a reading shows more than so many. */
    boolean showsMoreThan(int count, Reading.Scope scope) {
        Reading reading = scope.of(row.landmarks(), Math.min(row.size(), count + 1));
        for (int i = 0; i < row.size() && reading.size() <= count; i++) {
            take(i, reading);
        }
        return reading.size() > count;
    }

    private Associations done(Reading reading) {
        return reading.done(row.header().cuts(), row.header().cutBound());
    }

    private void take(int index, Reading reading) {
        int horizons = row.landmarks().horizonCount();
        for (int h = 0; h < horizons; h++) {
            reading.take(row.target(index), h, row.sum(index, h));
        }
    }

    /** All that are at least as strong as the last of so many, but no more than so many; ties beyond them are not told apart. */
    private int[] findStrongest() {
        double[] sums = new double[row.size()];
        for (int i = 0; i < sums.length; i++) {
            sums[i] = slowest(i);
        }
        double floor = Selection.ofRank(sums.clone(), sums.length - STRONGEST);
        int[] found = new int[STRONGEST];
        int count = 0;
        for (int i = 0; i < sums.length && count < STRONGEST; i++) {
            if (sums[i] > floor) {
                found[count++] = i;
            }
        }
        for (int i = 0; i < sums.length && count < STRONGEST; i++) {
            if (sums[i] == floor) {
                found[count++] = i;
            }
        }
        return Arrays.stream(found)
                .boxed()
                .sorted((a, b) -> Double.compare(sums[b], sums[a]))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    private double slowest(int index) {
        return row.sum(index, row.landmarks().horizonCount() - 1);
    }
}
