package io.synfire.engine.memory;

import io.synfire.engine.learn.ForwardDecay;
import io.synfire.engine.learn.Landmarks;
import io.synfire.engine.store.Row;
import it.unimi.dsi.fastutil.ints.IntSet;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The associations of one cue in memory: an open-addressing table from target to sums.
 *
 * <p>Either <em>complete</em> (the whole row) or a <em>delta</em> on the row as the checkpoint {@link #base()} left it. Costs 8
 * bytes a slot at one horizon, about 13 an association; 4 more a slot once a sum of the table is {@link Evidence wide}.
 *
 * <p>Not thread-safe: every use is under the table's own monitor, but for a table that no other thread can see yet.
 */
final class AdjacencyTable {

    private static final int SLOTS_MIN = 4;
    private static final int HEADER_BYTES = 120;

    private final int horizons;
    private final boolean complete;
    private final long base;
    private Landmarks landmarks;

    /** target + 1, or 0 for an empty slot. */
    private int[] keys = new int[SLOTS_MIN];

    private float[] high;
    private float @Nullable [] low;
    private int size;
    private int cuts;
    private double cutBound;
    private long prunedMs;
    private boolean cancelled;
    private boolean dirty;
    private boolean touched;

    private AdjacencyTable(Landmarks landmarks, boolean complete, long base) {
        this.horizons = landmarks.horizonCount();
        this.landmarks = landmarks;
        this.complete = complete;
        this.base = base;
        this.high = new float[SLOTS_MIN * horizons];
    }

    /** An empty table of a cue that has no row yet. */
    static AdjacencyTable complete(Landmarks landmarks, long prunedMs) {
        AdjacencyTable table = new AdjacencyTable(landmarks, true, 0);
        table.prunedMs = prunedMs;
        return table;
    }

    /** An empty table on top of the row that checkpoint {@code base}, or an earlier one, wrote. */
    static AdjacencyTable delta(Landmarks landmarks, long base) {
        return new AdjacencyTable(landmarks, false, base);
    }

    /** The row as a table. */
    static AdjacencyTable of(Row row) {
        AdjacencyTable table = new AdjacencyTable(row.landmarks(), true, 0);
        table.resize(slotsFor(row.size()));
        for (int i = 0; i < row.size(); i++) {
            int slot = table.slot(row.target(i));
            table.keys[slot] = row.target(i) + 1;
            for (int h = 0; h < table.horizons; h++) {
                table.set(slot, h, row.high(i, h), row.low(i, h));
            }
        }
        table.size = row.size();
        table.cuts = row.cuts();
        table.cutBound = row.cutBound();
        table.prunedMs = row.prunedMs();
        return table;
    }

    boolean isComplete() {
        return complete;
    }

    long base() {
        return base;
    }

    int size() {
        return size;
    }

    int cuts() {
        return cuts;
    }

    Landmarks landmarks() {
        return landmarks;
    }

    long bytes() {
        return HEADER_BYTES + 4L * keys.length + 4L * high.length + (low == null ? 0 : 4L * low.length);
    }

    boolean isDirty() {
        return dirty;
    }

    void setDirty(boolean isDirty) {
        dirty = isDirty;
        touched |= isDirty;
    }

    /** Whether it was changed since this was last asked: what eviction spares. */
    boolean wasTouched() {
        boolean was = touched;
        touched = false;
        return was;
    }

    /** Adds to the sums of one association, {@code sums[offset + h]} at horizon h, all at this table's landmarks. */
    void add(int target, double[] sums, int offset) {
        int slot = slot(target);
        if (keys[slot] == 0) {
            if ((size + 1) * 4 > keys.length * 3) {
                resize(keys.length * 2);
                slot = slot(target);
            }
            keys[slot] = target + 1;
            size++;
        }
        for (int h = 0; h < horizons; h++) {
            add(slot * horizons + h, sums[offset + h]);
        }
    }

    /** Adds all of a delta kept at the same landmarks. */
    void addAll(AdjacencyTable delta) {
        if (!delta.landmarks.equals(landmarks)) {
            throw new IllegalStateException(
                    "sums add at equal landmarks alone: landmarks=" + landmarks + " delta=" + delta.landmarks);
        }
        double[] sums = new double[horizons];
        for (int slot = 0; slot < delta.keys.length; slot++) {
            if (delta.keys[slot] != 0) {
                for (int h = 0; h < horizons; h++) {
                    sums[h] = delta.sum(slot, h);
                }
                add(delta.keys[slot] - 1, sums, 0);
            }
        }
    }

    /** Moves all sums to later landmarks, which is exact, and drops associations that have faded at every horizon. */
    void moveTo(Landmarks to, double[] toWatermark) {
        if (to.equals(landmarks)) {
            return;
        }
        double[] moves = landmarks.moves(to);
        boolean anyFaded = false;
        for (int slot = 0; slot < keys.length; slot++) {
            if (keys[slot] != 0) {
                boolean faded = true;
                for (int h = 0; h < horizons; h++) {
                    faded &= move(slot * horizons + h, moves[h], toWatermark[h]);
                }
                anyFaded |= faded;
            }
        }
        cutBound *= moves[horizons - 1];
        landmarks = to;
        if (anyFaded) {
            keepOnly(slot -> !isZero(slot));
        }
    }

    /** Once it holds twice {@code max} associations, keeps the {@code max} strongest at the slowest horizon, lower ints first. */
    void cutBackTo(int max) {
        if (max == 0 || size < 2L * max) {
            return;
        }
        double[] strongest = new double[size];
        int next = 0;
        for (int slot = 0; slot < keys.length; slot++) {
            if (keys[slot] != 0) {
                strongest[next++] = Math.abs(sum(slot, horizons - 1));
            }
        }
        Arrays.sort(strongest);
        double threshold = strongest[size - max];
        int above = 0;
        for (double sum : strongest) {
            above += sum > threshold ? 1 : 0;
        }
        int lastTied = lastTiedTarget(threshold, max - above);
        keepOnly(slot -> {
            double sum = Math.abs(sum(slot, horizons - 1));
            return sum > threshold || (sum == threshold && keys[slot] - 1 <= lastTied);
        });
        cuts++;
        // The strongest that was dropped: the next below the threshold, or a tie with it.
        cutBound += strongest[strongest.length - max - 1];
    }

    /** The watermark when it was last pruned, or made. */
    long prunedMs() {
        return prunedMs;
    }

    /** Drops associations that are weaker than a strength at every horizon, at a watermark. */
    void pruneBelow(double strength, double[] toWatermark, long watermarkMs) {
        prunedMs = watermarkMs;
        keepOnly(slot -> {
            for (int h = 0; h < horizons; h++) {
                if (Math.abs(sum(slot, h)) * toWatermark[h] >= strength) {
                    return true;
                }
            }
            return false;
        });
    }

    /** Drops associations of which nothing is left at any horizon. */
    void dropCancelled() {
        if (cancelled) {
            cancelled = false;
            keepOnly(slot -> !isZero(slot));
        }
    }

    /** Drops associations to some concepts. */
    void dropTargets(IntSet gone) {
        for (int key : keys) {
            if (key != 0 && gone.contains(key - 1)) {
                keepOnly(slot -> !gone.contains(keys[slot] - 1));
                return;
            }
        }
    }

    Row toRow(long checkpoint) {
        long[] order = new long[size];
        int next = 0;
        for (int slot = 0; slot < keys.length; slot++) {
            if (keys[slot] != 0) {
                order[next++] = (long) (keys[slot] - 1) << 32 | slot;
            }
        }
        Arrays.sort(order);
        int[] targets = new int[size];
        float[] highs = new float[size * horizons];
        float[] lows = low == null ? null : new float[size * horizons];
        for (int i = 0; i < size; i++) {
            targets[i] = (int) (order[i] >>> 32);
            int slot = (int) order[i];
            System.arraycopy(high, slot * horizons, highs, i * horizons, horizons);
            if (lows != null && low != null) {
                System.arraycopy(low, slot * horizons, lows, i * horizons, horizons);
            }
        }
        return new Row(checkpoint, landmarks, cuts, cutBound, prunedMs, targets, highs, lows);
    }

    /** Hands all sums to a reading. */
    void readInto(Reading reading) {
        for (int slot = 0; slot < keys.length; slot++) {
            if (keys[slot] != 0) {
                for (int h = 0; h < horizons; h++) {
                    reading.take(keys[slot] - 1, h, sum(slot, h));
                }
            }
        }
    }

    double cutBound() {
        return cutBound;
    }

    private interface SlotTest {
        boolean keeps(int slot);
    }

    private void keepOnly(SlotTest test) {
        int[] oldKeys = keys;
        float[] oldHigh = high;
        float[] oldLow = low;
        boolean[] kept = new boolean[oldKeys.length];
        int left = 0;
        for (int slot = 0; slot < oldKeys.length; slot++) {
            kept[slot] = oldKeys[slot] != 0 && test.keeps(slot);
            left += kept[slot] ? 1 : 0;
        }
        allocate(slotsFor(left), oldLow != null);
        size = left;
        for (int slot = 0; slot < oldKeys.length; slot++) {
            if (kept[slot]) {
                copySlot(oldKeys[slot], slot, oldHigh, oldLow);
            }
        }
    }

    private void resize(int slots) {
        int[] oldKeys = keys;
        float[] oldHigh = high;
        float[] oldLow = low;
        allocate(slots, oldLow != null);
        for (int slot = 0; slot < oldKeys.length; slot++) {
            if (oldKeys[slot] != 0) {
                copySlot(oldKeys[slot], slot, oldHigh, oldLow);
            }
        }
    }

    private void allocate(int slots, boolean wide) {
        keys = new int[slots];
        high = new float[slots * horizons];
        low = wide ? new float[slots * horizons] : null;
    }

    private void copySlot(int key, int from, float[] oldHigh, float @Nullable [] oldLow) {
        int to = slot(key - 1);
        keys[to] = key;
        System.arraycopy(oldHigh, from * horizons, high, to * horizons, horizons);
        if (oldLow != null && low != null) {
            System.arraycopy(oldLow, from * horizons, low, to * horizons, horizons);
        }
    }

    private void add(int at, double addition) {
        float rest = low == null ? 0 : low[at];
        double before = (double) high[at] + rest;
        double after = Evidence.sum(before, addition);
        cancelled |= after == 0;
        high[at] = Evidence.round(after);
        if (low != null && rest != 0) {
            low[at] = Evidence.rest(after, high[at]);
        } else if (Evidence.mustWiden(before, addition)) {
            widen(at, Evidence.rest(after, high[at]));
        }
    }

    private void widen(int at, float rest) {
        if (rest != 0) {
            if (low == null) {
                low = new float[high.length];
            }
            low[at] = rest;
        }
    }

    private void set(int slot, int horizon, float highPart, float lowPart) {
        high[slot * horizons + horizon] = highPart;
        widen(slot * horizons + horizon, lowPart);
    }

    /** Returns whether nothing is left of the sum. */
    private boolean move(int at, double move, double toWatermark) {
        high[at] = (float) (high[at] * move);
        if (low != null) {
            low[at] = (float) (low[at] * move);
        }
        if (Math.abs(high[at]) * toWatermark < ForwardDecay.FADED) {
            high[at] = 0;
            if (low != null) {
                low[at] = 0;
            }
            return true;
        }
        return false;
    }

    private double sum(int slot, int horizon) {
        int at = slot * horizons + horizon;
        return low == null ? high[at] : (double) high[at] + low[at];
    }

    private boolean isZero(int slot) {
        for (int h = 0; h < horizons; h++) {
            if (high[slot * horizons + h] != 0) {
                return false;
            }
        }
        return true;
    }

    /** The highest target that is kept of those exactly at the threshold. */
    private int lastTiedTarget(double threshold, int room) {
        int[] tied = new int[size];
        int count = 0;
        for (int slot = 0; slot < keys.length; slot++) {
            if (keys[slot] != 0 && Math.abs(sum(slot, horizons - 1)) == threshold) {
                tied[count++] = keys[slot] - 1;
            }
        }
        Arrays.sort(tied, 0, count);
        return tied[room - 1];
    }

    private int slot(int target) {
        int mask = keys.length - 1;
        // Fibonacci hashing: ints are dense, their high bits after this multiplication are spread evenly.
        int slot = (target * 0x9E3779B9) >>> Integer.numberOfLeadingZeros(mask);
        while (keys[slot] != 0 && keys[slot] != target + 1) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    private static int slotsFor(int associations) {
        int slots = SLOTS_MIN;
        while (associations * 4L > slots * 3L) {
            slots *= 2;
        }
        return slots;
    }
}
