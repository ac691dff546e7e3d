package io.synfire.engine.learn;

/** Where impulses go. */
@FunctionalInterface
public interface ImpulseSink {

    /**
     * Takes one impulse of the firing at hand. Impulses of one cue come in runs where that is possible, so that they can be
     * applied together.
     *
     * @param cue the concept the edge leaves
     * @param target the concept it reaches
     * @param delta Δ before the sign of a retraction and before decay; never 0, never NaN
     */
    void impulse(int cue, int target, double delta);
}
