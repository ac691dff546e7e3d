package io.synfire.engine.memory;

import io.synfire.engine.store.Row;
import io.synfire.engine.view.Associations;
import io.synfire.engine.view.Selection;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * A row of the store as it is read: folded and tidied, with the order of its strongest once somebody asked for these. Under one half-life
 * that order never changes by waiting. Thread-safe; its row never changes.
 */
final class FoldedRow {

    /** How many of the strongest are kept: more than are asked for, since some may be hidden. */
    private static final int STRONGEST = 512;

    /** What it takes besides its associations: objects, array headers, an entry in a map; and for each landmark. */
    private static final int OVERHEAD_BYTES = 288;

    private static final int LANDMARK_BYTES = 8;

    private final Row row;
    private final long checkpoint;
    /** Concepts that had been forgotten when it was folded, or since, while it would have come to the same. */
    private volatile ConceptSet without;

    /** Indices of the strongest at the slowest horizon, the strongest first; null before somebody asks. */
    private volatile int @Nullable [] strongest;

    /**
     * A row.
     *
     * @param row the whole row
     * @param checkpoint the last that wrote of it
     * @param without the concepts without which it was folded
     */
    FoldedRow(Row row, long checkpoint, ConceptSet without) {
        this.without = without;
        this.row = row;
        this.checkpoint = checkpoint;
    }

    Row row() {
        return row;
    }

    long checkpoint() {
        return checkpoint;
    }

    /**
     * Whether it would be folded to the same without some concepts, which are those without which it was, and what was forgotten since. Where
     * nothing was cut, it is so if it leads to none of them.
     */
    boolean isWithout(ConceptSet forgotten) {
        ConceptSet before = without;
        if (before == forgotten) {
            return true;
        }
        if (before.version() > forgotten.version() || row.header().cuts() > 0) {
            return false;
        }
        for (int i = 0; i < row.size(); i++) {
            if (forgotten.contains(row.target(i))) {
                return false;
            }
        }
        without = forgotten;
        return true;
    }

    /** What it takes on the heap, the order of its strongest included. */
    long bytes() {
        int horizons = row.landmarks().horizonCount();
        return OVERHEAD_BYTES
                + (long) LANDMARK_BYTES * horizons
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

    /** Hands its strongest to a reading; null if that takes a look at all of it. */
    @Nullable
    Associations readStrongest(int count, Ties ties, Reading.Scope scope) {
        if (count > STRONGEST / 2 || row.size() <= STRONGEST) {
            return null;
        }
        int[] first = strongest;
        if (first == null) {
            first = findStrongest(scope.moment().ids());
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
        if (ties == Ties.FIRST_BY_ID) {
            return done(reading);
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

    /** The first of them by their sums, then by the ids that their targets have. */
    private int[] findStrongest(IdSource ids) {
        double[] sums = new double[row.size()];
        for (int i = 0; i < sums.length; i++) {
            sums[i] = slowest(i);
        }
        double floor = Selection.ofRank(sums.clone(), sums.length - STRONGEST);
        IntArrayList found = new IntArrayList(STRONGEST);
        for (int i = 0; i < sums.length; i++) {
            if (sums[i] > floor) {
                found.add(i);
            }
        }
        FirstIds atFloor = new FirstIds(STRONGEST - found.size(), ids);
        for (int i = 0; i < sums.length; i++) {
            if (sums[i] == floor) {
                atFloor.offer(row.target(i), i);
            }
        }
        found.addAll(atFloor.items());
        return found.intStream()
                .boxed()
                .sorted(Comparator.<Integer>comparingDouble(i -> -sums[i]).thenComparing(i -> ids.id(row.target(i))))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    private double slowest(int index) {
        return row.sum(index, row.landmarks().horizonCount() - 1);
    }
}
