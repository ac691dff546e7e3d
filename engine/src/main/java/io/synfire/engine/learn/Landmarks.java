package io.synfire.engine.learn;

import java.util.Arrays;
import java.util.List;

/**
 * The landmarks that sums of all horizons are kept at. Whoever keeps sums keeps the landmarks they were written at beside
 * them; two holders agree if they hold the same instance, or equal ones. Immutable and thread-safe.
 */
public final class Landmarks {

    private final long[] indices;

    private Landmarks(long[] indices) {
        this.indices = indices;
    }

    /**
     * Landmarks as read from a store.
     *
     * @param indices one index per horizon, at least 0
     * @return the landmarks
     */
    public static Landmarks of(long... indices) {
        for (long index : indices) {
            if (index < 0) {
                throw new IllegalArgumentException("landmark must be at least 0: landmark=" + index);
            }
        }
        return new Landmarks(indices.clone());
    }

    /**
     * The landmarks of a watermark, or these if they are still the ones.
     *
     * @param decays the horizons' decay
     * @param watermarkMs the watermark
     * @return this instance if no landmark was crossed
     */
    public Landmarks movedTo(List<ForwardDecay> decays, long watermarkMs) {
        long[] moved = indices;
        for (int h = 0; h < indices.length; h++) {
            long index = decays.get(h).landmarkAt(watermarkMs);
            if (index > indices[h]) {
                if (moved == indices) {
                    moved = indices.clone();
                }
                moved[h] = index;
            }
        }
        return moved == indices ? this : new Landmarks(moved);
    }

    /**
     * The landmark of one horizon.
     *
     * @param horizon its index in the settings' half-lives
     * @return the landmark's index
     */
    public long index(int horizon) {
        return indices[horizon];
    }

    /**
     * How many horizons there are.
     *
     * @return at least 1
     */
    public int horizonCount() {
        return indices.length;
    }

    /**
     * The factors that move sums from these landmarks to others.
     *
     * @param to the later landmarks
     * @return one exact power of two per horizon
     */
    public double[] moves(Landmarks to) {
        double[] moves = new double[indices.length];
        for (int h = 0; h < moves.length; h++) {
            moves[h] = ForwardDecay.move(indices[h], to.indices[h]);
        }
        return moves;
    }

    /**
     * The factors that make strengths of sums at these landmarks.
     *
     * @param decays the horizons' decay
     * @param atMs the time of the read
     * @return one factor per horizon
     */
    public double[] decays(List<ForwardDecay> decays, long atMs) {
        double[] factors = new double[indices.length];
        for (int h = 0; h < factors.length; h++) {
            factors[h] = decays.get(h).decay(atMs, indices[h]);
        }
        return factors;
    }

    @Override
    public boolean equals(Object other) {
        return other == this || (other instanceof Landmarks that && Arrays.equals(indices, that.indices));
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(indices);
    }

    @Override
    public String toString() {
        return Arrays.toString(indices);
    }
}
