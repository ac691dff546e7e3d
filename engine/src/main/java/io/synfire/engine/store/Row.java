package io.synfire.engine.store;

import io.synfire.engine.learn.Landmarks;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Associations of one cue, sorted by target: the whole of its row, or what one checkpoint adds to it. What is stored of a cue is one
 * whole row and what was appended to it since, one behind the other; see {@link StoredRow}.
 *
 * <pre>
 *   u1      layout version 3 and kind: 0x30 whole, 0x31 changed, 0x33 added (0x32 added, without the watermark)
 *   varint  checkpoint that wrote it
 *   varint  landmark, once per horizon
 *   varint  how often the row was cut back to its strongest   (not of an added one)
 *   f8      bound of what the cuts dropped (if it was cut; not of an added one)
 *   varint  watermark when it was last pruned, or made; 0 where nothing is pruned; of an added one that when it was last added to
 *   varint  associations of the whole row (of a changed one)
 *   varint  n, associations
 *   varint  w, wide associations
 *   varint  n times: target less the target before, less 1
 *   f4      n times, once per horizon: the sum, rounded to a float32
 *   w times: varint index less the index before, then f4 once per horizon: what the rounding left
 * </pre>
 *
 * <p>A sum is {@code high + low}. Most sums need no low part; see {@link io.synfire.engine.learn.Evidence} for which do. At one
 * horizon a row costs about five bytes an association. Immutable, except that the arrays given to it are not copied.
 */
public final class Row {

    /** What its associations are. */
    public enum Kind {
        /** All there are. */
        WHOLE(0x30),
        /** Those that changed, with their sums as they are now. */
        CHANGED(0x31),
        /** What is added to sums that were not read. */
        ADDED(0x33);

        /** Additions as they were written before they told when. */
        private static final int ADDED_SOME_TIME = 0x32;

        /** Says layout and kind in the first byte. */
        private final int code;

        Kind(int code) {
            this.code = code;
        }

        private static Kind of(int code, ByteSource source) {
            for (Kind kind : values()) {
                if (kind.code == code) {
                    return kind;
                }
            }
            if (code == ADDED_SOME_TIME) {
                return ADDED;
            }
            throw source.damaged("unknown layout of a row: layout=" + code);
        }
    }

    private final Header header;
    private final int[] targets;
    private final float[] high;
    private final float @Nullable [] low;

    /**
     * What there is to say of a row besides its associations.
     *
     * @param kind what the associations are
     * @param checkpoint number of the checkpoint that writes it
     * @param landmarks what its sums are kept at
     * @param cuts how often it was cut back to its strongest associations
     * @param cutBound forward-decayed bound, at the slowest horizon, of what any association lost by that
     * @param prunedMs watermark when it was last pruned of what is below {@code forget.below}, or made; 0 where that is off; of an added one
     *     the watermark when it was last added to, 0 if that is not known
     * @param wholeSize how many associations the whole row has; of an added one how many it may add
     */
    public record Header(
            Kind kind, long checkpoint, Landmarks landmarks, int cuts, double cutBound, long prunedMs, int wholeSize) {}

    /**
     * A row.
     *
     * @param header what it is
     * @param targets concept ints, rising
     * @param high sums rounded to float32, horizons beside each other, by target
     * @param low what the rounding left, or null if nothing
     */
    public Row(Header header, int[] targets, float[] high, float @Nullable [] low) {
        int sums = targets.length * header.landmarks().horizonCount();
        if (high.length != sums || (low != null && low.length != sums)) {
            throw new IllegalStateException("a row needs one sum per target and horizon: targets=" + targets.length
                    + " horizons=" + header.landmarks().horizonCount() + " sums=" + high.length);
        }
        for (int i = 1; i < targets.length; i++) {
            if (targets[i] <= targets[i - 1]) {
                throw new IllegalStateException("the targets of a row must rise: index=" + i);
            }
        }
        this.header = header;
        this.targets = targets;
        this.high = high;
        this.low = low;
    }

    /**
     * What it is.
     *
     * @return all but its associations
     */
    public Header header() {
        return header;
    }

