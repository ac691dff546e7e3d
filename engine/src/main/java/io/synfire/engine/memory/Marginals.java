package io.synfire.engine.memory;

import io.synfire.engine.learn.Evidence;
import io.synfire.engine.learn.ForwardDecay;
import io.synfire.engine.learn.Landmarks;
import io.synfire.engine.store.RocksStore;
import io.synfire.engine.store.StoredMarginal;
import io.synfire.engine.store.Totals;
import io.synfire.engine.view.Activity;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * M of every concept, N and the totals, per horizon, as float64 forward-decayed sums; and when every concept last fired.
 *
 * <p>Thread-safe for one writer and many readers. Sums and the landmarks they are kept at are replaced together, so that a reader
 * who holds the old pair still reads right values; within one pair a sum only changes by additions.
 */
final class Marginals {

    /** Sums and what they are kept at. */
    private static final class Sums {
        final Landmarks landmarks;
        final double[][] mass;
        final double[] episodes;
        final double[] activations;
        final double[] repeats;

        Sums(Landmarks landmarks, double[][] mass, List<Totals> totals) {
            this.landmarks = landmarks;
            this.mass = mass;
            this.episodes = totals.stream().mapToDouble(Totals::episodes).toArray();
            this.activations = totals.stream().mapToDouble(Totals::activations).toArray();
            this.repeats = totals.stream().mapToDouble(Totals::repeats).toArray();
        }

        /** These at other landmarks, or with room for more concepts. */
        Sums(Landmarks landmarks, double[][] mass, double[] episodes, double[] activations, double[] repeats) {
            this.landmarks = landmarks;
            this.mass = mass;
            this.episodes = episodes;
            this.activations = activations;
            this.repeats = repeats;
        }
    }

    private static final int CONCEPTS_MIN = 1024;

    private final List<ForwardDecay> decays;
    private final BitSet dirty = new BitSet();
    private volatile Sums sums;
    private volatile long[] lastMs = new long[CONCEPTS_MIN];
    private int concepts;

    Marginals(List<ForwardDecay> decays, Landmarks landmarks, List<Totals> totals) {
        this.decays = decays;
        this.sums = new Sums(landmarks, new double[decays.size()][CONCEPTS_MIN], totals);
    }

    /** Reads all marginals of a store. */
    void load(RocksStore store, int count) {
        growTo(count);
        Sums now = sums;
        store.marginals(decays.size(), (concept, marginal) -> {
            if (concept < 0 || concept >= count) {
                throw store.damaged("a marginal of no concept: concept=" + concept + " concepts=" + count);
            }
            double[] moves = marginal.landmarks().moves(now.landmarks);
            for (int h = 0; h < moves.length; h++) {
                now.mass[h][concept] = marginal.sum(h) * moves[h];
            }
            lastMs[concept] = marginal.lastMs();
        });
    }

    /** Each concept counts twice: arrays grow by doubling, and a jump of what is accounted would hold up learning. */
    long bytes() {
        return 8L * (decays.size() + 1) * Math.max(CONCEPTS_MIN, 2L * concepts);
    }

    void growTo(int count) {
        concepts = count;
        Sums now = sums;
        if (count > now.mass[0].length) {
            int capacity = Math.max(count, now.mass[0].length * 2);
            double[][] mass = new double[now.mass.length][];
            for (int h = 0; h < mass.length; h++) {
                mass[h] = Arrays.copyOf(now.mass[h], capacity);
            }
            lastMs = Arrays.copyOf(lastMs, capacity);
            sums = new Sums(now.landmarks, mass, now.episodes, now.activations, now.repeats);
        }
    }

    void moveTo(Landmarks to) {
        Sums now = sums;
        double[] moves = now.landmarks.moves(to);
        double[][] mass = new double[now.mass.length][];
        for (int h = 0; h < moves.length; h++) {
            mass[h] = now.mass[h].clone();
            for (int concept = 0; concept < mass[h].length; concept++) {
                mass[h][concept] *= moves[h];
            }
        }
        sums = new Sums(to, mass, times(now.episodes, moves), times(now.activations, moves), times(now.repeats, moves));
    }

