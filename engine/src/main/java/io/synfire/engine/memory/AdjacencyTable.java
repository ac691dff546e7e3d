package io.synfire.engine.memory;

import io.synfire.engine.learn.Evidence;
import io.synfire.engine.learn.ForwardDecay;
import io.synfire.engine.learn.Landmarks;
import io.synfire.engine.store.Row;
import io.synfire.engine.store.Row.Header;
import it.unimi.dsi.fastutil.ints.IntIterator;
import it.unimi.dsi.fastutil.ints.IntSet;
import it.unimi.dsi.fastutil.longs.LongArrays;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The associations of one cue in memory: an open-addressing table from target to sums.
 *
 * <p>Either <em>complete</em> (the whole row) or a <em>delta</em> on what is stored of it. What was changed since it was last written is
 * marked, so that a checkpoint may write that alone. Costs 8 bytes a slot at one horizon, about 13 an association; 4 more a slot once a
 * sum of the table is {@link Evidence wide}.
 *
 * <p>Not thread-safe: every use is under the table's own monitor, but for a table that no other thread can see yet, or that none
 * changes any more.
 */
final class AdjacencyTable {

    private static final int SLOTS_MIN = 4;
    private static final int HEADER_BYTES = 120;
    private static final int CHANGED = 1 << 31;

    /** A table of fewer associations is looked at as a whole. */
    private static final int STRONGEST_MIN = 4_096;

    /** From so many associations on it is faster to sort by digits. */
    private static final int RADIX_MIN = 2_000;

    private final int horizons;
    private final int stride;
    private final boolean complete;
    private Landmarks landmarks;

    /** The checkpoint that will write what was changed; 0 if nothing was. */
    private long epoch;

    /** Of a delta: the one before it, which a checkpoint is writing. */
    private @Nullable AdjacencyTable previous;

    /**
     * Slot by slot, a key and the float32 part of each horizon's sum, as bits: beside each other, since what an addition costs is the cache
     * lines it touches. A key is target + 1, with {@link #CHANGED} if the sums were changed; 0 for an empty slot.
     */
    private int[] slots;

    /** What float32 has no room for, horizon by horizon of each slot; null while nothing needs it. */
    private float @Nullable [] low;

    private int slotCount;
    private int size;
    private int changed;
    private int cuts;
    private double cutBound;
    private long prunedMs;
    private boolean cancelled;

    /** Whether associations left since it was last written, or it never was: then what changed does not say all. */
    private boolean shrunk;

    private boolean touched;

    /** Of a large table that was asked for its strongest. */
    private @Nullable Strongest strongest;

    private AdjacencyTable(Landmarks landmarks, boolean complete) {
        this.horizons = landmarks.horizonCount();
        this.landmarks = landmarks;
        this.complete = complete;
        this.stride = 1 + horizons;
        this.slotCount = SLOTS_MIN;
        this.slots = new int[SLOTS_MIN * stride];
    }

    /** An empty table of a cue that has no row yet. */
    static AdjacencyTable complete(Landmarks landmarks, long prunedMs) {
        AdjacencyTable table = new AdjacencyTable(landmarks, true);
        table.prunedMs = prunedMs;
        table.shrunk = true;
        return table;
    }

    /** An empty table on top of what is stored, and of a delta that a checkpoint is writing. */
    static AdjacencyTable delta(Landmarks landmarks, @Nullable AdjacencyTable previous) {
        AdjacencyTable table = new AdjacencyTable(landmarks, false);
        table.previous = previous;
        return table;
    }

    /** The whole row as a table. */
    static AdjacencyTable of(Row row) {
        AdjacencyTable table = new AdjacencyTable(row.landmarks(), true);
        table.resize(slotsFor(row.size()));
        for (int i = 0; i < row.size(); i++) {
            int slot = table.slot(row.target(i));
            table.slots[slot * table.stride] = row.target(i) + 1;
            for (int h = 0; h < table.horizons; h++) {
                table.set(slot, h, row.high(i, h), row.low(i, h));
            }
        }
        table.size = row.size();
        table.cuts = row.header().cuts();
        table.cutBound = row.header().cutBound();
        table.prunedMs = row.header().prunedMs();
        return table;
    }

