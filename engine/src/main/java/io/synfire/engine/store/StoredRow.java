package io.synfire.engine.store;

import io.synfire.engine.learn.Evidence;
import io.synfire.engine.learn.Landmarks;
import io.synfire.engine.store.Row.Header;
import io.synfire.engine.store.Row.Kind;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that is stored of one cue: a whole row, then what changed in it while it was in memory, then what was added to it while it was
 * not. Reading is folding: what changed replaces; what was added is added in the order in which it came, so that the sums do not depend on
 * how much of it was folded before. Immutable.
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
     * The whole row, with what changed in it while it was in memory, without what was added later.
     *
     * @return null if nothing but additions is stored
     */
    public @Nullable Row base() {
        int changed = wholeAndChanged();
        if (changed < 2) {
            return changed == 0 ? null : rows.get(0);
        }
        Merge merge = new Merge(rows.get(changed - 1).landmarks());
        return merge.replaced(merge.moved(rows.get(0)), merge.changes(rows.subList(1, changed)));
    }

    /**
     * What was added to the row while it was not in memory.
     *
     * @return additions, in the order in which they came
     */
    public List<Row> additions() {
        return rows.subList(wholeAndChanged(), rows.size());
    }

    private int wholeAndChanged() {
        int count = rows.size();
        while (count > 0 && rows.get(count - 1).header().kind() == Kind.ADDED) {
            count--;
        }
        return count;
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
     * Whether all of it was written at the same landmarks.
     *
     * @return false if some of it must be moved to be added to the rest
     */
    public boolean isAtOneLandmark() {
        return rows.stream().allMatch(row -> row.landmarks().equals(landmarks()));
    }

    /**
     * The sum of all of it, as one row: nothing is left out, neither what has faded nor what cancelled out. Costs a merge of sorted rows, and a
     * sort of what was added.
     *
     * @return a whole row
     */
    public Row folded() {
        if (rows.size() == 1 && last().header().kind() == Kind.WHOLE) {
            return last();
        }
        int added = wholeAndChanged();
        Merge merge = new Merge(landmarks());
        Row row = added == 0 ? merge.nothing(rows.get(0)) : merge.moved(rows.get(0));
        if (added > 1) {
            row = merge.replaced(row, merge.changes(rows.subList(1, added)));
        }
        return added == rows.size() ? row : merge.added(row, rows.subList(added, rows.size()));
    }

    /**
     * The part that was written last.
     *
     * @return a row of any kind
     */
    public Row last() {
        return rows.get(rows.size() - 1);
    }

    /** Merges rows at common landmarks. */
    private static final class Merge {
        private final Landmarks landmarks;
        private final int horizons;

        Merge(Landmarks landmarks) {
            this.landmarks = landmarks;
            this.horizons = landmarks.horizonCount();
        }

        /** A row without associations, to add to. */
        Row nothing(Row like) {
            Header header = new Header(
                    Kind.WHOLE,
                    like.header().checkpoint(),
                    landmarks,
                    0,
                    0,
                    like.header().prunedMs(),
                    0);
            return new Row(header, new int[0], new float[0], null);
        }

        /** The last change of each association. Halves first, so that no row is copied more than log n times. */
        Row changes(List<Row> parts) {
            if (parts.size() == 1) {
                return moved(parts.get(0));
            }
            int half = parts.size() / 2;
            return replaced(changes(parts.subList(0, half)), changes(parts.subList(half, parts.size())));
        }

        /** Two rows as one: where both have a target the later counts. */
        Row replaced(Row earlier, Row later) {
            Sums sums = new Sums(earlier.size() + later.size(), earlier.hasLow() || later.hasLow());
            int a = 0;
            for (int b = 0; b < later.size(); b++) {
                for (; a < earlier.size() && earlier.target(a) < later.target(b); a++) {
                    sums.copy(earlier, a);
                }
                if (a < earlier.size() && earlier.target(a) == later.target(b)) {
                    a++;
                }
                sums.copy(later, b);
            }
            for (; a < earlier.size(); a++) {
                sums.copy(earlier, a);
            }
            return sums.toRow(header(earlier.header().kind(), later, later, sums));
        }

        /** A row, and what was added to it: each sum gets one addition after the other. */
        Row added(Row row, List<Row> parts) {
            List<Row> additions = parts.stream().map(this::moved).toList();
            long[] order = new long[additions.stream().mapToInt(Row::size).sum()];
            int count = 0;
            boolean anyLow = row.hasLow();
            for (int part = 0; part < additions.size(); part++) {
                anyLow |= additions.get(part).hasLow();
                for (int i = 0; i < additions.get(part).size(); i++) {
                    order[count++] = (long) additions.get(part).target(i) << 32 | part;
                }
            }
            Arrays.sort(order);
            int[] next = new int[additions.size()];
            Sums sums = new Sums(row.size() + count, anyLow);
            int a = 0;
            for (long each : order) {
                int target = (int) (each >>> 32);
                int part = (int) each;
                for (; a < row.size() && row.target(a) <= target; a++) {
                    sums.copy(row, a);
                }
                sums.add(additions.get(part), next[part]++);
            }
            for (; a < row.size(); a++) {
                sums.copy(row, a);
            }
            return sums.toRow(header(row.header().kind(), row, additions.get(additions.size() - 1), sums));
        }

        private Header header(Kind kind, Row told, Row last, Sums sums) {
            return new Header(
                    kind,
                    last.header().checkpoint(),
                    landmarks,
                    told.header().cuts(),
                    told.header().cutBound(),
                    told.header().prunedMs(),
                    sums.size);
        }

        /** A row at the common landmarks. */
        Row moved(Row row) {
            if (row.landmarks().equals(landmarks)) {
                return row;
            }
            double[] moves = row.landmarks().moves(landmarks);
            Sums sums = new Sums(row.size(), row.hasLow());
            for (int i = 0; i < row.size(); i++) {
                sums.move(row, i, moves);
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

            /** Adds to the last association, if that is the one; else it is new. */
            void add(Row more, int index) {
                if (size == 0 || targets[size - 1] != more.target(index)) {
                    copy(more, index);
                    return;
                }
                size--;
                for (int h = 0; h < horizons; h++) {
                    int at = size * horizons + h;
                    float rest = low.length == 0 ? 0 : low[at];
                    double before = (double) high[at] + rest;
                    double addition = more.sum(index, h);
                    double after = Evidence.sum(before, addition);
                    float rounded = Evidence.round(after);
                    boolean keepsLow = rest != 0 || more.low(index, h) != 0 || Evidence.mustWiden(before, addition);
                    set(h, rounded, keepsLow ? Evidence.rest(after, rounded) : 0);
                }
                size++;
            }

            void move(Row row, int index, double[] moves) {
                for (int h = 0; h < horizons; h++) {
                    set(h, (float) (row.high(index, h) * moves[h]), (float) (row.low(index, h) * moves[h]));
                }
                targets[size++] = row.target(index);
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
