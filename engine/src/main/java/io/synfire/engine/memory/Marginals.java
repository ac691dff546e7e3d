package io.synfire.engine.memory;

import io.synfire.engine.learn.Evidence;
import io.synfire.engine.learn.ForwardDecay;
import io.synfire.engine.learn.Landmarks;
import io.synfire.engine.store.CheckpointRecord;
import io.synfire.engine.store.Remaining;
import io.synfire.engine.store.RocksStore;
import io.synfire.engine.store.StoredMarginal;
import io.synfire.engine.store.Totals;
import io.synfire.engine.view.Activity;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * The sums that measures hold evidence against, per horizon, as float64 forward-decayed sums: of every concept M, O and I; of the whole
 * memory N, T and the totals. And, not decayed, when every concept last fired, and which of its activations {@link Remaining remain}; and
 * the same of episodes.
 *
 * <p>What remains is exact, while sums of doubles keep a trace of what was added and taken back. So it decides what is shown: a concept of
 * which no activation remains is not known, and its sums read as 0; where no episode remains, the sums of the whole memory read as 0. The
 * sums themselves stay as they are: a retraction may come in parts, and then what is left of them may be no trace.
 *
 * <p>What was taken back of a concept that is retired is taken off the sums of the whole memory, and off O and I of the others: those
 * trials happened, and did not.
 *
 * <p>Thread-safe for one writer and many readers. Sums and the landmarks they are kept at are replaced together, so that a reader
 * who holds the old pair still reads right values; within one pair a sum only changes by additions.
 */
final class Marginals {

    /** M, O and I of a concept lie side by side: they are looked at together. */
    private static final int OWN = 3;

    private static final int MASS = 0;
    private static final int FROM = 1;
    private static final int TO = 2;

    /** Sums of the whole memory, in this order. */
    private static final int EPISODES = 0;

    private static final int ACTIVATIONS = 1;
    private static final int REPEATS = 2;
    private static final int POTENTIATION = 3;
    private static final int TURNOVER = 4;

    /** The last time, and the count and the checksum of what remains of a concept lie side by side, too. */
    private static final int EXACT = 3;

    private static final int LAST_MS = 0;
    private static final int COUNT = 1;
    private static final int CHECKSUM = 2;

    private static final int CONCEPTS_MIN = 1024;

    /** Sums, by horizon, and what they are kept at. */
    private static final class Sums {
        final Landmarks landmarks;
        final double[][] own;
        final double[][] whole;

        private Sums(Landmarks landmarks, double[][] own, double[][] whole) {
            this.landmarks = landmarks;
            this.own = own;
            this.whole = whole;
        }

        static Sums none(Landmarks landmarks, List<Totals> totals) {
            int horizons = landmarks.horizonCount();
            double[][] whole = new double[horizons][];
            for (int h = 0; h < horizons; h++) {
                Totals each = totals.get(h);
                whole[h] = new double[] {
                    each.episodes(), each.activations(), each.repeats(), each.potentiation(), each.turnover()
                };
            }
            return new Sums(landmarks, new double[horizons][OWN * CONCEPTS_MIN], whole);
        }

        int capacity() {
            return own[0].length / OWN;
        }

        Sums withRoomFor(int concepts) {
            double[][] larger = new double[own.length][];
            for (int h = 0; h < larger.length; h++) {
                larger[h] = Arrays.copyOf(own[h], Math.multiplyExact(OWN, concepts));
            }
            return new Sums(landmarks, larger, whole);
        }

        Sums movedTo(Landmarks to) {
            double[] moves = landmarks.moves(to);
            double[][] ownMoved = new double[moves.length][];
            double[][] wholeMoved = new double[moves.length][];
            for (int h = 0; h < moves.length; h++) {
                ownMoved[h] = times(own[h], moves[h]);
                wholeMoved[h] = times(whole[h], moves[h]);
            }
            return new Sums(to, ownMoved, wholeMoved);
        }

