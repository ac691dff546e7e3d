package io.synfire.engine.store;

import io.synfire.engine.learn.Landmarks;

/**
 * A concept's own sums, its last activation and what remains of it, as written: varint landmark, once per horizon, then f8 M, f8 O and f8 I, once per
 * horizon, then varint time of the last activation, then i8 count and i8 checksum of the activations that remain. Immutable, except that the array given to it is not copied.
 */
public final class StoredMarginal {

    /** M, O and I. */
    private static final int SUMS = 3;

    private final Landmarks landmarks;
    private final double[] sums;
    private final long lastMs;
    private final Remaining remaining;

    /**
     * A marginal.
     *
     * @param landmarks what its sums are kept at
     * @param sums forward-decayed: activation mass M, potentiation from the concept O, to the concept I, then the same of the next horizon
     * @param lastMs latest time at which it fired, milliseconds since the epoch
     * @param remaining which of its activations were learned and not taken back
     */
    public StoredMarginal(Landmarks landmarks, double[] sums, long lastMs, Remaining remaining) {
        if (sums.length != SUMS * landmarks.horizonCount()) {
            throw new IllegalStateException("a marginal needs three sums per horizon: sums=" + sums.length);
        }
        this.landmarks = landmarks;
        this.sums = sums;
        this.lastMs = lastMs;
        this.remaining = remaining;
    }

    /**
     * What its sums are kept at.
     *
     * @return the landmarks
     */
    public Landmarks landmarks() {
        return landmarks;
    }

    /**
     * The activation mass M.
     *
     * @param horizon index of the horizon
     * @return the forward-decayed sum
     */
    public double mass(int horizon) {
        return sums[SUMS * horizon];
    }

    /**
     * The potentiation that left it, O.
     *
     * @param horizon index of the horizon
     * @return the forward-decayed sum
     */
    public double potentiationFrom(int horizon) {
        return sums[SUMS * horizon + 1];
    }

    /**
     * The potentiation that reached it, I.
     *
     * @param horizon index of the horizon
     * @return the forward-decayed sum
     */
    public double potentiationTo(int horizon) {
        return sums[SUMS * horizon + 2];
    }

    /**
     * The last activation.
     *
     * @return milliseconds since the epoch
     */
    public long lastMs() {
        return lastMs;
    }

    /**
     * Its activations that remain.
     *
     * @return which were learned and not taken back
     */
    public Remaining remaining() {
        return remaining;
    }

    /**
     * Whether nothing is left of it, not even a trace.
     *
     * @return true if all of its sums are 0 and no activation remains
     */
    public boolean isNothing() {
        for (double sum : sums) {
            if (sum != 0) {
                return false;
            }
        }
        return remaining.equals(Remaining.NOTHING);
    }

    byte[] toBytes() {
        ByteSink sink = new ByteSink(16 * sums.length);
        for (int h = 0; h < landmarks.horizonCount(); h++) {
            sink.varint(landmarks.index(h));
        }
        for (double sum : sums) {
            sink.f8(sum);
        }
        sink.varint(lastMs);
        sink.i8(remaining.count());
        sink.i8(remaining.checksum());
        return sink.toBytes();
    }

    static StoredMarginal ofBytes(int concept, byte[] bytes, int horizons) {
        ByteSource source = new ByteSource("marginal of concept " + concept, bytes);
        long[] landmarks = new long[horizons];
        for (int h = 0; h < horizons; h++) {
            landmarks[h] = source.varint();
        }
        double[] sums = new double[SUMS * horizons];
        for (int i = 0; i < sums.length; i++) {
            sums[i] = source.f8();
            if (!Double.isFinite(sums[i])) {
                throw source.damaged("a sum is not finite: sum=" + sums[i]);
            }
        }
        long lastMs = source.varint();
        Remaining remaining = new Remaining(source.i8(), source.i8());
        source.end();
        return new StoredMarginal(Landmarks.of(landmarks), sums, lastMs, remaining);
    }
}
