package io.synfire.engine.memory;

import io.synfire.engine.learn.ForwardDecay;
import io.synfire.engine.learn.Landmarks;
import io.synfire.engine.store.CheckpointWriter;
import io.synfire.engine.store.RocksStore;
import io.synfire.engine.store.StoredMarginal;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * M of every concept and N, per horizon, as float64 forward-decayed sums; and when every concept last fired.
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

        Sums(Landmarks landmarks, double[][] mass, double[] episodes) {
            this.landmarks = landmarks;
            this.mass = mass;
            this.episodes = episodes;
        }
    }

    private static final int CONCEPTS_MIN = 1024;

    private final List<ForwardDecay> decays;
    private final BitSet dirty = new BitSet();
    private final IntArrayList dirtyConcepts = new IntArrayList();
    private volatile Sums sums;
    private volatile long[] lastMs = new long[CONCEPTS_MIN];

    Marginals(List<ForwardDecay> decays, Landmarks landmarks, List<Double> episodeSums) {
        this.decays = decays;
        double[] episodes =
                episodeSums.stream().mapToDouble(Double::doubleValue).toArray();
        this.sums = new Sums(landmarks, new double[decays.size()][CONCEPTS_MIN], episodes);
    }

    /** Reads all marginals of a store. */
    void load(RocksStore store, int concepts) {
        growTo(concepts);
        Sums now = sums;
        store.marginals(decays.size(), (concept, marginal) -> {
            double[] moves = marginal.landmarks().moves(now.landmarks);
            for (int h = 0; h < moves.length; h++) {
                now.mass[h][concept] = marginal.sum(h) * moves[h];
            }
            lastMs[concept] = marginal.lastMs();
        });
    }

    long bytes() {
        return 8L * (decays.size() + 1) * sums.mass[0].length;
    }

    void growTo(int concepts) {
        Sums now = sums;
        if (concepts > now.mass[0].length) {
            int capacity = Math.max(concepts, now.mass[0].length * 2);
            double[][] mass = new double[now.mass.length][];
            for (int h = 0; h < mass.length; h++) {
                mass[h] = Arrays.copyOf(now.mass[h], capacity);
            }
            lastMs = Arrays.copyOf(lastMs, capacity);
            sums = new Sums(now.landmarks, mass, now.episodes);
        }
    }

    void moveTo(Landmarks to) {
        Sums now = sums;
        double[] moves = now.landmarks.moves(to);
        double[][] mass = new double[now.mass.length][];
        double[] episodes = new double[moves.length];
        for (int h = 0; h < moves.length; h++) {
            mass[h] = now.mass[h].clone();
            for (int concept = 0; concept < mass[h].length; concept++) {
                mass[h][concept] *= moves[h];
            }
            episodes[h] = now.episodes[h] * moves[h];
        }
        sums = new Sums(to, mass, episodes);
    }

    /** Adds one activation; {@code growth[h]} is what a unit at its time is worth, negative if it is taken back. Writer only. */
    void activate(int concept, double strength, double[] growth) {
        Sums now = sums;
        for (int h = 0; h < growth.length; h++) {
            now.mass[h][concept] = Evidence.sumOfDoubles(now.mass[h][concept], strength * growth[h]);
        }
        markDirty(concept);
    }

    /** Notes when a concept fired. Writer only. */
    void fired(int concept, long atMs) {
        long[] now = lastMs;
        now[concept] = Math.max(now[concept], atMs);
    }

    /** Leaves nothing of a concept. Writer only. */
    void clear(int concept) {
        for (double[] masses : sums.mass) {
            masses[concept] = 0;
        }
        lastMs[concept] = 0;
        markDirty(concept);
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

    double activation(int concept, int horizon, long watermarkMs, long atMs) {
        Sums now = sums;
        return strength(now.mass[horizon][concept], now.landmarks.index(horizon), horizon, watermarkMs, atMs);
    }

    double episodes(int horizon, long watermarkMs, long atMs) {
        Sums now = sums;
        return strength(now.episodes[horizon], now.landmarks.index(horizon), horizon, watermarkMs, atMs);
    }

    /** A sum as it is kept, for digests. */
    double massSum(int concept, int horizon) {
        return sums.mass[horizon][concept];
    }

    List<Double> episodeSums() {
        return Arrays.stream(sums.episodes).boxed().toList();
    }

    /** Adds what changed since the last checkpoint. Writer only. */
    void stage(CheckpointWriter checkpoint) {
        Sums now = sums;
        for (int i = 0; i < dirtyConcepts.size(); i++) {
            int concept = dirtyConcepts.getInt(i);
            double[] masses = new double[now.mass.length];
            for (int h = 0; h < masses.length; h++) {
                masses[h] = now.mass[h][concept];
            }
            checkpoint.marginal(concept, new StoredMarginal(now.landmarks, masses, lastMs[concept]));
        }
    }

    void committed() {
        dirty.clear();
        dirtyConcepts.clear();
    }

    private void markDirty(int concept) {
        if (!dirty.get(concept)) {
            dirty.set(concept);
            dirtyConcepts.add(concept);
        }
    }

    private double strength(double sum, long landmark, int horizon, long watermarkMs, long atMs) {
        ForwardDecay decay = decays.get(horizon);
        return Math.abs(sum) * decay.decay(watermarkMs, landmark) < ForwardDecay.FADED
                ? 0
                : sum * decay.decay(atMs, landmark);
    }
}