        private static double[] times(double[] sums, double move) {
            double[] moved = new double[sums.length];
            for (int i = 0; i < moved.length; i++) {
                moved[i] = sums[i] * move;
            }
            return moved;
        }
    }

    private final List<ForwardDecay> decays;
    private final BitSet dirty = new BitSet();
    private volatile Sums sums;
    private volatile long[] exact = new long[EXACT * CONCEPTS_MIN];
    private int concepts;

    /** How many concepts there are of which something remains. */
    private volatile int known;

    /** Whether of episodes something remains. */
    private volatile boolean hasEpisodes;

    private Remaining episodes;

    /** Of all concepts: the sums of their counts and checksums. */
    private long activations;

    private long activationsChecksum;

    /** Goes on from the totals and counts of a checkpoint. */
    Marginals(List<ForwardDecay> decays, CheckpointRecord last) {
        this.decays = decays;
        this.sums = Sums.none(last.landmarks(), last.totals());
        this.episodes = new Remaining(last.episodes(), last.episodesChecksum());
        this.hasEpisodes = !episodes.equals(Remaining.NOTHING);
        this.activations = last.activations().count();
        this.activationsChecksum = last.activations().checksum();
    }

    /** Reads all marginals of a store. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // Nobody else has it yet.
    void load(RocksStore store, int count) {
        growTo(count);
        Sums now = sums;
        store.marginals(decays.size(), (concept, marginal) -> {
            if (concept < 0 || concept >= count) {
                throw store.damaged("a marginal of no concept: concept=" + concept + " concepts=" + count);
            }
            double[] moves = marginal.landmarks().moves(now.landmarks);
            for (int h = 0; h < moves.length; h++) {
                now.own[h][OWN * concept + MASS] = marginal.mass(h) * moves[h];
                now.own[h][OWN * concept + FROM] = marginal.potentiationFrom(h) * moves[h];
                now.own[h][OWN * concept + TO] = marginal.potentiationTo(h) * moves[h];
            }
            exact[EXACT * concept + LAST_MS] = marginal.lastMs();
            exact[EXACT * concept + COUNT] = marginal.remaining().count();
            exact[EXACT * concept + CHECKSUM] = marginal.remaining().checksum();
            known += isKnown(concept) ? 1 : 0;
        });
    }

    /** Each concept counts twice: arrays grow by doubling, and a jump of what is accounted would hold up learning. */
    long bytes() {
        return 8L * (OWN * decays.size() + EXACT) * Math.max(CONCEPTS_MIN, 2L * concepts);
    }

    void growTo(int count) {
        concepts = count;
        Sums now = sums;
        if (count > now.capacity()) {
            int capacity = Math.max(count, now.capacity() * 2);
            exact = Arrays.copyOf(exact, Math.multiplyExact(EXACT, capacity));
            sums = now.withRoomFor(capacity);
        }
    }

    void moveTo(Landmarks to) {
        sums = sums.movedTo(to);
    }

    /**
     * Adds one activation, or takes it back where the sign is -1; {@code growth[h]} is what a unit at its time is worth, and {@code hash}
     * that of the activation, both with that sign. That of a retired concept counts in the whole alone. Writer only.
     */
    void activate(int concept, boolean isRetired, double strength, int sign, long hash, double[] growth) {
        Sums now = sums;
        for (int h = 0; h < growth.length; h++) {
            double addition = strength * growth[h];
            add(now.whole[h], ACTIVATIONS, addition);
            if (!isRetired) {
                add(now.own[h], OWN * concept + MASS, addition);
            }
        }
        if (!isRetired) {
            addToRemaining(concept, sign, hash);
            dirty.set(concept);
        }
    }

    /** Adds to the potentiation that left a concept, and to what reached it; {@code growth[h]} as for an activation. Writer only. */
    void potentiate(int concept, double from, double to, double[] growth) {
        Sums now = sums;
        for (int h = 0; h < growth.length; h++) {
            double[] own = now.own[h];
            add(own, OWN * concept + FROM, from * growth[h]);
            add(own, OWN * concept + TO, to * growth[h]);
        }
        dirty.set(concept);
    }

