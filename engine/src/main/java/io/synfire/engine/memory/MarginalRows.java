package io.synfire.engine.memory;

import io.synfire.engine.learn.Evidence;
import io.synfire.engine.learn.Landmarks;
import io.synfire.engine.store.Remaining;
import io.synfire.engine.store.StoredMarginal;
import java.util.Arrays;

/**
 * The marginals of all concepts at one set of landmarks, and the sums of the whole memory. All of a concept lies side by side, for it is
 * looked at together, and each look may be a miss of the cache: when it last fired, the count and the checksum of what remains of it, then
 * M, O and I per horizon, as the bits of doubles.
 *
 * <p>Thread-safe for one writer and many readers: a value only changes by additions.
 */
final class MarginalRows {

    static final int MASS = 0;
    static final int FROM = 1;
    static final int TO = 2;

    /** Room for so many concepts there always is. */
    static final int CONCEPTS_MIN = 1024;

    private static final int LAST_MS = 0;
    private static final int COUNT = 1;
    private static final int CHECKSUM = 2;
    private static final int EXACT = 3;
    private static final int SUMS = 3;

    private final Landmarks landmarks;
    private final double[][] whole;
    private final int width;
    private final long[] values;

    /** Rows of nothing yet, beside the sums of the whole memory by horizon. */
    MarginalRows(Landmarks landmarks, double[][] whole) {
        this(landmarks, whole, new long[Math.multiplyExact(width(whole.length), CONCEPTS_MIN)]);
    }

    private MarginalRows(Landmarks landmarks, double[][] whole, long[] values) {
        this.landmarks = landmarks;
        this.whole = whole;
        this.width = width(whole.length);
        this.values = values;
    }

    /** How much the rows of so many concepts take. */
    static long bytes(int horizons, long concepts) {
        return (long) Long.BYTES * width(horizons) * concepts;
    }

    private static int width(int horizons) {
        return EXACT + SUMS * horizons;
    }

    Landmarks landmarks() {
        return landmarks;
    }

    /** The sums of the whole memory; the writer may add to them. */
    double[] whole(int horizon) {
        return whole[horizon];
    }

    int capacity() {
        return values.length / width;
    }

    MarginalRows withRoomFor(int concepts) {
        return new MarginalRows(landmarks, whole, Arrays.copyOf(values, Math.multiplyExact(width, concepts)));
    }

    /** The rows of some concepts, in that order. */
    MarginalRows copyOf(int[] concepts) {
        long[] some = new long[Math.multiplyExact(width, concepts.length)];
        for (int i = 0; i < concepts.length; i++) {
            System.arraycopy(values, width * concepts[i], some, width * i, width);
        }
        return new MarginalRows(landmarks, whole, some);
    }

    /** All sums at other landmarks. */
    MarginalRows movedTo(Landmarks to) {
        double[] moves = landmarks.moves(to);
        double[][] wholeMoved = new double[moves.length][];
        for (int h = 0; h < moves.length; h++) {
            double move = moves[h];
            wholeMoved[h] = Arrays.stream(whole[h]).map(sum -> sum * move).toArray();
        }
        MarginalRows moved = new MarginalRows(to, wholeMoved, values.clone());
        for (int concept = 0; concept < capacity(); concept++) {
            for (int h = 0; h < moves.length; h++) {
                for (int which = 0; which < SUMS; which++) {
                    moved.set(concept, h, which, sum(concept, h, which) * moves[h]);
                }
            }
        }
        return moved;
    }

    /** Takes over what was stored of a concept. */
    void load(int concept, StoredMarginal marginal) {
        double[] moves = marginal.landmarks().moves(landmarks);
        for (int h = 0; h < moves.length; h++) {
            set(concept, h, MASS, marginal.mass(h) * moves[h]);
            set(concept, h, FROM, marginal.potentiationFrom(h) * moves[h]);
            set(concept, h, TO, marginal.potentiationTo(h) * moves[h]);
        }
        int at = width * concept;
        values[at + LAST_MS] = marginal.lastMs();
        values[at + COUNT] = marginal.remaining().count();
        values[at + CHECKSUM] = marginal.remaining().checksum();
    }

    /** What is stored of a concept. */
    StoredMarginal stored(int concept) {
        double[] sums = new double[width - EXACT];
        for (int i = 0; i < sums.length; i++) {
            sums[i] = Double.longBitsToDouble(values[width * concept + EXACT + i]);
        }
        return new StoredMarginal(landmarks, sums, lastMs(concept), remaining(concept));
    }

    double sum(int concept, int horizon, int which) {
        return Double.longBitsToDouble(values[at(concept, horizon, which)]);
    }

    void add(int concept, int horizon, int which, double addition) {
        int at = at(concept, horizon, which);
        values[at] = Double.doubleToRawLongBits(Evidence.sumOfDoubles(Double.longBitsToDouble(values[at]), addition));
    }

    void fired(int concept, long atMs) {
        int at = width * concept + LAST_MS;
        values[at] = Math.max(values[at], atMs);
    }

    long lastMs(int concept) {
        return values[width * concept + LAST_MS];
    }

    void addToRemaining(int concept, long count, long checksum) {
        int at = width * concept;
        values[at + COUNT] += count;
        values[at + CHECKSUM] += checksum;
    }

    Remaining remaining(int concept) {
        int at = width * concept;
        return new Remaining(values[at + COUNT], values[at + CHECKSUM]);
    }

    /** Whether any activation of a concept remains. Of one that is newer than these rows none does. */
    boolean isKnown(int concept) {
        int at = width * concept;
        return at < values.length && (values[at + COUNT] | values[at + CHECKSUM]) != 0;
    }

    /** Leaves nothing of a concept. */
    void clear(int concept) {
        Arrays.fill(values, width * concept, width * (concept + 1), 0);
    }

    private void set(int concept, int horizon, int which, double sum) {
        values[at(concept, horizon, which)] = Double.doubleToRawLongBits(sum);
    }

    private int at(int concept, int horizon, int which) {
        return width * concept + EXACT + SUMS * horizon + which;
    }
}