    /** Adds one activation; {@code growth[h]} is what a unit at its time is worth, negative if it is taken back. Writer only. */
    void activate(int concept, double strength, double[] growth) {
        Sums now = sums;
        for (int h = 0; h < growth.length; h++) {
            now.mass[h][concept] = Evidence.sumOfDoubles(now.mass[h][concept], strength * growth[h]);
            now.activations[h] = Evidence.sumOfDoubles(now.activations[h], strength * growth[h]);
        }
        dirty.set(concept);
    }

    /** Adds to the evidence of self-associations, {@code growth[h]} as for an activation. Writer only. */
    void repeat(double delta, double[] growth) {
        Sums now = sums;
        for (int h = 0; h < growth.length; h++) {
            now.repeats[h] = Evidence.sumOfDoubles(now.repeats[h], delta * growth[h]);
        }
    }

    /** Notes when a concept fired. Writer only. */
    void fired(int concept, long atMs) {
        long[] now = lastMs;
        now[concept] = Math.max(now[concept], atMs);
    }

    /** Leaves nothing of a concept, but for its share in the totals: it stays, as that of its episodes in N does. Writer only. */
    void clear(int concept) {
        for (double[] masses : sums.mass) {
            masses[concept] = 0;
        }
        lastMs[concept] = 0;
        dirty.set(concept);
    }

    /** The latest time at which a concept fired. */
    long lastMs(int concept) {
        return lastMs[concept];
    }

    /** Counts one episode, or takes one back where the growth is negative. Writer only. */
    void episode(double[] growth) {
        Sums now = sums;
        for (int h = 0; h < growth.length; h++) {
            now.episodes[h] = Evidence.sumOfDoubles(now.episodes[h], growth[h]);
        }
    }

    Activity at(long watermarkMs, long atMs) {
        Sums now = sums;
        return new Snapshot(now, now.landmarks.decays(decays, watermarkMs), now.landmarks.decays(decays, atMs));
    }

    /** A sum as it is kept, for digests. */
    double massSum(int concept, int horizon) {
        return sums.mass[horizon][concept];
    }

    List<Totals> totals() {
        Sums now = sums;
        List<Totals> totals = new ArrayList<>();
        for (int h = 0; h < now.episodes.length; h++) {
            totals.add(new Totals(now.episodes[h], now.activations[h], now.repeats[h]));
        }
        return totals;
    }

    /** What changed since the last checkpoint, for the next. Writer only. */
    Part freeze() {
        Sums now = sums;
        int horizons = now.mass.length;
        int[] concepts = dirty.stream().toArray();
        double[] masses = new double[concepts.length * horizons];
        long[] firedMs = new long[concepts.length];
        for (int i = 0; i < concepts.length; i++) {
            for (int h = 0; h < horizons; h++) {
                masses[i * horizons + h] = now.mass[h][concepts[i]];
            }
            firedMs[i] = lastMs[concepts[i]];
        }
        dirty.clear();
        return checkpoint -> {
            for (int i = 0; i < concepts.length; i++) {
                double[] own = Arrays.copyOfRange(masses, i * horizons, (i + 1) * horizons);
                checkpoint.marginal(concepts[i], new StoredMarginal(now.landmarks, own, firedMs[i]));
            }
        };
    }

    private static double[] times(double[] sums, double[] moves) {
        double[] moved = sums.clone();
        for (int h = 0; h < moved.length; h++) {
            moved[h] *= moves[h];
        }
        return moved;
    }

    /** Sums as strengths at a time. */
    private static final class Snapshot implements Activity {
        private final Sums now;
        private final double[] toWatermark;
        private final double[] toMoment;

        Snapshot(Sums now, double[] toWatermark, double[] toMoment) {
            this.now = now;
            this.toWatermark = toWatermark;
            this.toMoment = toMoment;
        }

        @Override
        public double of(int concept, int horizon) {
            double[] masses = now.mass[horizon];
            return concept < masses.length ? strength(masses[concept], horizon) : 0;
        }

        @Override
        public double episodes(int horizon) {
            return strength(now.episodes[horizon], horizon);
        }

        @Override
        public double total(int horizon) {
            return strength(now.activations[horizon], horizon);
        }

        @Override
        public double repeats(int horizon) {
            return strength(now.repeats[horizon], horizon);
        }

        private double strength(double sum, int horizon) {
            return Math.abs(sum) * toWatermark[horizon] < ForwardDecay.FADED ? 0 : sum * toMoment[horizon];
        }
    }
}
