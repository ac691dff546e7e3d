package io.synfire.engine.memory;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.Supplier;

/**
 * From ids to ints: open addressing over one array, eight bytes a slot, so that a look is one cache line and the id itself. The ids and their
 * hashes are kept elsewhere, by their ints. Half of a hash tells slots apart, the whole of it is compared before an id.
 *
 * <p>Hashes are {@linkplain io.synfire.engine.learn.Salt salted}, so that nobody can choose ids whose searches begin at one slot.
 *
 * <p>Thread-safe for one writer and many readers: a slot is written after all that belongs to it, and an array is replaced by a larger one
 * that holds the same.
 */
final class ConceptIndex {

    /** At most half of the slots are taken, and an array of so many longs is the largest that has a power of two. */
    static final int CONCEPTS_MAX = 1 << 29;

    private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(long[].class);
    private static final long CONCEPT = 0xffff_ffffL;

    /** In the place of a concept that was removed: not empty, and no concept. */
    private static final long REMOVED = CONCEPT;

    /** Half of the hash of an id, then its concept + 1; 0 where there is none. */
    private volatile long[] slots = new long[2048];

    private volatile int size;
    private int used;

    int size() {
        return size;
    }

    /** The int of an id, or -1. {@code names} is asked for after the slot was read: it holds every concept that a slot names. */
    int find(long hash, String id, Supplier<ConceptNames> names) {
        long[] now = slots;
        int half = (int) hash;
        int mask = now.length - 1;
        for (int at = half & mask; ; at = at + 1 & mask) {
            long slot = (long) SLOT.getAcquire(now, at);
            if (slot == 0) {
                return -1;
            }
            if ((int) (slot >>> 32) == half && (slot & CONCEPT) != REMOVED) {
                int concept = (int) slot - 1;
                if (names.get().is(concept, hash, id)) {
                    return concept;
                }
            }
        }
    }

    /** How many slots the search for a hash looks at, at most: up to the first that is empty. */
    int probes(long hash) {
        long[] now = slots;
        int mask = now.length - 1;
        int probes = 1;
        for (int at = (int) hash & mask; (long) SLOT.getAcquire(now, at) != 0; at = at + 1 & mask) {
            probes++;
        }
        return probes;
    }

    /** The concept where the search for a hash begins, mostly its own; or a number below 0. */
    int guess(long hash) {
        long[] now = slots;
        return (int) now[(int) hash & now.length - 1] - 1;
    }

    /** Adds a concept whose name is in its place. Writer only. */
    void add(int concept, ConceptNames names) {
        if ((used + 1L) * 2 > slots.length) {
            grow();
        }
        put(slots, names.hash(concept) << 32 | concept + 1L);
        used++;
        count(1);
    }

    /** Removes a concept whose name is still in its place. Writer only. */
    void remove(int concept, ConceptNames names) {
        long[] now = slots;
        int mask = now.length - 1;
        for (int at = (int) names.hash(concept) & mask; now[at] != 0; at = at + 1 & mask) {
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
        long[] grown = new long[Math.multiplyExact(before.length, 2)];
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
}
