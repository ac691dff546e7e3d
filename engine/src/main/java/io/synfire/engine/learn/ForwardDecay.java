package io.synfire.engine.learn;

/**
 * What an impulse of a given time is worth in a forward-decayed sum, and what such a sum is worth at a later time.
 *
 * <p>For a half-life H and a landmark L, an impulse Δ at time t adds {@code Δ · 2^((t − L)/H)} to its sum S; the strength at
 * time T is {@code S · 2^(−(T − L)/H)}. Adding needs no clock, late impulses are exact, and the order of sums never changes by
 * waiting. Source: Cormode, Shkapenyuk, Srivastava and Xu, "Forward decay: a practical time decay model for streaming
 * systems", ICDE 2009.
 *
 * <p>Landmarks lie on multiples of {@value #LANDMARK_HALF_LIVES} half-lives and are named by their index; moving a sum from one
 * to another multiplies by a power of two, which is exact. Immutable and thread-safe.
 */
public final class ForwardDecay {

    /** How many half-lives lie between two landmarks: growth stays within 2^32 of a sum's value at the watermark. */
    public static final int LANDMARK_HALF_LIVES = 32;

    /** A value below this many units at the watermark is nothing: 2^-100. */
    public static final double FADED = 0x1p-100;

    /** Beyond this many landmarks every double has become zero. */
    private static final long LANDMARKS_TO_ZERO = 128;

    private final Horizon horizon;

    /**
     * Decay at one horizon.
     *
     * @param horizon its half-life
     */
    public ForwardDecay(Horizon horizon) {
        this.horizon = horizon;
    }

    /**
     * The landmark at or before a time.
     *
     * @param atMs milliseconds since the epoch, at least 0
     * @return its index; 0 where nothing decays
     */
    public long landmarkAt(long atMs) {
        return horizon.decays() ? atMs / (horizon.halfLifeMs() * LANDMARK_HALF_LIVES) : 0;
    }

    /**
     * The weight of an impulse.
     *
     * @param atMs its time, milliseconds since the epoch
     * @param landmark index of the landmark its sum is kept at
     * @return 2^((t − L)/H), 1 where nothing decays
     */
    public double growth(long atMs, long landmark) {
        return horizon.decays() ? Math.pow(2, halfLivesSince(atMs, landmark)) : 1;
    }

    /**
     * The factor that makes a strength of a sum.
     *
     * @param atMs the time of the read, milliseconds since the epoch
     * @param landmark index of the landmark the sum is kept at
     * @return 2^(−(T − L)/H), 1 where nothing decays
     */
    public double decay(long atMs, long landmark) {
        return horizon.decays() ? Math.pow(2, -halfLivesSince(atMs, landmark)) : 1;
    }

    /**
     * The factor that moves a sum from one landmark to another: an exact power of two (or 0, where nothing would be left).
     *
     * @param from index of the landmark it is kept at
     * @param to index of the landmark it shall be kept at
     * @return 2^(−32·(to − from))
     */
    public static double move(long from, long to) {
        long landmarks = to - from;
        if (landmarks > LANDMARKS_TO_ZERO) {
            return 0;
        }
        if (landmarks < 0) {
            throw new IllegalStateException("landmarks only move forward: from=" + from + " to=" + to);
        }
        return Math.scalb(1.0, (int) (-LANDMARK_HALF_LIVES * landmarks));
    }

    private double halfLivesSince(long atMs, long landmark) {
        // The difference is exact in longs; dividing it loses at most one part in 2^53.
        return (double) (atMs - landmark * horizon.halfLifeMs() * LANDMARK_HALF_LIVES) / horizon.halfLifeMs();
    }
}
