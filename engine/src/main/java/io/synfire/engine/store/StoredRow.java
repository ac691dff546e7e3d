package io.synfire.engine.store;

import io.synfire.engine.learn.Evidence;
import io.synfire.engine.learn.ForwardDecay;
import io.synfire.engine.learn.Landmarks;
import io.synfire.engine.store.Row.Header;
import io.synfire.engine.store.Row.Kind;
import java.util.Arrays;
import java.util.List;

/**
 * All that is stored of one cue: a whole row, then what changed in it while it was in memory, then what was added to it while it was
 * not. Reading is folding: what changed replaces, what was added is added. Immutable.
 */
public final class StoredRow {

    private final List<Row> rows;

    StoredRow(List<Row> rows) {
        if (rows.isEmpty()) {
            throw new IllegalStateException("what is stored of a cue holds at least one row: rows=0");
        }
        this.rows = rows;
    }

    /**
     * The last checkpoint that wrote of this cue: all that was learned of it until then is here.
     *
     * @return its number
     */
    public long checkpoint() {
        return last().header().checkpoint();
    }

    /**
     * What the newest of its sums are kept at, and the folded row.
     *
     * @return the landmarks
     */
    public Landmarks landmarks() {
        return last().landmarks();
    }

    /**
     * How many associations there are, at most: one that was added counts anew until it is folded.
     *
     * @return at least the number of the folded row
     */
    public int sizeMax() {
        int size = 0;
        for (Row row : rows) {
            size = row.header().kind() == Kind.ADDED
                    ? size + row.size()
                    : row.header().wholeSize();
        }
        return size;
    }

    /**
     * The one row it all amounts to. Costs a merge of sorted rows.
     *
     * @param toWatermark factors that make strengths at the watermark of sums at {@link #landmarks}; what has faded by then is left out
     *     of rows that are moved there
     * @return a whole row
     */
    public Row folded(double[] toWatermark) {
        if (rows.size() == 1 && last().header().kind() == Kind.WHOLE) {
            return last();
        }
        int added = rows.size();
        while (added > 0 && rows.get(added - 1).header().kind() == Kind.ADDED) {
            added--;
        }
        Merge merge = new Merge(landmarks(), toWatermark);
        Row row = added == 0 ? merge.nothing(rows.get(0)) : merge.moved(rows.get(0));
        if (added > 1) {
            row = merge.of(row, merge.all(rows.subList(1, added), false), false);
        }
        if (added < rows.size()) {
            row = merge.of(row, merge.all(rows.subList(added, rows.size()), true), true);
        }
        return row;
    }

    private Row last() {
        return rows.get(rows.size() - 1);
    }

    /** Merges rows, two by two, at common landmarks. */
    private static final class Merge {
        private final Landmarks landmarks;
        private final double[] toWatermark;
        private final int horizons;

        Merge(Landmarks landmarks, double[] toWatermark) {
            this.landmarks = landmarks;
            this.toWatermark = toWatermark;
            this.horizons = landmarks.horizonCount();
        }

        /** A row without associations, to add to. */
        Row nothing(Row like) {
            Header header = new Header(Kind.WHOLE, like.header().checkpoint(), landmarks, 0, 0, 0, 0);
            return new Row(header, new int[0], new float[0], null);
        }

        /** Halves first, so that no row is copied more than log n times. */
        Row all(List<Row> parts, boolean adds) {
            if (parts.size() == 1) {
                return moved(parts.get(0));
            }
            int half = parts.size() / 2;
            return of(all(parts.subList(0, half), adds), all(parts.subList(half, parts.size()), adds), adds);
        }

        /** Two rows as one: where both have a target the later counts, or both are added up. */
        Row of(Row earlier, Row later, boolean adds) {
            Sums sums = new Sums(earlier.size() + later.size(), earlier.hasLow() || later.hasLow());
            int a = 0;
            int b = 0;
            while (a < earlier.size() && b < later.size()) {
                int order = Integer.compare(earlier.target(a), later.target(b));
                if (order < 0) {
                    sums.copy(earlier, a++);
                } else if (order > 0) {
                    sums.copy(later, b++);
                } else if (adds) {
                    sums.add(earlier, a++, later, b++);
                } else {
                    a++;
                    sums.copy(later, b++);
                }
            }
            while (a < earlier.size()) {
                sums.copy(earlier, a++);
            }
            while (b < later.size()) {
                sums.copy(later, b++);
            }
            Header told = (adds ? earlier : later).header();
            Header header = new Header(
                    earlier.header().kind(),
                    later.header().checkpoint(),
                    landmarks,
                    told.cuts(),
                    told.cutBound(),
                    told.prunedMs(),
                    sums.size);
            return sums.toRow(header);
        }

        /** A row at the common landmarks, without what has faded. */
        Row moved(Row row) {
            if (row.landmarks().equals(landmarks)) {
                return row;
            }
            double[] moves = row.landmarks().moves(landmarks);
            Sums sums = new Sums(row.size(), row.hasLow());
            boolean mayDrop = row.header().kind() == Kind.WHOLE;
            for (int i = 0; i < row.size(); i++) {
                sums.move(row, i, moves, mayDrop);
            }
            Header was = row.header();
            double cutBound = was.cutBound() * moves[horizons - 1];
            return sums.toRow(new Header(
                    was.kind(), was.checkpoint(), landmarks, was.cuts(), cutBound, was.prunedMs(), was.wholeSize()));
        }

        /** The associations of a row that is being made. */
        private final class Sums {
            final int[] targets;
            final float[] high;
            float[] low;
            int size;

            Sums(int max, boolean wide) {
                targets = new int[max];
                high = new float[max * horizons];
                low = new float[wide ? max * horizons : 0];
            }

            void copy(Row row, int index) {
                for (int h = 0; h < horizons; h++) {
                    set(h, row.high(index, h), row.low(index, h));
                }
                targets[size++] = row.target(index);
            }

            void add(Row to, int at, Row more, int index) {
                for (int h = 0; h < horizons; h++) {
                    double before = to.sum(at, h);
                    double addition = more.sum(index, h);
                    double after = Evidence.sum(before, addition);
                    float rounded = Evidence.round(after);
                    boolean keepsLow = to.low(at, h) != 0 || Evidence.mustWiden(before, addition);
                    set(h, rounded, keepsLow ? Evidence.rest(after, rounded) : 0);
                }
                targets[size++] = to.target(at);
            }

            void move(Row row, int index, double[] moves, boolean mayDrop) {
                boolean faded = true;
                for (int h = 0; h < horizons; h++) {
                    float moved = (float) (row.high(index, h) * moves[h]);
                    boolean isNothing = Math.abs(moved) * toWatermark[h] < ForwardDecay.FADED;
                    faded &= isNothing;
                    set(h, isNothing ? 0 : moved, isNothing ? 0 : (float) (row.low(index, h) * moves[h]));
                }
                if (!faded || !mayDrop) {
                    targets[size++] = row.target(index);
                }
            }

            Row toRow(Header header) {
                float[] rests = low.length == 0 ? null : Arrays.copyOf(low, size * horizons);
                return new Row(header, Arrays.copyOf(targets, size), Arrays.copyOf(high, size * horizons), rests);
            }

            private void set(int horizon, float highPart, float lowPart) {
                int at = size * horizons + horizon;
                high[at] = highPart;
                if (lowPart != 0 && low.length == 0) {
                    low = new float[high.length];
                }
                if (low.length > 0) {
                    low[at] = lowPart;
                }
            }
        }
    }
}
