package io.synfire.engine.learn;

/**
 * Adding to a sum that is kept as one float32 where that is enough, and as two where it is not.
 *
 * <p>A float32 alone stops counting at 2^24. Here a sum is {@code high + low}. An addition of at least a
 * {@value #NARROW_RATIO}th of the sum is rounded to {@code high} alone: that loses at most 2^-24 of the new sum, so at most
 * 33·2^-24 = 2·10^-6 of the addition itself, and all such losses together are at most 2·10^-6 of Σ|Δ|. From the first smaller
 * addition on, the edge keeps what the rounding left in {@code low} as well, and 48 bits lose less than 10^-7 over 10^7 additions.
 * Few edges get so far, so few pay for it. All functions are pure.
 */
public final class Evidence {

    private static final int NARROW_RATIO = 32;

    /**
     * What is left of a sum below this share of it, 2^-17, is what roundings have left: up to {@value #NARROW_RATIO} of 2^-24 each
     * before it is kept as two.
     */
    private static final double NOISE = 0x1p-17;

    /** The same for a double. */
    private static final double DOUBLE_NOISE = 0x1p-44;

    private Evidence() {}

    /**
     * A sum after an addition; 0 if they cancel, so that nothing is left of what was learned and taken back. Loses at most 2^-17 of the
     * addition, 8·10^-6 of Σ|Δ| in all.
     *
     * @param before the sum
     * @param addition what is added
     * @return the sum after it
     */
    public static double sum(double before, double addition) {
        return cancelled(before, before + addition, NOISE);
    }

    /**
     * The same of doubles, to the last digits.
     *
     * @param before the sum
     * @param addition what is added
     * @return the sum after it
     */
    public static double sumOfDoubles(double before, double addition) {
        return cancelled(before, before + addition, DOUBLE_NOISE);
    }

    private static double cancelled(double before, double after, double noise) {
        return Math.abs(after) < Math.abs(before) * noise ? 0 : after;
    }

    /**
     * Whether a sum must keep a low part from an addition on.
     *
     * @param before the sum
     * @param addition what is added
     * @return true if a float32 alone would lose too much
     */
    public static boolean mustWiden(double before, double addition) {
        return Math.abs(addition) * NARROW_RATIO < Math.abs(before);
    }

    /**
     * What rounding to float32 leaves of a sum.
     *
     * @param sum the sum
     * @param high its float32 part
     * @return its low part
     */
    public static float rest(double sum, float high) {
        return (float) (sum - high);
    }

    /**
     * The float32 part of a sum; a sum beyond its range would be an answer that is wrong, so it is none.
     *
     * @param sum the sum
     * @return the nearest float32
     * @throws IllegalStateException if there is none
     */
    public static float round(double sum) {
        float high = (float) sum;
        if (!Float.isFinite(high)) {
            throw new IllegalStateException("a sum left the range of a float32: sum=" + sum);
        }
        return high;
    }
}
