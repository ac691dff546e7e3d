package io.synfire.engine.memory;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The slots of a table as they were when somebody began to copy them, however long that takes. A few are copied at once. Of many the array
 * is looked at beside the writer, who keeps here what it overwrites meanwhile. So the writer waits for no more than that, and what it has
 * overwritten is put back into the copy at the end. All but {@link #copy} and {@link #done} is called under the table's monitor.
 */
final class SlotsCopy {

    /** So much is copied at once: 128 KiB, some ten microseconds. */
    private static final int AT_ONCE = 1 << 15;

    private final int[] shared;
    private final int stride;
    private int[] copied;

    /** Where something was overwritten, and then what was there; for each change that came. */
    private int[] kept = new int[0];

    private int keptCount;

    /** Who else copies the table. */
    private @Nullable SlotsCopy next;

    private SlotsCopy(int[] shared, int stride, int[] copied) {
        this.shared = shared;
        this.stride = stride;
        this.copied = copied;
    }

    /** Begins to copy slots. */
    static SlotsCopy begin(int[] slots, int stride) {
        return new SlotsCopy(slots, stride, slots.length <= AT_ONCE ? slots.clone() : slots);
    }

    /** Whether it goes on beside the writer. */
    boolean isUnderWay() {
        return copied == shared;
    }

    /** This one in front of others. */
    SlotsCopy before(@Nullable SlotsCopy others) {
        next = others;
        return this;
    }

    /** The others without one. */
    static @Nullable SlotsCopy without(@Nullable SlotsCopy first, SlotsCopy gone) {
        if (first == null || first == gone) {
            return first == null ? null : first.next;
        }
        first.next = without(first.next, gone);
        return first;
    }

    /** The writer is about to change a slot of an array. Returns false if somebody copies that, and would keep too much. */
    static boolean keep(SlotsCopy first, int[] slots, int at) {
        boolean isWorthIt = true;
        for (SlotsCopy copy = first; copy != null; copy = copy.next) {
            if (copy.shared == slots) {
                copy.keep(at);
                isWorthIt &= copy.keptCount <= slots.length / 2;
            }
        }
        return isWorthIt;
    }

    private void keep(int at) {
        if (keptCount + 1 + stride > kept.length) {
            kept = Arrays.copyOf(kept, Math.max(64 * (1 + stride), kept.length * 2));
        }
        kept[keptCount] = at;
        System.arraycopy(shared, at, kept, keptCount + 1, stride);
        keptCount += 1 + stride;
    }

    /** Looks at all slots. Without the monitor: what is changed meanwhile comes out as either, and is put right at the end. */
    void copy() {
        copied = shared.clone();
    }

    /** The slots as they were at the beginning, once nothing is kept here any more. */
    int[] done() {
        // The last first: of a slot that was changed twice the first change counts.
        for (int from = keptCount - 1 - stride; from >= 0; from -= 1 + stride) {
            System.arraycopy(kept, from + 1, copied, kept[from], stride);
        }
        return copied;
    }
}
