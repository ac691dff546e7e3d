package io.synfire.engine.memory;

/**
 * How many impulses an activation brings with what its context remembers, as it was seen: the most of lately, so that who asks how much there
 * is to learn is seldom told too little. The writer sees, any thread may ask.
 */
final class WindowRate {

    /** Of what was seen before, at each look. */
    private static final double KEEPS = 0.95;

    /** Fewer tell nothing. */
    private static final long ACTIVATIONS_MIN = 64;

    private volatile double impulsesPerActivation;

    /** Before anything was seen a window is taken to be full, of episodes of one concept: one impulse there and one back for each. */
    WindowRate(int maxSteps) {
        this.impulsesPerActivation = 2.0 * maxSteps;
    }

    /** Notes what some activations brought. */
    void saw(long activations, long impulses) {
        if (activations >= ACTIVATIONS_MIN) {
            double seen = (double) impulses / activations;
            impulsesPerActivation = Math.max(impulsesPerActivation * KEEPS, seen);
        }
    }

    /** How many impulses so many activations will bring at the most, about. */
    long impulsesOf(long activations) {
        return (long) (activations * impulsesPerActivation);
    }
}
