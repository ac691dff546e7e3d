package io.synfire.engine.learn;

/**
 * An episode whose concepts are ints of one store: what plasticity works on and what a context remembers. Immutable, except
 * that the arrays given to it are not copied.
 */
public final class Firing {

    private final long atMs;
    private final int[] concepts;
    private final double[] strengths;
    private final double reward;

    /**
     * A firing.
     *
     * @param atMs event time, milliseconds since the epoch
     * @param concepts what fired, at least one, no concept twice
     * @param strengths how strongly, by concept
     * @param reward factor on every impulse
     */
    public Firing(long atMs, int[] concepts, double[] strengths, double reward) {
        if (concepts.length == 0 || concepts.length != strengths.length) {
            throw new IllegalArgumentException("a firing needs one strength per concept: concepts=" + concepts.length
                    + " strengths=" + strengths.length);
        }
        this.atMs = atMs;
        this.concepts = concepts;
        this.strengths = strengths;
        this.reward = reward;
    }

    /**
     * When it fired.
     *
     * @return event time, milliseconds since the epoch
     */
    public long atMs() {
        return atMs;
    }

    /**
     * How many concepts fired.
     *
     * @return at least 1
     */
    public int size() {
        return concepts.length;
    }

    /**
     * A concept that fired.
     *
     * @param index in [0, size)
     * @return its int
     */
    public int concept(int index) {
        return concepts[index];
    }

    /**
     * How strongly it fired.
     *
     * @param index in [0, size)
     * @return its strength
     */
    public double strength(int index) {
        return strengths[index];
    }

    /**
     * The factor on every impulse.
     *
     * @return the reward
     */
    public double reward() {
        return reward;
    }
}
