package io.synfire.engine.memory;

/**
 * By how many bytes a pair makes the memory grow, as it was seen: the most of lately, so that who asks whether there is room seldom asks
 * for too little. Writer only.
 */
final class GrowthRate {

    /** A new edge in a table that has room for it. */
    private static final double BYTES_MIN = 8;

    /** What new edges of small tables take: a guess until something was seen. */
    private static final double BYTES_AT_FIRST = 32;

    /** Of what was seen before, at each batch. */
    private static final double KEEPS = 0.95;

    /** A batch of fewer tells nothing. */
    private static final long PAIRS_MIN = 1_000;

    private double bytesPerPair = BYTES_AT_FIRST;

    void saw(long pairs, long bytes) {
        if (pairs >= PAIRS_MIN) {
            bytesPerPair = Math.max(BYTES_MIN, Math.max(bytesPerPair * KEEPS, (double) bytes / pairs));
        }
    }

    /** What so many pairs will take at the most, about. */
    long bytesOf(long pairs) {
        return (long) (pairs * bytesPerPair);
    }

    /** How many pairs will take so much, about. */
    long pairsOf(long bytes) {
        return (long) (bytes / bytesPerPair);
    }
}
