package io.synfire.engine.memory;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.Supplier;

/**
 * From ids to ints: open addressing over one array, eight bytes a slot, so that a look is one cache line and the id itself. The ids are
 * kept elsewhere, by their ints.
 *
 * <p>Thread-safe for one writer and many readers: a slot is written after all that belongs to it, and an array is replaced by a larger one
 * that holds the same.
 */
final class ConceptIndex {

    private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(long[].class);
    private static final long CONCEPT = 0xffff_ffffL;

    /** In the place of a concept that was removed: not empty, and no concept. */
    private static final long REMOVED = CONCEPT;

    /** The hash of an id, then its concept + 1; 0 where there is none. */
    private volatile long[] slots = new long[2048];

    private volatile int size;
    private int used;

    int size() {
        return size;
    }

    /** The int of an id, or -1. {@code ids} is asked for after the slot was read: it holds every concept that a slot names. */
    int find(String id, Supplier<String[]> ids) {
        long[] now = slots;
        int hash = spread(id);
        int mask = now.length - 1;
        for (int at = hash & mask; ; at = at + 1 & mask) {
            long slot = (long) SLOT.getAcquire(now, at);
            if (slot == 0) {
                return -1;
            }
            if ((int) (slot >>> 32) == hash && (slot & CONCEPT) != REMOVED) {
                int concept = (int) slot - 1;
                if (ids.get()[concept].equals(id)) {
                    return concept;
                }
            }
        }
    }

    /** The concept where the search for an id begins, mostly its own; or a number below 0. */
    int guess(String id) {
        long[] now = slots;
        return (int) now[spread(id) & now.length - 1] - 1;
    }

    /** Adds a concept whose id is in its place. Writer only. */
    void add(int concept, String[] ids) {
        if ((used + 1) * 2 > slots.length) {
            grow();
        }
        put(slots, (long) spread(ids[concept]) << 32 | concept + 1L);
        used++;
        count(1);
    }

    /** Removes a concept whose id is still in its place. Writer only. */
    void remove(int concept, String[] ids) {
        long[] now = slots;
        int hash = spread(ids[concept]);
        int mask = now.length - 1;
        for (int at = hash & mask; now[at] != 0; at = at + 1 & mask) {
            if ((now[at] & CONCEPT) == concept + 1L) {
                SLOT.setRelease(now, at, now[at] | REMOVED);
                count(-1);
                return;
            }
        }
        throw new IllegalStateException("a concept that is not known cannot be removed: concept=" + concept);
    }

    private void count(int more) {
        int before = size;
        size = before + more;
    }

    private void grow() {
        long[] before = slots;
        // Those that were removed leave room: then it need not be larger.
        long[] grown = new long[size * 4 < before.length ? before.length : before.length * 2];
        used = 0;
        for (long slot : before) {
            if (slot != 0 && (slot & CONCEPT) != REMOVED) {
                put(grown, slot);
                used++;
            }
        }
        slots = grown;
    }

    private static void put(long[] into, long slot) {
        int mask = into.length - 1;
        int at = (int) (slot >>> 32) & mask;
        while (into[at] != 0) {
            at = at + 1 & mask;
        }
        SLOT.setRelease(into, at, slot);
    }

    /** Ids are often alike but for their last digits: all bits of the hash are to count. */
    private static int spread(String id) {
        int hash = id.hashCode() * 0x9E3779B9;
        return hash ^ hash >>> 15;
    }
}