    /**
     * What its sums are kept at.
     *
     * @return the landmarks
     */
    public Landmarks landmarks() {
        return header.landmarks();
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
        return high[index * landmarks().horizonCount() + horizon];
    }

    /**
     * What the rounding left.
     *
     * @param index in [0, size)
     * @param horizon index of the horizon
     * @return the rest of the sum, 0 for most
     */
    public float low(int index, int horizon) {
        return low == null ? 0 : low[index * landmarks().horizonCount() + horizon];
    }

    /**
     * A sum.
     *
     * @param index in [0, size)
     * @param horizon index of the horizon
     * @return high + low
     */
    public double sum(int index, int horizon) {
        return (double) high(index, horizon) + low(index, horizon);
    }

    /**
     * Whether any sum has a rest.
     *
     * @return false if all are as they were rounded
     */
    public boolean hasLow() {
        return low != null;
    }

    byte[] toBytes() {
        int horizons = landmarks().horizonCount();
        ByteSink sink = new ByteSink(32 + targets.length * (2 + 4 * horizons));
        sink.u1(header.kind().code);
        sink.varint(header.checkpoint());
        for (int h = 0; h < horizons; h++) {
            sink.varint(landmarks().index(h));
        }
        if (header.kind() != Kind.ADDED) {
            sink.varint(header.cuts());
            if (header.cuts() > 0) {
                sink.f8(header.cutBound());
            }
        }
        sink.varint(header.prunedMs());
        if (header.kind() == Kind.CHANGED) {
            sink.varint(header.wholeSize());
        }
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

    /** All that is stored of a cue, in the order in which it was written. */
    static List<Row> listOf(int cue, byte[] bytes, int horizons) {
        ByteSource source = new ByteSource("row of cue " + cue, bytes);
        List<Row> rows = new ArrayList<>(2);
        while (source.hasMore()) {
            rows.add(read(source, horizons));
        }
        return rows;
    }

    private static Row read(ByteSource source, int horizons) {
        int code = source.u1();
        Kind kind = Kind.of(code, source);
        long checkpoint = source.varint();
        long[] landmarks = new long[horizons];
        for (int h = 0; h < horizons; h++) {
            landmarks[h] = source.varint();
        }
        boolean adds = kind == Kind.ADDED;
        int cuts = adds ? 0 : source.varintInt();
        double cutBound = cuts > 0 ? source.f8() : 0;
        long prunedMs = code == Kind.ADDED_SOME_TIME ? 0 : source.varint();
        int changedOf = kind == Kind.CHANGED ? source.varintInt() : 0;
        int size = source.count(1 + 4 * horizons);
        int wide = source.count(1 + 4 * horizons);
        int[] targets = targets(source, size);
        float[] high = new float[size * horizons];
        for (int i = 0; i < high.length; i++) {
            high[i] = finite(source);
        }
        float[] low = wide == 0 ? null : readLow(source, wide, size, horizons);
        int wholeSize = kind == Kind.CHANGED ? changedOf : size;
        Header header = new Header(kind, checkpoint, Landmarks.of(landmarks), cuts, cutBound, prunedMs, wholeSize);
        return new Row(header, targets, high, low);
    }

    private static int[] targets(ByteSource source, int size) {
        int[] targets = new int[size];
        long before = -1;
        for (int i = 0; i < size; i++) {
            before += 1 + source.varint();
            if (before > Integer.MAX_VALUE) {
                throw source.damaged("a target is out of range: target=" + before);
            }
            targets[i] = (int) before;
        }
        return targets;
    }

    private int wideCount() {
        int wide = 0;
        for (int i = 0; low != null && i < targets.length; i++) {
            wide += isWide(i) ? 1 : 0;
        }
        return wide;
    }

    private boolean isWide(int index) {
        for (int h = 0; h < landmarks().horizonCount(); h++) {
            if (low(index, h) != 0) {
                return true;
            }
        }
        return false;
    }

    private void writeLow(float[] rests, ByteSink sink) {
        int horizons = landmarks().horizonCount();
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
