package io.synfire.engine.learn;

/** Where the positive impulses of a firing go, added up by concept. */
@FunctionalInterface
public interface PotentiationSink {

    /**
     * Takes what one activation has part in. A concept that fired several times within a window comes as many times.
     *
     * @param concept the concept
     * @param from Σ max(Δ, 0) over the impulses that leave it, before the sign of a retraction and before decay; at least 0
     * @param to the same over those that reach it
     */
    void potentiation(int concept, double from, double to);
}
