package io.synfire.engine.store;

import io.synfire.engine.learn.Landmarks;
import org.jspecify.annotations.Nullable;

/**
 * All associations of one cue, sorted by target: what is written and read as one.
 *
 * <pre>
 *   u1      layout version, 2
 *   varint  checkpoint that wrote the row
 *   varint  landmark, once per horizon
 *   varint  how often the row was cut back to its strongest
 *   f8      bound of what the cuts dropped (if it was cut)
 *   varint  watermark when it was last pruned, or made; 0 where nothing is pruned
 *   varint  n, associations
 *   varint  w, wide associations
 *   varint  n times: target less the target before, less 1
 *   f4      n times, once per horizon: the sum, rounded to a float32
 *   w times: varint index less the index before, then f4 once per horizon: what the rounding left
 * </pre>
 *
 * <p>A sum is {@code high + low}. Most sums need no low part; see {@code io.synfire.engine.memory.Evidence} for which do. At one
 * horizon a row costs about five bytes an association. Immutable, except that the arrays given to it are not copied.
 */
public final class Row {

    private static final int VERSION = 2;

    private final long checkpoint;
    private final Landmarks landmarks;
    private final int cuts;
    private final double cutBound;
    private final long prunedMs;
    private final int[] targets;
    private final float[] high;
    private final float @Nullable [] low;

    /**
     * A row.
     *
     * @param checkpoint number of the checkpoint that writes it
     * @param landmarks what its sums are kept at
     * @param cuts how often it was cut back to its strongest associations
     * @param cutBound forward-decayed bound, at the slowest horizon, of what any association lost by that
     * @param prunedMs watermark when it was last pruned of what is below {@code forget.below}, or made; 0 where that is off
     * @param targets concept ints, rising
     * @param high sums rounded to float32, horizons beside each other, by target
     * @param low what the rounding left, or null if nothing
     */
    public Row(
            long checkpoint,
            Landmarks landmarks,
            int cuts,
            double cutBound,
            long prunedMs,
            int[] targets,
            float[] high,
            float @Nullable [] low) {
        int sums = targets.length * landmarks.horizonCount();
        if (high.length != sums || (low != null && low.length != sums)) {
            throw new IllegalStateException("a row needs one sum per target and horizon: targets=" + targets.length
                    + " horizons=" + landmarks.horizonCount() + " sums=" + high.length);
        }
        for (int i = 1; i < targets.length; i++) {
            if (targets[i] <= targets[i - 1]) {
                throw new IllegalStateException("the targets of a row must rise: index=" + i);
            }
        }
        this.checkpoint = checkpoint;
        this.landmarks = landmarks;
        this.cuts = cuts;
        this.cutBound = cutBound;
        this.prunedMs = prunedMs;
        this.targets = targets;
        this.high = high;
        this.low = low;
    }