    /** A table of its own with the same associations, marks included. */
    AdjacencyTable copy() {
        AdjacencyTable copy = new AdjacencyTable(landmarks, complete);
        copy.slots = slots.clone();
        copy.low = low == null ? null : low.clone();
        copy.slotCount = slotCount;
        copy.size = size;
        copy.changed = changed;
        copy.cuts = cuts;
        copy.cutBound = cutBound;
        copy.prunedMs = prunedMs;
        copy.shrunk = shrunk;
        return copy;
    }

    boolean isComplete() {
        return complete;
    }

    /** The checkpoint that will write what was changed; 0 if nothing was. */
    long epoch() {
        return epoch;
    }

    void setEpoch(long checkpoint) {
        epoch = checkpoint;
        touched = true;
    }

    @Nullable
    AdjacencyTable previous() {
        return previous;
    }

    /** The one before it was written. */
    void dropPrevious() {
        previous = null;
    }

    /** How many associations were changed since it was last written. */
    int changed() {
        return changed;
    }

    /** Whether what changed does not say all. */
    boolean isShrunk() {
        return shrunk;
    }

    /** All that was changed is written, or about to be. */
    void written() {
        epoch = 0;
        shrunk = false;
        if (changed > 0) {
            changed = 0;
            for (int at = 0; at < slots.length; at += stride) {
                slots[at] &= ~CHANGED;
            }
        }
    }

    int size() {
        return size;
    }

    int slotCount() {
        return slotCount;
    }

    int cuts() {
        return cuts;
    }

    Landmarks landmarks() {
        return landmarks;
    }

    long bytes() {
        return HEADER_BYTES + 4L * slots.length + (low == null ? 0 : 4L * low.length);
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
        if (key(slot) == 0) {
            if ((size + 1) * 4 > slotCount * 3) {
                resize(slotCount * 2);
                slot = slot(target);
            }
            slots[slot * stride] = target + 1;
            size++;
        }
        if (slots[slot * stride] >= 0) {
            slots[slot * stride] |= CHANGED;
            changed++;
        }
        for (int h = 0; h < horizons; h++) {
            add(slot, h, sums[offset + h]);
        }
        if (strongest != null) {
            strongest.changed(target, sum(slot, horizons - 1));
        }
    }

