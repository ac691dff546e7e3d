package io.synfire.engine.store;

/**
 * Forward-decayed sums over the whole memory, of one horizon.
 *
 * @param episodes N, the number of episodes
 * @param activations Σ M, the activation mass of all concepts
 * @param repeats Σ S(c→c), the evidence of their self-associations
 */
public record Totals(double episodes, double activations, double repeats) {

    /** Of a memory that has learned nothing. */
    public static final Totals NONE = new Totals(0, 0, 0);
}
