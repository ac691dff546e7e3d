package io.synfire.engine.learn;

/**
 * The terms that digests are sums of. Sums modulo 2^64 commute and invert, so the same activations and impulses give the same digest in
 * any order, batching and crash pattern, and one record lost or doubled changes it. Concepts enter by a hash of their ids, never
 * by the ints of one store. Not cryptographic. All functions are pure.
 */
public final class Checksum {

    private static final long CUE = 0x9E3779B97F4A7C15L;
    private static final long TARGET = 0xC2B2AE3D27D4EB4FL;
    private static final long VALUE = 0xD6E8FEB86659FD93L;
    private static final long TIME = 0xA0761D6478BD642FL;

    private Checksum() {}

    /**
     * A hash of an id.
     *
     * @param utf8 its bytes
     * @return 64 bits
     */
    public static long id(byte[] utf8) {
        long hash = CUE ^ utf8.length;
        for (byte b : utf8) {
            hash = (hash ^ (b & 0xff)) * 0x100000001B3L;
            hash ^= hash >>> 29;
        }
        return scramble(hash);
    }

    /**
     * A hash of an event time, computed once per episode.
     *
     * @param atMs milliseconds since the epoch
     * @return 64 bits
     */
    public static long time(long atMs) {
        return scramble(atMs * TIME + TIME);
    }

    /**
     * The term of one impulse.
     *
     * @param cue hash of the cue's id
     * @param target hash of the target's id
     * @param time hash of the event time
     * @param delta Δ before the sign of a retraction
     * @return 64 bits
     */
    public static long impulse(long cue, long target, long time, double delta) {
        return scramble(cue * CUE + target * TARGET + time + Double.doubleToRawLongBits(delta) * VALUE);
    }

    /**
     * The term of one value of one thing.
     *
     * @param kind tells kinds of terms apart
     * @param thing hash of what has the value
     * @param time hash of its time
     * @param value the value
     * @return 64 bits
     */
    public static long value(long kind, long thing, long time, double value) {
        return scramble(kind * TARGET + scramble(thing * CUE + time + Double.doubleToRawLongBits(value) * VALUE));
    }

    /**
     * The term of one stored sum, the same at whatever landmark it is kept.
     *
     * @param kind tells kinds of terms apart
     * @param cue hash of the cue's id, or 0
     * @param target hash of the target's id, or 0
     * @param sum the forward-decayed sum
     * @param landmark index of the landmark it is kept at
     * @return 64 bits
     */
    public static long sum(long kind, long cue, long target, double sum, long landmark) {
        // Moving to another landmark changes the exponent alone, so exponent and landmark are joined before they are
        // mixed.
        int exponent = Math.getExponent(sum);
        long significand = Double.doubleToRawLongBits(sum) & 0x800F_FFFF_FFFF_FFFFL;
        long scale = exponent + (long) ForwardDecay.LANDMARK_HALF_LIVES * landmark;
        return scramble(cue * CUE + target * TARGET + scramble(significand + scale * VALUE + kind * TIME));
    }

    private static long scramble(long x) {
        long y = (x ^ (x >>> 32)) * 0xD6E8FEB86659FD93L;
        y = (y ^ (y >>> 29)) * 0x9E3779B97F4A7C15L;
        return y ^ (y >>> 32);
    }
}
