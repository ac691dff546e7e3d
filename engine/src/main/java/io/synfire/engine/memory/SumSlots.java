package io.synfire.engine.memory;

import io.synfire.engine.learn.Evidence;
import io.synfire.engine.learn.ForwardDecay;
import io.synfire.engine.view.ConceptHash;
import org.jspecify.annotations.Nullable;

/**
 * From targets to sums: open addressing over one array. Marks which sums were changed.
 *
 * <p>A slot is a key, then the float32 part of each horizon's sum as bits; and then, once a sum of the table is {@link Evidence wide}, what
 * float32 has no room for, again of each horizon. All of a slot is side by side, since what an addition costs is the cache lines it
 * touches. At one horizon a slot is 8 bytes, an association 11 to 21, about 15; wide ones half as much again.
 *
 * <p>A key is target + 1, with {@link #CHANGED} if the sums were changed; 0 for an empty slot.
 *
 * <p>Slots are in the order of their hashes, in every table alike. So what comes out of one table comes in the very order that crowds a
 * smaller one: all of it goes to the beginning, each behind all before it, which is quadratic. What is added or copied from another table
 * or a row therefore comes into room that was made for all of it. There its order does not matter: a place is found within a few slots. The
 * order is another one in each store: where a target lies, {@link ConceptHash} says.
 */
abstract sealed class SumSlots permits AdjacencyTable {

    private static final int SLOTS_MIN = 4;
    private static final int CHANGED = 1 << 31;

    private final int horizons;
    private final int multiplier;
    private int stride;
    private int[] slots;
    private int slotCount;
    private int size;
    private int changed;
    private boolean cancelled;
    private int looks;

    /** Who copies it beside the writer; mostly nobody. */
    private @Nullable SlotsCopy copies;

    SumSlots(int multiplier, int horizons) {
        this.multiplier = multiplier;
        this.horizons = horizons;
        this.stride = 1 + horizons;
        this.slotCount = SLOTS_MIN;
        this.slots = new int[SLOTS_MIN * stride];
    }

    /** Says which slots are meant. */
    interface SlotTest {
        boolean includes(int slot);
    }

    /** How many associations there are. */
    final int size() {
        return size;
    }

    final int slotCount() {
        return slotCount;
    }

    /** How many associations were changed. */
    final int changed() {
        return changed;
    }

    /** By what targets are multiplied to find their places: see {@link ConceptHash}. */
    final int multiplier() {
        return multiplier;
    }

    final long slotBytes() {
        return 4L * slots.length;
    }

    final int horizons() {
        return horizons;
    }

    /** How many slots were looked at to find places for what was folded or copied: what that costs, for tests to count. */
    final long looks() {
        return looks;
    }

    /** Whether sums have a low part. */
    final boolean isWide() {
        return stride > 1 + horizons;
    }

    /** Whether a sum became nothing since this was last asked. */
    final boolean wasCancelled() {
        boolean was = cancelled;
        cancelled = false;
        return was;
    }

    /** Looks at the head of its array; returns something, so that the look is not optimized away. */
    final int touchSlots() {
        return slots.length;
    }

    /**
     * Looks at the slots at which the search for some targets begins, and does nothing with them: they are on their way to the cache
     * meanwhile, several at a time, while an addition waits for each before it knows the next. Writer only; without the monitor, since
     * what another thread may have changed meanwhile does not matter.
     *
     * @return something, so that the look is not optimized away
     */
    final int touch(int[] targets, int from, int to) {
        int[] now = slots;
        int width = stride;
        int shift = Integer.numberOfLeadingZeros(now.length / width - 1);
        int factor = multiplier;
        int seen = 0;
        for (int i = from; i < to; i++) {
            seen += now[home(targets[i], factor, shift) * width];
        }
        return seen;
    }

    /**
     * Adds to the sums of some associations: at horizon h {@code deltas[i]·growth[growthAt + h]} to that of {@code targets[i]}, for each i
     * from {@code from} on and before {@code to}.
     */
    final void addAll(int[] targets, double[] deltas, int from, int to, double[] growth, int growthAt) {
        if (size == 0) {
            // Mostly they are all different: then this is what it would grow to.
            reserve(to - from);
        }
        int[] now = slots;
        int mask = slotCount - 1;
        int shift = Integer.numberOfLeadingZeros(mask);
        int factor = multiplier;
        int width = stride;
        for (int i = from; i < to; i++) {
            int wanted = targets[i] + 1;
            int slot = home(wanted - 1, factor, shift);
            int key = now[slot * width];
            while (key != 0 && (key & ~CHANGED) != wanted) {
                slot = slot + 1 & mask;
                key = now[slot * width];
            }
            if (key == 0 && (size + 1) * 4 > slotCount * 3) {
                resize(slotCount * 2);
                now = slots;
                mask = slotCount - 1;
                shift = Integer.numberOfLeadingZeros(mask);
                slot = slot(wanted - 1);
            }
            if (copies != null) {
                now = keep(slot);
            }
            if (key >= 0) {
                size += key == 0 ? 1 : 0;
                changed++;
                now[slot * width] = wanted | CHANGED;
            }
            for (int h = 0; h < horizons; h++) {
                add(slot, h, deltas[i] * growth[growthAt + h]);
            }
            if (stride != width) {
                now = slots;
                width = stride;
            }
        }
    }