    /** Adds to the potentiation of the whole. Writer only. */
    void potentiate(double potentiation, double[] growth) {
        Sums now = sums;
        for (int h = 0; h < growth.length; h++) {
            add(now.whole[h], POTENTIATION, potentiation * growth[h]);
            add(now.whole[h], TURNOVER, potentiation * Math.abs(growth[h]));
        }
    }

    /** Adds to the evidence of self-associations. Writer only. */
    void repeat(double delta, double[] growth) {
        addToWhole(REPEATS, delta, growth);
    }

    /** Counts one episode, or takes one back, where growth, sign and hash are negative. Writer only. */
    void episode(int sign, long hash, double[] growth) {
        addToWhole(EPISODES, 1, growth);
        episodes = new Remaining(episodes.count() + sign, episodes.checksum() + hash);
        boolean has = !episodes.equals(Remaining.NOTHING);
        if (has != hasEpisodes) {
            hasEpisodes = has;
        }
    }

    /** Notes when a concept fired. Writer only. */
    void fired(int concept, long atMs) {
        long[] now = exact;
        int at = EXACT * concept + LAST_MS;
        now[at] = Math.max(now[at], atMs);
    }

    /** Leaves nothing of a concept, but for its share in the sums of others and of the whole: its trials happened. Writer only. */
    void clear(int concept) {
        for (double[] own : sums.own) {
            Arrays.fill(own, OWN * concept, OWN * (concept + 1), 0);
        }
        Remaining gone = remaining(concept);
        addToRemaining(concept, -gone.count(), -gone.checksum());
        exact[EXACT * concept + LAST_MS] = 0;
        dirty.set(concept);
    }

    /** The latest time at which a concept fired. */
    long lastMs(int concept) {
        return exact[EXACT * concept + LAST_MS];
    }

    /** Whether any activation of a concept remains: it was learned, and neither taken back as a whole nor forgotten. */
    boolean isKnown(int concept) {
        return isKnown(exact, concept);
    }

    /** How many concepts are known. */
    int known() {
        return known;
    }

    /** Which episodes remain. Writer only. */
    Remaining episodes() {
        return episodes;
    }

    /** Which activations remain of all concepts. Writer only. */
    Remaining activations() {
        return new Remaining(activations, activationsChecksum);
    }

    Activity at(long watermarkMs, long atMs) {
        Sums now = sums;
        return new Snapshot(
                now, exact, hasEpisodes, now.landmarks.decays(decays, watermarkMs), now.landmarks.decays(decays, atMs));
    }

    /** Gives a digest what is shown of what is kept. */
    void addTo(StateDigest digest, ConceptDictionary dictionary) {
        Sums now = sums;
        for (int concept = 0; concept < dictionary.count(); concept++) {
            digest.remaining(dictionary.hash(concept), remaining(concept));
        }
        for (int h = 0; h < decays.size(); h++) {
            long landmark = now.landmarks.index(h);
            if (hasEpisodes) {
                digest.whole(h, now.whole[h][EPISODES], now.whole[h][POTENTIATION], landmark);
            }
            for (int concept = 0; concept < dictionary.count(); concept++) {
                if (!isKnown(concept)) {
                    continue;
                }
                double[] own = now.own[h];
                int at = OWN * concept;
                digest.marginal(dictionary.hash(concept), h, own[at + MASS], own[at + FROM], own[at + TO], landmark);
            }
        }
    }

    List<Totals> totals() {
        List<Totals> totals = new ArrayList<>();
        for (double[] whole : sums.whole) {
            totals.add(new Totals(
                    whole[EPISODES], whole[ACTIVATIONS], whole[REPEATS], whole[POTENTIATION], whole[TURNOVER]));
        }
        return totals;
    }

