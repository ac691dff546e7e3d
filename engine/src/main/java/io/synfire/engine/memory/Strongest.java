package io.synfire.engine.memory;

import it.unimi.dsi.fastutil.ints.IntOpenHashSet;

/**
 * The strongest associations of a large table, kept as they change: all whose sum is at least a floor are among the candidates, and few
 * others. Under one half-life the order of sums never changes by waiting, so nothing but an addition can bring a new one in. Under the
 * table's monitor.
 *
 * <p>Exact for as many as there are candidates at or above the floor. Who finds too few of them, or too many candidates, has it made anew.
 */
final class Strongest {

    /** How many are looked for when it is made: more than are asked for, so that it lasts. */
    static final int MADE_FOR = 512;

    private static final int CANDIDATES_MAX = 8 * MADE_FOR;

    private final IntOpenHashSet candidates = new IntOpenHashSet(2 * MADE_FOR);
    private double floor;

    Strongest(double floor) {
        this.floor = floor;
    }

    /** Notes that an association has this sum now. */
    void changed(int target, double sum) {
        if (sum >= floor) {
            candidates.add(target);
        }
    }

    /** Moves to later landmarks: sums are multiplied by a power of two. */
    void move(double factor) {
        floor *= factor;
    }

    double floor() {
        return floor;
    }

    IntOpenHashSet candidates() {
        return candidates;
    }

    /** Whether so many were strengthened since that it no longer saves anything. */
    boolean isWorn() {
        return candidates.size() > CANDIDATES_MAX;
    }
}
