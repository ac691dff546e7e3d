package io.synfire.engine.memory;

import io.synfire.engine.view.ConceptHash;
import io.synfire.engine.view.Selection;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import it.unimi.dsi.fastutil.ints.IntIterator;
import it.unimi.dsi.fastutil.ints.IntOpenHashSet;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The strongest associations of a large table, kept as they change: all whose sum is above a floor are among the candidates, those at the
 * floor up to some id, and few others. Under one half-life the order of sums never changes by waiting, so nothing but an addition can bring a new one in. Under the
 * table's monitor.
 *
 * <p>Exact for as many as there are candidates at or above the floor. Who finds too few of them, or too many candidates, has it made anew.
 */
final class Strongest {

    /** How many are looked for when it is made: more than are asked for, so that it lasts. */
    static final int MADE_FOR = 512;

    /** A table of fewer associations is looked at as a whole. */
    static final int TABLE_MIN = 4_096;

    private static final int CANDIDATES_MAX = 8 * MADE_FOR;

    /** What it takes on the heap at the most: two ints for a candidate, and objects. */
    static final long BYTES_MAX = 8L * CANDIDATES_MAX + 128;

    /** Their targets, {@link ConceptHash#scatter scattered}. */
    private final IntOpenHashSet candidates = new IntOpenHashSet(2 * MADE_FOR);

    private final ConceptHash hash;
    private final IdSource ids;
    private double floor;

    /** Of those at the floor, candidates are these and what comes before them by id; null if all are. */
    private final @Nullable String lastAtFloor;

    /** A look for them in a copy of a table, and what was added to in the table meanwhile. Under the table's monitor. */
    static final class Search {

        /** If more is added to, what was found is not kept. */
        private static final int NOTED_MAX = 1 << 16;

        private final IntArrayList noted = new IntArrayList();

        /** Some were added to; false if they are too many. */
        boolean note(int[] targets, int from, int to) {
            noted.addElements(noted.size(), targets, from, to - from);
            return noted.size() <= NOTED_MAX;
        }

        /** Tells what was found in the copy what has become of those in the table. */
        void addTo(Strongest found, SumSlots table) {
            for (int i = 0; i < noted.size(); i++) {
                int target = noted.getInt(i);
                found.changed(target, table.sum(table.slot(target), table.horizons() - 1));
            }
        }
    }

    private Strongest(ConceptHash hash, IdSource ids, double floor, @Nullable String lastAtFloor) {
        this.hash = hash;
        this.ids = ids;
        this.floor = floor;
        this.lastAtFloor = lastAtFloor;
    }

    /** Looks for them in a table, all but those that lead to what was forgotten: nothing is ever added to these. */
    static Strongest of(SumSlots table, ConceptSet forgotten, IdSource ids) {
        int slowest = table.horizons() - 1;
        double[] all = new double[table.size()];
        int count = 0;
        for (int slot = 0; slot < table.slotCount(); slot++) {
            if (table.isUsed(slot) && !forgotten.contains(table.target(slot))) {
                all[count++] = table.sum(slot, slowest);
            }
        }
        double[] sums = Arrays.copyOf(all, count);
        double rank = count <= MADE_FOR ? Double.NEGATIVE_INFINITY : Selection.ofRank(sums, count - MADE_FOR);
        int above = 0;
        int alike = 0;
        for (double sum : sums) {
            above += sum > rank ? 1 : 0;
            alike += sum == rank ? 1 : 0;
        }
        // A crowd that is alike, as of what came once and does not fade: the first of it by id.
        FirstIds first = alike > MADE_FOR ? new FirstIds(MADE_FOR - above, ids) : null;
        IntArrayList found = new IntArrayList(MADE_FOR);
        for (int slot = 0; slot < table.slotCount(); slot++) {
            double sum = table.isUsed(slot) ? table.sum(slot, slowest) : Double.NEGATIVE_INFINITY;
            if (table.isUsed(slot) && sum >= rank && !forgotten.contains(table.target(slot))) {
                int target = table.target(slot);
                if (first != null && sum == rank) {
                    first.offer(target, target);
                } else {
                    found.add(target);
                }
            }
        }
        if (first != null) {
            found.addAll(first.items());
        }
        Strongest made =
                new Strongest(ConceptHash.known(table.multiplier()), ids, rank, first == null ? null : first.last());
        found.forEach((int target) -> made.candidates.add(made.hash.scatter(target)));
        return made;
    }

    /** Notes that an association has this sum now. */
    void changed(int target, double sum) {
        if (sum >= floor && isCandidate(target, sum)) {
            candidates.add(hash.scatter(target));
        }
    }

    private boolean isCandidate(int target, double sum) {
        return sum > floor || lastAtFloor == null || ids.id(target).compareTo(lastAtFloor) <= 0;
    }

    /** Moves to later landmarks: sums are multiplied by a power of two. */
    void move(double factor) {
        floor *= factor;
    }

    /** Hands the strongest of its table to a reading; returns false, and hands over none, if it does not know that many. */
    boolean read(AdjacencyTable table, int count, Ties ties, Reading reading) {
        int slowest = table.horizons() - 1;
        int[] slots = new int[candidates.size()];
        double[] sums = new double[slots.length];
        int above = 0;
        for (IntIterator each = candidates.iterator(); each.hasNext(); ) {
            int target = hash.gather(each.nextInt());
            int slot = table.slot(target);
            double sum = table.isUsed(slot) ? table.sum(slot, slowest) : 0;
            if (sum >= floor && sum > 0 && isCandidate(target, sum) && reading.mayShow(target)) {
                slots[above] = slot;
                sums[above++] = sum;
            }
        }
        if (above < count) {
            return false;
        }
        double last = Selection.ofRank(Arrays.copyOf(sums, above), above - count);
        if (ties == Ties.ALL && last == floor && lastAtFloor != null) {
            return false;
        }
        for (int i = 0; i < above; i++) {
            if (sums[i] >= last) {
                table.readInto(slots[i], reading);
            }
        }
        return true;
    }

    /** Whether some that are as strong as the last are left out. */
    boolean leavesTies() {
        return lastAtFloor != null;
    }

    /** Whether so many were strengthened since that it no longer saves anything. */
    boolean isWorn() {
        return candidates.size() > CANDIDATES_MAX;
    }
}