    /** What changed since the last checkpoint, for the next. Writer only. */
    Part freeze() {
        Sums now = sums;
        int horizons = now.own.length;
        int[] changed = dirty.stream().toArray();
        double[] own = new double[Math.multiplyExact(changed.length, OWN * horizons)];
        long[] exactly = new long[EXACT * changed.length];
        int to = 0;
        for (int i = 0; i < changed.length; i++) {
            for (int h = 0; h < horizons; h++) {
                System.arraycopy(now.own[h], OWN * changed[i], own, to, OWN);
                to += OWN;
            }
            System.arraycopy(exact, EXACT * changed[i], exactly, EXACT * i, EXACT);
        }
        dirty.clear();
        return checkpoint -> {
            for (int i = 0; i < changed.length; i++) {
                int from = i * OWN * horizons;
                double[] each = Arrays.copyOfRange(own, from, from + OWN * horizons);
                int at = EXACT * i;
                Remaining remaining = new Remaining(exactly[at + COUNT], exactly[at + CHECKSUM]);
                checkpoint.marginal(
                        changed[i], new StoredMarginal(now.landmarks, each, exactly[at + LAST_MS], remaining));
            }
        };
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // One writer.
    private void addToRemaining(int concept, long count, long checksum) {
        activations += count;
        activationsChecksum += checksum;
        long[] now = exact;
        boolean wasKnown = isKnown(now, concept);
        now[EXACT * concept + COUNT] += count;
        now[EXACT * concept + CHECKSUM] += checksum;
        if (isKnown(now, concept) != wasKnown) {
            known += wasKnown ? -1 : 1;
        }
    }

    private Remaining remaining(int concept) {
        long[] now = exact;
        return new Remaining(now[EXACT * concept + COUNT], now[EXACT * concept + CHECKSUM]);
    }

    /** One that is newer than the array is not. */
    private static boolean isKnown(long[] exact, int concept) {
        int at = EXACT * concept;
        return at < exact.length && (exact[at + COUNT] | exact[at + CHECKSUM]) != 0;
    }

    private void addToWhole(int which, double addition, double[] growth) {
        Sums now = sums;
        for (int h = 0; h < growth.length; h++) {
            add(now.whole[h], which, addition * growth[h]);
        }
    }

    private static void add(double[] sums, int at, double addition) {
        sums[at] = Evidence.sumOfDoubles(sums[at], addition);
    }

    /** Sums as strengths at a time; 0 where nothing remains. */
    private static final class Snapshot implements Activity {
        private final Sums now;
        private final long[] exact;
        private final boolean hasEpisodes;
        private final double[] toWatermark;
        private final double[] toMoment;

        Snapshot(Sums now, long[] exact, boolean hasEpisodes, double[] toWatermark, double[] toMoment) {
            this.now = now;
            this.exact = exact;
            this.hasEpisodes = hasEpisodes;
            this.toWatermark = toWatermark;
            this.toMoment = toMoment;
        }

        @Override
        public double of(int concept, int horizon) {
            return own(concept, MASS, horizon);
        }

        @Override
        public double potentiationFrom(int concept, int horizon) {
            return own(concept, FROM, horizon);
        }

        @Override
        public double potentiationTo(int concept, int horizon) {
            return own(concept, TO, horizon);
        }

        @Override
        public double episodes(int horizon) {
            return whole(EPISODES, horizon);
        }

        @Override
        public double total(int horizon) {
            return whole(ACTIVATIONS, horizon);
        }

        @Override
        public double repeats(int horizon) {
            return whole(REPEATS, horizon);
        }

        @Override
        public double potentiation(int horizon) {
            return whole(POTENTIATION, horizon);
        }

        private double own(int concept, int which, int horizon) {
            double[] own = now.own[horizon];
            int at = OWN * concept + which;
            return at < own.length && isKnown(exact, concept) ? strength(own[at], horizon) : 0;
        }

        private double whole(int which, int horizon) {
            return hasEpisodes ? strength(now.whole[horizon][which], horizon) : 0;
        }

        private double strength(double sum, int horizon) {
            return Math.abs(sum) * toWatermark[horizon] < ForwardDecay.FADED ? 0 : sum * toMoment[horizon];
        }
    }
}
