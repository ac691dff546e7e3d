package io.synfire.engine.store;

/**
 * Forward-decayed sums over the whole memory, of one horizon.
 *
 * @param episodes N, the number of episodes
 * @param activations Σ M, the activation mass of all concepts
 * @param repeats Σ S(c→c), the evidence of their self-associations
 * @param potentiation T, the sum of all positive impulses
 * @param turnover the same, but what was taken back is added, not subtracted: what rounding of the others is relative to
 */
public record Totals(double episodes, double activations, double repeats, double potentiation, double turnover) {

    /** Of a memory that has learned nothing. */
    public static final Totals NONE = new Totals(0, 0, 0, 0, 0);
}
