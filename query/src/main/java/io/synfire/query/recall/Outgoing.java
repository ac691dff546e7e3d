package io.synfire.query.recall;

import io.synfire.engine.view.Associations;

/** The outgoing mass of a row, Σ max(S, 0): to the bit the same in whichever order its associations come. */
final class Outgoing {

    /** A double holds powers of two up to this one. */
    private static final int EXPONENT_MAX = 1023;

    private static final int SUM_BITS = 62;

    private Outgoing() {}

    /**
     * The sum as whole multiples of a power of two that is small enough for a part of 2^-36 of the largest strength, in a row of a million,
     * and large enough for the sum to stay within a long: whole numbers add up to the same in any order, and doubles do not.
     */
    static double of(Associations row, Lens lens) {
        double largest = 0;
        for (int i = 0; i < row.size(); i++) {
            largest = Math.max(largest, lens.strength(row, i));
        }
        if (largest <= 0) {
            return 0;
        }
        int sizeBits = Integer.SIZE - Integer.numberOfLeadingZeros(row.size());
        int shift = Math.min(EXPONENT_MAX, SUM_BITS - 1 - sizeBits - Math.getExponent(largest));
        double scale = Math.scalb(1.0, shift);
        long sum = 0;
        for (int i = 0; i < row.size(); i++) {
            sum += (long) (Math.max(lens.strength(row, i), 0) * scale);
        }
        return Math.scalb((double) sum, -shift);
    }
}
