package io.synfire.engine.store;

import io.synfire.engine.learn.Landmarks;

/**
 * A concept's own activation mass M and its last activation, as written: varint landmark, once per horizon, then f8 sum, once per
 * horizon, then varint time of the last activation. Immutable, except that the array given to it is not copied.
 */
public final class StoredMarginal {

    private final Landmarks landmarks;
    private final double[] sums;
    private final long lastMs;

    /**
     * A marginal.
     *
     * @param landmarks what its sums are kept at
     * @param sums forward-decayed activation mass, per horizon
     * @param lastMs latest time at which it fired, milliseconds since the epoch
     */
    public StoredMarginal(Landmarks landmarks, double[] sums, long lastMs) {
        if (sums.length != landmarks.horizonCount()) {
            throw new IllegalStateException("a marginal needs one sum per horizon: sums=" + sums.length);
        }
        this.landmarks = landmarks;
        this.sums = sums;
        this.lastMs = lastMs;
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
     * The mass.
     *
     * @param horizon index of the horizon
     * @return the forward-decayed sum
     */
    public double sum(int horizon) {
        return sums[horizon];
    }

    /**
     * The last activation.
     *
     * @return milliseconds since the epoch
     */
    public long lastMs() {
        return lastMs;
    }

    byte[] toBytes() {
        ByteSink sink = new ByteSink(16 * sums.length);
        for (int h = 0; h < sums.length; h++) {
            sink.varint(landmarks.index(h));
        }
        for (double sum : sums) {
            sink.f8(sum);
        }
        sink.varint(lastMs);
        return sink.toBytes();
    }

    static StoredMarginal ofBytes(int concept, byte[] bytes, int horizons) {
        ByteSource source = new ByteSource("marginal of concept " + concept, bytes);
        long[] landmarks = new long[horizons];
        for (int h = 0; h < horizons; h++) {
            landmarks[h] = source.varint();
        }
        double[] sums = new double[horizons];
        for (int h = 0; h < horizons; h++) {
            sums[h] = source.f8();
            if (!Double.isFinite(sums[h])) {
                throw source.damaged("a sum is not finite: sum=" + sums[h]);
            }
        }
        long lastMs = source.varint();
        source.end();
        return new StoredMarginal(Landmarks.of(landmarks), sums, lastMs);
    }
}
