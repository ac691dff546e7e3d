package io.synfire.engine.memory;

import io.synfire.engine.learn.Evidence;
import io.synfire.engine.learn.ForwardDecay;
import io.synfire.engine.learn.Landmarks;
import io.synfire.engine.store.CheckpointRecord;
import io.synfire.engine.store.Remaining;
import io.synfire.engine.store.RocksStore;
import io.synfire.engine.store.Totals;
import io.synfire.engine.view.Activity;
import java.util.ArrayList;
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

    /** Sums of the whole memory, in this order. */
    private static final int EPISODES = 0;

    private static final int ACTIVATIONS = 1;
    private static final int REPEATS = 2;
    private static final int POTENTIATION = 3;
    private static final int TURNOVER = 4;

    private final List<ForwardDecay> decays;
    private final BitSet dirty = new BitSet();
    private volatile MarginalRows rows;
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
        this.rows = new MarginalRows(
                last.landmarks(), last.totals().stream().map(Marginals::whole).toArray(double[][]::new));
        this.episodes = new Remaining(last.episodes(), last.episodesChecksum());
        this.hasEpisodes = !episodes.equals(Remaining.NOTHING);
        this.activations = last.activations().count();
        this.activationsChecksum = last.activations().checksum();
    }

    private static double[] whole(Totals totals) {
        return new double[] {
            totals.episodes(), totals.activations(), totals.repeats(), totals.potentiation(), totals.turnover()
        };
    }

    /** Reads all marginals of a store. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // Nobody else has it yet.
    void load(RocksStore store, int count) {
        growTo(count);
        MarginalRows now = rows;
        store.marginals(decays.size(), (concept, marginal) -> {
            if (concept < 0 || concept >= count) {
                throw store.damaged("a marginal of no concept: concept=" + concept + " concepts=" + count);
            }
            now.load(concept, marginal);
            known += now.isKnown(concept) ? 1 : 0;
        });
    }

    /** Each concept counts twice: arrays grow by doubling, and a jump of what is accounted would hold up learning. */
    long bytes() {
        return MarginalRows.bytes(decays.size(), Math.max(MarginalRows.CONCEPTS_MIN, 2L * concepts));
    }

    void growTo(int count) {
        concepts = count;
        MarginalRows now = rows;
        if (count > now.capacity()) {
            rows = now.withRoomFor(Math.max(count, now.capacity() * 2));
        }
    }

    void moveTo(Landmarks to) {
        rows = rows.movedTo(to);
    }

    /**
     * Adds one activation, or takes it back where the sign is -1; {@code growth[h]} is what a unit at its time is worth, and {@code hash}
     * that of the activation, both with that sign. That of a retired concept counts in the whole alone. Writer only.
     */
    void activate(int concept, boolean isRetired, double strength, int sign, long hash, double[] growth) {
        MarginalRows now = rows;
        for (int h = 0; h < growth.length; h++) {
            double addition = strength * growth[h];
            add(now.whole(h), ACTIVATIONS, addition);
            if (!isRetired) {
                now.add(concept, h, MarginalRows.MASS, addition);
            }
        }
        if (!isRetired) {
            addToRemaining(concept, sign, hash);
            dirty.set(concept);
        }
    }

    /** Adds to the potentiation that left a concept, and to what reached it; {@code growth[h]} as for an activation. Writer only. */
    void potentiate(int concept, double from, double to, double[] growth) {
        MarginalRows now = rows;
        for (int h = 0; h < growth.length; h++) {
            now.add(concept, h, MarginalRows.FROM, from * growth[h]);
            now.add(concept, h, MarginalRows.TO, to * growth[h]);
        }
        dirty.set(concept);
    }

    /** Adds to the potentiation of the whole. Writer only. */
    void potentiate(double potentiation, double[] growth) {
        MarginalRows now = rows;
        for (int h = 0; h < growth.length; h++) {
            add(now.whole(h), POTENTIATION, potentiation * growth[h]);
            add(now.whole(h), TURNOVER, potentiation * Math.abs(growth[h]));
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

    /**
     * Looks at what learning will add to of a concept, and does nothing with it: it is on its way to the cache meanwhile. Writer only.
     *
     * @return of no meaning: a look whose outcome went nowhere would be optimized away
     */
    long fetchAhead(int concept) {
        MarginalRows now = rows;
        return concept < now.capacity() ? now.lastMs(concept) : 0;
    }

    /** Notes when a concept fired. Writer only. */
    void fired(int concept, long atMs) {
        rows.fired(concept, atMs);
    }

    /** Leaves nothing of a concept, but for its share in the sums of others and of the whole: its trials happened. Writer only. */
    void clear(int concept) {
        Remaining gone = rows.remaining(concept);
        addToRemaining(concept, -gone.count(), -gone.checksum());
        rows.clear(concept);
        dirty.set(concept);
    }

    /** The latest time at which a concept fired. */
    long lastMs(int concept) {
        return rows.lastMs(concept);
    }

    /** Whether any activation of a concept remains: it was learned, and neither taken back as a whole nor forgotten. */
    boolean isKnown(int concept) {
        return rows.isKnown(concept);
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
        MarginalRows now = rows;
        return new Snapshot(
                now,
                hasEpisodes,
                now.landmarks().decays(decays, watermarkMs),
                now.landmarks().decays(decays, atMs));
    }

    /** Gives a digest what is shown of what is kept. */
    void addTo(StateDigest digest, ConceptDictionary dictionary) {
        MarginalRows now = rows;
        for (int concept = 0; concept < dictionary.count(); concept++) {
            digest.remaining(dictionary.hash(concept), now.remaining(concept));
        }
        for (int h = 0; h < decays.size(); h++) {
            long landmark = now.landmarks().index(h);
            if (hasEpisodes) {
                digest.whole(h, now.whole(h)[EPISODES], now.whole(h)[POTENTIATION], landmark);
            }
            for (int concept = 0; concept < dictionary.count(); concept++) {
                if (now.isKnown(concept)) {
                    digest.marginal(
                            dictionary.hash(concept),
                            h,
                            now.sum(concept, h, MarginalRows.MASS),
                            now.sum(concept, h, MarginalRows.FROM),
                            now.sum(concept, h, MarginalRows.TO),
                            landmark);
                }
            }
        }
    }

    List<Totals> totals() {
        List<Totals> totals = new ArrayList<>();
        for (int h = 0; h < decays.size(); h++) {
            double[] whole = rows.whole(h);
            totals.add(new Totals(
                    whole[EPISODES], whole[ACTIVATIONS], whole[REPEATS], whole[POTENTIATION], whole[TURNOVER]));
        }
        return totals;
    }

    /** What changed since the last checkpoint, for the next. Writer only. */
    Part freeze() {
        int[] changed = dirty.stream().toArray();
        MarginalRows frozen = rows.copyOf(changed);
        dirty.clear();
        return checkpoint -> {
            for (int i = 0; i < changed.length; i++) {
                checkpoint.marginal(changed[i], frozen.stored(i));
            }
        };
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // One writer.
    private void addToRemaining(int concept, long count, long checksum) {
        activations += count;
        activationsChecksum += checksum;
        MarginalRows now = rows;
        boolean wasKnown = now.isKnown(concept);
        now.addToRemaining(concept, count, checksum);
        if (now.isKnown(concept) != wasKnown) {
            known += wasKnown ? -1 : 1;
        }
    }

    private void addToWhole(int which, double addition, double[] growth) {
        MarginalRows now = rows;
        for (int h = 0; h < growth.length; h++) {
            add(now.whole(h), which, addition * growth[h]);
        }
    }

    private static void add(double[] sums, int at, double addition) {
        sums[at] = Evidence.sumOfDoubles(sums[at], addition);
    }

    /** Sums as strengths at a time; 0 where nothing remains. */
    private static final class Snapshot implements Activity {
        private final MarginalRows now;
        private final boolean hasEpisodes;
        private final double[] toWatermark;
        private final double[] toMoment;

        Snapshot(MarginalRows now, boolean hasEpisodes, double[] toWatermark, double[] toMoment) {
            this.now = now;
            this.hasEpisodes = hasEpisodes;
            this.toWatermark = toWatermark;
            this.toMoment = toMoment;
        }

        @Override
        public double of(int concept, int horizon) {
            return own(concept, MarginalRows.MASS, horizon);
        }

        @Override
        public double potentiationFrom(int concept, int horizon) {
            return own(concept, MarginalRows.FROM, horizon);
        }

        @Override
        public double potentiationTo(int concept, int horizon) {
            return own(concept, MarginalRows.TO, horizon);
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
            return now.isKnown(concept) ? strength(now.sum(concept, horizon, which), horizon) : 0;
        }

        private double whole(int which, int horizon) {
            return hasEpisodes ? strength(now.whole(horizon)[which], horizon) : 0;
        }

        private double strength(double sum, int horizon) {
            return Math.abs(sum) * toWatermark[horizon] < ForwardDecay.FADED ? 0 : sum * toMoment[horizon];
        }
    }
}