    /** Adds all of a delta kept at the same landmarks. */
    void addAll(AdjacencyTable delta) {
        if (!delta.landmarks.equals(landmarks)) {
            throw new IllegalStateException(
                    "sums add at equal landmarks alone: landmarks=" + landmarks + " delta=" + delta.landmarks);
        }
        double[] sums = new double[horizons];
        for (int slot = 0; slot < delta.slotCount; slot++) {
            if (delta.key(slot) != 0) {
                for (int h = 0; h < horizons; h++) {
                    sums[h] = delta.sum(slot, h);
                }
                add(delta.key(slot) - 1, sums, 0);
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
        for (int slot = 0; slot < slotCount; slot++) {
            if (key(slot) != 0) {
                boolean faded = true;
                for (int h = 0; h < horizons; h++) {
                    faded &= move(slot, h, moves[h], toWatermark[h]);
                }
                anyFaded |= faded;
            }
        }
        cutBound *= moves[horizons - 1];
        if (strongest != null) {
            strongest.move(moves[horizons - 1]);
        }
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
        for (int slot = 0; slot < slotCount; slot++) {
            if (key(slot) != 0) {
                strongest[next++] = Math.abs(sum(slot, horizons - 1));
            }
        }
        int dropped = size - max;
        double threshold = Selection.ofRank(strongest, dropped);
        int above = 0;
        double strongestDropped = 0;
        for (int i = 0; i < size; i++) {
            above += strongest[i] > threshold ? 1 : 0;
            strongestDropped = i < dropped ? Math.max(strongestDropped, strongest[i]) : strongestDropped;
        }
        int lastTied = lastTiedTarget(threshold, max - above);
        keepOnly(slot -> {
            double sum = Math.abs(sum(slot, horizons - 1));
            return sum > threshold || (sum == threshold && key(slot) - 1 <= lastTied);
        });
        cuts++;
        // The next below the threshold, or a tie with it.
        cutBound += strongestDropped;
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
        for (int slot = 0; slot < slotCount; slot++) {
            if (key(slot) != 0 && gone.contains(key(slot) - 1)) {
                keepOnly(kept -> !gone.contains(key(kept) - 1));
                return;
            }
        }
    }

    /** All of it, what changed of it, or what it adds, as one checkpoint writes it. */
    Row toRow(Row.Kind kind, long checkpoint) {
        int count = kind == Row.Kind.CHANGED ? changed : size;
        long[] order = new long[count];
        int next = 0;
        for (int slot = 0; slot < slotCount; slot++) {
            if (key(slot) != 0 && (kind != Row.Kind.CHANGED || slots[slot * stride] < 0)) {
                order[next++] = (long) (key(slot) - 1) << 32 | slot;
            }
        }
        if (count > RADIX_MIN) {
            LongArrays.radixSort(order);
        } else {
            Arrays.sort(order);
        }
        int[] targets = new int[count];
        float[] highs = new float[count * horizons];
        float[] lows = low == null ? null : new float[count * horizons];
        for (int i = 0; i < count; i++) {
            targets[i] = (int) (order[i] >>> 32);
            int slot = (int) order[i];
            for (int h = 0; h < horizons; h++) {
                highs[i * horizons + h] = high(slot, h);
            }
            if (lows != null && low != null) {
                System.arraycopy(low, slot * horizons, lows, i * horizons, horizons);
            }
        }
        return new Row(new Header(kind, checkpoint, landmarks, cuts, cutBound, prunedMs, size), targets, highs, lows);
    }

    /**
     * Hands the strongest associations at the slowest horizon to a reading, all with the sum of the last of them included.
     *
     * @return false if there is no telling without a look at all of them: the table is small, or too many are alike
     */
    boolean readStrongest(int count, Reading reading) {
        if (!complete || size < STRONGEST_MIN || count > Strongest.MADE_FOR / 2) {
            return false;
        }
        Strongest kept = strongest;
        boolean isTold = kept != null && !kept.isWorn() && tell(kept, count, reading);
        if (!isTold) {
            kept = makeStrongest();
            strongest = kept;
            isTold = tell(kept, count, reading);
        }
        return isTold;
    }

    private boolean tell(Strongest kept, int count, Reading reading) {
        int[] targets = new int[kept.candidates().size()];
        double[] top = new double[targets.length];
        int above = 0;
        for (IntIterator each = kept.candidates().iterator(); each.hasNext(); ) {
            int target = each.nextInt();
            int slot = slot(target);
            double sum = key(slot) == 0 ? 0 : sum(slot, horizons - 1);
            if (sum >= kept.floor() && sum > 0) {
                targets[above] = target;
                top[above++] = sum;
            }
        }
        if (above < count) {
            return false;
        }
        double last = Selection.ofRank(Arrays.copyOf(top, above), above - count);
        for (int i = 0; i < above; i++) {
            if (top[i] >= last) {
                readInto(slot(targets[i]), reading);
            }
        }
        return true;
    }

    private Strongest makeStrongest() {
        double[] sums = new double[size];
        int next = 0;
        for (int slot = 0; slot < slotCount; slot++) {
            if (key(slot) != 0) {
                sums[next++] = sum(slot, horizons - 1);
            }
        }
        double rank = Selection.ofRank(sums, size - Strongest.MADE_FOR);
        int alike = 0;
        for (double sum : sums) {
            alike += sum == rank ? 1 : 0;
        }
        // Of a crowd that is alike none: the floor is what is just above it.
        Strongest made = new Strongest(alike > Strongest.MADE_FOR ? Math.nextUp(rank) : rank);
        for (int slot = 0; slot < slotCount; slot++) {
            if (key(slot) != 0) {
                made.changed(key(slot) - 1, sum(slot, horizons - 1));
            }
        }
        return made;
    }

    /** Hands all sums to a reading. */
    void readInto(Reading reading) {
        for (int slot = 0; slot < slotCount; slot++) {
            if (key(slot) != 0) {
                readInto(slot, reading);
            }
        }
    }

    private void readInto(int slot, Reading reading) {
        for (int h = 0; h < horizons; h++) {
            reading.take(key(slot) - 1, h, sum(slot, h));
        }
    }

    double cutBound() {
        return cutBound;
    }

    private interface SlotTest {
        boolean keeps(int slot);
    }

    private void keepOnly(SlotTest test) {
        int[] oldSlots = slots;
        float[] oldLow = low;
        int oldCount = slotCount;
        boolean[] kept = new boolean[oldCount];
        int left = 0;
        for (int slot = 0; slot < oldCount; slot++) {
            kept[slot] = key(slot) != 0 && test.keeps(slot);
            left += kept[slot] ? 1 : 0;
        }
        shrunk |= left < size;
        strongest = null;
        allocate(slotsFor(left), oldLow != null);
        size = left;
        changed = 0;
        for (int slot = 0; slot < oldCount; slot++) {
            if (kept[slot]) {
                changed += oldSlots[slot * stride] < 0 ? 1 : 0;
                copySlot(slot, oldSlots, oldLow);
            }
        }
    }

    private void resize(int count) {
        int[] oldSlots = slots;
        float[] oldLow = low;
        int oldCount = slotCount;
        allocate(count, oldLow != null);
        for (int slot = 0; slot < oldCount; slot++) {
            if (oldSlots[slot * stride] != 0) {
                copySlot(slot, oldSlots, oldLow);
            }
        }
    }

    private void allocate(int count, boolean wide) {
        slotCount = count;
        slots = new int[count * stride];
        low = wide ? new float[count * horizons] : null;
    }

    private void copySlot(int from, int[] oldSlots, float @Nullable [] oldLow) {
        int to = slot((oldSlots[from * stride] & ~CHANGED) - 1);
        for (int i = 0; i < stride; i++) {
            slots[to * stride + i] = oldSlots[from * stride + i];
        }
        if (oldLow != null && low != null) {
            System.arraycopy(oldLow, from * horizons, low, to * horizons, horizons);
        }
    }

    /** Without its mark. */
    private int key(int slot) {
        return slots[slot * stride] & ~CHANGED;
    }

    private float high(int slot, int horizon) {
        return Float.intBitsToFloat(slots[slot * stride + 1 + horizon]);
    }

    private void high(int slot, int horizon, float value) {
        slots[slot * stride + 1 + horizon] = Float.floatToRawIntBits(value);
    }

    private void add(int slot, int horizon, double addition) {
        float rest = low == null ? 0 : low[slot * horizons + horizon];
        double before = (double) high(slot, horizon) + rest;
        double after = Evidence.sum(before, addition);
        cancelled |= after == 0;
        float rounded = Evidence.round(after);
        high(slot, horizon, rounded);
        if (low != null && rest != 0) {
            low[slot * horizons + horizon] = Evidence.rest(after, rounded);
        } else if (Evidence.mustWiden(before, addition)) {
            widen(slot, horizon, Evidence.rest(after, rounded));
        }
    }

    private void widen(int slot, int horizon, float rest) {
        if (rest != 0) {
            if (low == null) {
                low = new float[slotCount * horizons];
            }
            low[slot * horizons + horizon] = rest;
        }
    }

    private void set(int slot, int horizon, float highPart, float lowPart) {
        high(slot, horizon, highPart);
        widen(slot, horizon, lowPart);
    }

    /** Returns whether nothing is left of the sum. */
    private boolean move(int slot, int horizon, double move, double toWatermark) {
        float moved = (float) (high(slot, horizon) * move);
        boolean faded = Math.abs(moved) * toWatermark < ForwardDecay.FADED;
        high(slot, horizon, faded ? 0 : moved);
        if (low != null) {
            int at = slot * horizons + horizon;
            low[at] = faded ? 0 : (float) (low[at] * move);
        }
        return faded;
    }

    private double sum(int slot, int horizon) {
        return low == null ? high(slot, horizon) : (double) high(slot, horizon) + low[slot * horizons + horizon];
    }

    private boolean isZero(int slot) {
        for (int h = 0; h < horizons; h++) {
            if (high(slot, h) != 0) {
                return false;
            }
        }
        return true;
    }

    /** The highest target that is kept of those exactly at the threshold. */
    private int lastTiedTarget(double threshold, int room) {
        int[] tied = new int[size];
        int count = 0;
        for (int slot = 0; slot < slotCount; slot++) {
            if (key(slot) != 0 && Math.abs(sum(slot, horizons - 1)) == threshold) {
                tied[count++] = key(slot) - 1;
            }
        }
        Arrays.sort(tied, 0, count);
        return tied[room - 1];
    }

    private int slot(int target) {
        int mask = slotCount - 1;
        // Fibonacci hashing: ints are dense, their high bits after this multiplication are spread evenly.
        int slot = (target * 0x9E3779B9) >>> Integer.numberOfLeadingZeros(mask);
        for (int key = key(slot); key != 0 && key != target + 1; key = key(slot)) {
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