    /**
     * Which checkpoint wrote it.
     *
     * @return its number
     */
    public long checkpoint() {
        return checkpoint;
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
     * How often it was cut back.
     *
     * @return at least 0
     */
    public int cuts() {
        return cuts;
    }

    /**
     * What any association lost by the cuts, at most.
     *
     * @return a forward-decayed sum of the slowest horizon
     */
    public double cutBound() {
        return cutBound;
    }

    /**
     * When it was last pruned.
     *
     * @return the watermark then; 0 where nothing is pruned
     */
    public long prunedMs() {
        return prunedMs;
    }

    /**
     * How many associations there are.
     *
     * @return at least 0
     */
    public int size() {
        return targets.length;
    }

    /**
     * A target.
     *
     * @param index in [0, size)
     * @return its int
     */
    public int target(int index) {
        return targets[index];
    }

    /**
     * The float32 part of a sum.
     *
     * @param index in [0, size)
     * @param horizon index of the horizon
     * @return the sum, rounded
     */
    public float high(int index, int horizon) {
        return high[index * landmarks.horizonCount() + horizon];
    }

    /**
     * What the rounding left.
     *
     * @param index in [0, size)
     * @param horizon index of the horizon
     * @return the rest of the sum, 0 for most
     */
    public float low(int index, int horizon) {
        return low == null ? 0 : low[index * landmarks.horizonCount() + horizon];
    }

    byte[] toBytes() {
        int horizons = landmarks.horizonCount();
        ByteSink sink = new ByteSink(32 + targets.length * (2 + 4 * horizons));
        sink.u1(VERSION);
        sink.varint(checkpoint);
        for (int h = 0; h < horizons; h++) {
            sink.varint(landmarks.index(h));
        }
        sink.varint(cuts);
        if (cuts > 0) {
            sink.f8(cutBound);
        }
        sink.varint(prunedMs);
        sink.varint(targets.length);
        sink.varint(wideCount());
        int before = -1;
        for (int target : targets) {
            sink.varint(target - before - 1);
            before = target;
        }
        for (float sum : high) {
            sink.f4(sum);
        }
        if (low != null) {
            writeLow(low, sink);
        }
        return sink.toBytes();
    }

    /** The most associations that fit into so many bytes: each has a target of a byte or more, and its sums. */
    static int sizeMax(int bytes, int horizons) {
        return bytes / (1 + 4 * horizons);
    }

    static Row ofBytes(int cue, byte[] bytes, int horizons) {
        ByteSource source = new ByteSource("row of cue " + cue, bytes);
        int version = source.u1();
        if (version != VERSION) {
            throw source.damaged("unknown layout version: version=" + version);
        }
        long checkpoint = source.varint();
        long[] landmarks = new long[horizons];
        for (int h = 0; h < horizons; h++) {
            landmarks[h] = source.varint();
        }
        int cuts = source.varintInt();
        double cutBound = cuts > 0 ? source.f8() : 0;
        long prunedMs = source.varint();
        int size = source.count(1 + 4 * horizons);
        int wide = source.count(1 + 4 * horizons);
        int[] targets = new int[size];
        long before = -1;
        for (int i = 0; i < size; i++) {
            before += 1 + source.varint();
            if (before > Integer.MAX_VALUE) {
                throw source.damaged("a target is out of range: target=" + before);
            }
            targets[i] = (int) before;
        }
        float[] high = new float[size * horizons];
        for (int i = 0; i < high.length; i++) {
            high[i] = finite(source);
        }
        float[] low = wide == 0 ? null : readLow(source, wide, size, horizons);
        source.end();
        return new Row(checkpoint, Landmarks.of(landmarks), cuts, cutBound, prunedMs, targets, high, low);
    }

    private int wideCount() {
        int wide = 0;
        for (int i = 0; i < targets.length; i++) {
            wide += isWide(i) ? 1 : 0;
        }
        return wide;
    }

    private boolean isWide(int index) {
        for (int h = 0; h < landmarks.horizonCount(); h++) {
            if (low(index, h) != 0) {
                return true;
            }
        }
        return false;
    }

    private void writeLow(float[] rests, ByteSink sink) {
        int horizons = landmarks.horizonCount();
        int before = -1;
        for (int i = 0; i < targets.length; i++) {
            if (isWide(i)) {
                sink.varint(i - before - 1);
                before = i;
                for (int h = 0; h < horizons; h++) {
                    sink.f4(rests[i * horizons + h]);
                }
            }
        }
    }

    private static float[] readLow(ByteSource source, int wide, int size, int horizons) {
        float[] low = new float[size * horizons];
        long index = -1;
        for (int i = 0; i < wide; i++) {
            index += 1 + source.varint();
            if (index >= size) {
                throw source.damaged("a wide association is out of range: index=" + index);
            }
            for (int h = 0; h < horizons; h++) {
                low[(int) index * horizons + h] = finite(source);
            }
        }
        return low;
    }

    private static float finite(ByteSource source) {
        float value = source.f4();
        if (!Float.isFinite(value)) {
            throw source.damaged("a sum is not finite: sum=" + value);
        }
        return value;
    }
}