    /**
     * Adds all that others hold, as a row of the store is folded: a sum that is kept as two stays so. Costs the slots of both, however many are
     * new.
     */
    final void addAll(SumSlots more) {
        reserveFor(more);
        for (int from = 0; from < more.slotCount; from++) {
            if (more.isUsed(from)) {
                int target = more.target(from);
                int slot = place(target);
                if (copies != null) {
                    keep(slot);
                }
                mark(slot, target);
                for (int h = 0; h < horizons; h++) {
                    addPart(slot, h, more, from);
                }
                noteIfZero(slot);
            }
        }
    }

    /** Puts an association where there is none, unmarked, into room that was {@link #reserve}d. */
    final int put(int target) {
        int slot = place(target);
        slots[slot * stride] = target + 1;
        size++;
        return slot;
    }

    /** Sets a sum by its parts. */
    final void set(int slot, int horizon, float high, float low) {
        if (low != 0 && !isWide()) {
            widen();
        }
        slots[slot * stride + 1 + horizon] = Float.floatToRawIntBits(high);
        setLow(slot, horizon, low);
    }

    /** Makes room for so many associations in all, if there is less. */
    final void reserve(int associations) {
        int count = slotsFor(associations);
        if (count > slotCount) {
            resize(count);
        }
    }

    /** The slot of a target, or the empty one where it would be. */
    final int slot(int target) {
        int mask = slotCount - 1;
        int slot = home(target, multiplier, Integer.numberOfLeadingZeros(mask));
        for (int key = key(slot); key != 0 && key != target + 1; key = key(slot)) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    final boolean isUsed(int slot) {
        return slots[slot * stride] != 0;
    }

    final boolean isChanged(int slot) {
        return slots[slot * stride] < 0;
    }

    final int target(int slot) {
        return key(slot) - 1;
    }

    final float high(int slot, int horizon) {
        return Float.intBitsToFloat(slots[slot * stride + 1 + horizon]);
    }

    /** What float32 has no room for; 0 if the table is not wide. */
    final float low(int slot, int horizon) {
        return isWide() ? Float.intBitsToFloat(slots[slot * stride + 1 + horizons + horizon]) : 0;
    }

    final double sum(int slot, int horizon) {
        return (double) high(slot, horizon) + low(slot, horizon);
    }

    final boolean isZero(int slot) {
        for (int h = 0; h < horizons; h++) {
            if (high(slot, h) != 0) {
                return false;
            }
        }
        return true;
    }

    /** Notes that a sum is nothing, if all of a slot's are. */
    final void noteIfZero(int slot) {
        cancelled |= isZero(slot);
    }

    /** Takes the marks away. */
    final void unmark() {
        if (changed > 0) {
            changed = 0;
            for (int at = 0; at < slots.length; at += stride) {
                slots[at] &= ~CHANGED;
            }
        }
    }

    /** Multiplies all sums; returns whether there are now associations of which nothing is left that counts at the watermark. */
    final boolean move(double[] moves, double[] toWatermark) {
        if (copies != null) {
            // All of it changes: the array is left to those who copy it.
            slots = slots.clone();
        }
        boolean anyFaded = false;
        for (int slot = 0; slot < slotCount; slot++) {
            if (isUsed(slot)) {
                boolean faded = true;
                for (int h = 0; h < horizons; h++) {
                    faded &= move(slot, h, moves[h], toWatermark[h]);
                }
                anyFaded |= faded;
            }
        }
        return anyFaded;
    }

    /** Drops the other associations; returns whether there were any. */
    final boolean keepOnly(SlotTest test) {
        int[] before = slots;
        boolean[] kept = new boolean[slotCount];
        int left = 0;
        for (int slot = 0; slot < kept.length; slot++) {
            kept[slot] = isUsed(slot) && test.includes(slot);
            left += kept[slot] ? 1 : 0;
        }
        boolean anyDropped = left < size;
        allocate(slotsFor(left));
        size = left;
        changed = 0;
        for (int slot = 0; slot < kept.length; slot++) {
            if (kept[slot]) {
                changed += before[slot * stride] < 0 ? 1 : 0;
                copySlot(before, slot * stride, stride);
            }
        }
        return anyDropped;
    }

    /** The same associations, marks included. */
    final void copyTo(SumSlots copy) {
        copyTo(copy, slots.clone());
    }

    /** The same associations as they are now, in slots that are yet to be copied. */
    final SlotsCopy beginCopyTo(SumSlots copy) {
        SlotsCopy begun = SlotsCopy.begin(slots, stride);
        copyTo(copy, slots);
        if (begun.isUnderWay()) {
            copies = begun.before(copies);
        }
        return begun;
    }

    /** Nothing is kept for a copy any more. */
    final void endCopy(SlotsCopy copy) {
        copies = SlotsCopy.without(copies, copy);
    }

    /** Puts slots that were copied in their place. */
    final void take(int[] copied) {
        slots = copied;
    }

    private void copyTo(SumSlots copy, int[] slotsOfCopy) {
        copy.stride = stride;
        copy.slots = slotsOfCopy;
        copy.slotCount = slotCount;
        copy.size = size;
        copy.changed = changed;
        copy.cancelled = cancelled;
    }

    /** What a slot holds is to be changed in its place: who copies the slots is told before. Returns the slots to change. */
    private int[] keep(int slot) {
        SlotsCopy first = copies;
        if (first != null && !SlotsCopy.keep(first, slots, slot * stride)) {
            // It costs less to leave the array to those who copy it.
            slots = slots.clone();
        }
        return slots;
    }

    /** Makes room for all that others hold: no more than is needed, since what is in both takes none. */
    private void reserveFor(SumSlots more) {
        int least = Math.max(size, more.size);
        int most = Math.addExact(size, more.size);
        if (slotsFor(least) == slotsFor(most)) {
            reserve(most);
            return;
        }
        int missing = 0;
        for (int from = 0; from < more.slotCount; from++) {
            missing += more.isUsed(from) && !isUsed(place(more.target(from))) ? 1 : 0;
        }
        reserve(size + missing);
    }

    /** The slot of a target, counted. Not where questions look one up: of the strongest of a hub, to count takes 3 in 100 of the time. */
    private int place(int target) {
        int mask = slotCount - 1;
        int slot = slot(target);
        looks += 1 + (slot - home(target, multiplier, Integer.numberOfLeadingZeros(mask)) & mask);
        return slot;
    }

    private void mark(int slot, int target) {
        int key = slots[slot * stride];
        if (key >= 0) {
            size += key == 0 ? 1 : 0;
            changed++;
            slots[slot * stride] = (target + 1) | CHANGED;
        }
    }

    private void add(int slot, int horizon, double addition) {
        int at = slot * stride + 1 + horizon;
        boolean wide = isWide();
        float rest = wide ? Float.intBitsToFloat(slots[at + horizons]) : 0;
        double before = (double) Float.intBitsToFloat(slots[at]) + rest;
        double after = Evidence.sum(before, addition);
        cancelled |= after == 0;
        float rounded = Evidence.round(after);
        slots[at] = Float.floatToRawIntBits(rounded);
        if (rest != 0 || Evidence.mustWiden(before, addition)) {
            float low = Evidence.rest(after, rounded);
            if (low != 0 && !wide) {
                widen();
            }
            setLow(slot, horizon, low);
        }
    }

    /** Adds a sum of others, as a row of the store is folded. */
    private void addPart(int slot, int horizon, SumSlots more, int from) {
        double before = sum(slot, horizon);
        double addition = more.sum(from, horizon);
        double after = Evidence.sum(before, addition);
        float rounded = Evidence.round(after);
        boolean keepsRest =
                low(slot, horizon) != 0 || more.low(from, horizon) != 0 || Evidence.mustWiden(before, addition);
        set(slot, horizon, rounded, keepsRest ? Evidence.rest(after, rounded) : 0);
    }

    private void setLow(int slot, int horizon, float low) {
        if (isWide()) {
            slots[slot * stride + 1 + horizons + horizon] = Float.floatToRawIntBits(low);
        }
    }

    private void widen() {
        int[] before = slots;
        int narrow = stride;
        stride = 1 + 2 * horizons;
        slots = new int[slotCount * stride];
        for (int slot = 0; slot < slotCount; slot++) {
            System.arraycopy(before, slot * narrow, slots, slot * stride, narrow);
        }
    }

    /** Returns whether nothing is left of the sum. */
    private boolean move(int slot, int horizon, double move, double toWatermark) {
        float moved = (float) (high(slot, horizon) * move);
        boolean faded = Math.abs(moved) * toWatermark < ForwardDecay.FADED;
        slots[slot * stride + 1 + horizon] = Float.floatToRawIntBits(faded ? 0 : moved);
        setLow(slot, horizon, faded ? 0 : (float) (low(slot, horizon) * move));
        return faded;
    }

    private void resize(int count) {
        int[] before = slots;
        allocate(count);
        for (int at = 0; at < before.length; at += stride) {
            if (before[at] != 0) {
                copySlot(before, at, stride);
            }
        }
    }

    private void allocate(int count) {
        slotCount = count;
        slots = new int[count * stride];
    }

    private void copySlot(int[] from, int at, int width) {
        int to = place((from[at] & ~CHANGED) - 1) * width;
        for (int i = 0; i < width; i++) {
            slots[to + i] = from[at + i];
        }
    }

    /** Without its mark. */
    private int key(int slot) {
        return slots[slot * stride] & ~CHANGED;
    }

    private static int home(int target, int multiplier, int shift) {
        return (target * multiplier) >>> shift;
    }

    private static int slotsFor(int associations) {
        int slots = SLOTS_MIN;
        while (associations * 4L > slots * 3L) {
            slots *= 2;
        }
        return slots;
    }
}
