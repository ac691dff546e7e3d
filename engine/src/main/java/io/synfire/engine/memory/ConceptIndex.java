package io.synfire.engine.memory;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.Supplier;

/**
 * From ids to ints: open addressing over one array. A slot is the whole hash of an id and its int, side by side, so that a look is one cache
 * line and the id itself: 64 bits are compared before an id. The ids are kept elsewhere, by their ints.
 *
 * <p>Hashes are {@linkplain io.synfire.engine.learn.Salt salted}, so that nobody can choose ids whose searches begin at one slot.
 *
 * <p>Thread-safe for one writer and many readers: a slot is written after all that belongs to it, and an array is replaced by a larger one
 * that holds the same.
 */
final class ConceptIndex {

    private static final VarHandle SLOTS = MethodHandles.arrayElementVarHandle(long[].class);

    /** The longest array whose length is a power of two has so many slots. */
    private static final int SLOTS_MAX = 1 << 29;

    /** At most two thirds of the slots are taken. */
    static final int CONCEPTS_MAX = SLOTS_MAX / 3 * 2;

    private static final int SLOTS_MIN = 1024;

    /** In the place of a concept that was removed: not empty, and no concept. */
    private static final long REMOVED = -1;

    /** Of each slot the hash of an id, then its concept + 1; that is 0 where there is none. */
    private volatile long[] slots = new long[2 * SLOTS_MIN];

    private volatile int size;
    private int used;

    int size() {
        return size;
    }

    /** How many slots there are. */
    int slotCount() {
        return slots.length / 2;
    }

    /** The int of an id, or -1. {@code ids} is asked for after the slot was read: it holds every concept that a slot names. */
    int find(long hash, String id, Supplier<String[]> ids) {
        long[] now = slots;
        int mask = now.length - 1;
        for (int at = home(hash, mask); ; at = at + 2 & mask) {
            long taken = (long) SLOTS.getAcquire(now, at + 1);
            if (taken == 0) {
                return -1;
            }
            if (now[at] == hash && taken != REMOVED) {
                int concept = (int) taken - 1;
                if (ids.get()[concept].equals(id)) {
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
        for (int at = home(hash, mask); (long) SLOTS.getAcquire(now, at + 1) != 0; at = at + 2 & mask) {
            probes++;
        }
        return probes;
    }

    /** Looks at the slot where the search for a hash begins; returns something, so that the look is not optimized away. Writer only. */
    long touch(long hash) {
        long[] now = slots;
        return now[home(hash, now.length - 1)];
    }

    /** A concept whose id has this hash: mostly the one that is meant; -1 if there is none. Writer only. */
    int guess(long hash) {
        long[] now = slots;
        int mask = now.length - 1;
        for (int at = home(hash, mask); now[at + 1] != 0; at = at + 2 & mask) {
            if (now[at] == hash && now[at + 1] != REMOVED) {
                return (int) now[at + 1] - 1;
            }
        }
        return -1;
    }

    /** Adds a concept whose id is in its place. Writer only. */
    void add(long hash, int concept) {
        if ((used + 1L) * 3 > slots.length) {
            grow();
        }
        put(slots, hash, concept + 1L);
        used++;
        count(1);
    }

    /** Removes a concept. Writer only. */
    void remove(long hash, int concept) {
        long[] now = slots;
        int mask = now.length - 1;
        for (int at = home(hash, mask); now[at + 1] != 0; at = at + 2 & mask) {
            if (now[at + 1] == concept + 1L) {
                SLOTS.setRelease(now, at + 1, REMOVED);
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
        long[] grown = new long[size * 6L < before.length ? before.length : Math.multiplyExact(before.length, 2)];
        used = 0;
        for (int at = 0; at < before.length; at += 2) {
            long taken = before[at + 1];
            if (taken != 0 && taken != REMOVED) {
                put(grown, before[at], taken);
                used++;
            }
        }
        slots = grown;
    }

    private static void put(long[] into, long hash, long taken) {
        int mask = into.length - 1;
        int at = home(hash, mask);
        while (into[at + 1] != 0) {
            at = at + 2 & mask;
        }
        into[at] = hash;
        SLOTS.setRelease(into, at + 1, taken);
    }

    /** Where in the array the search for a hash begins; {@code mask} is the length of the array less 1. */
    private static int home(long hash, int mask) {
        return (int) hash << 1 & mask;
    }
}
