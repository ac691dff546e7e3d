package io.synfire.engine.view;

/**
 * How active everything was at one {@link Moment}, at one time: the marginals M and N, how much was potentiated, and how much repeats
 * itself. What fired for the first time afterwards reads as 0. Immutable and thread-safe. Each call costs a look and a multiplication.
 */
public interface Activity {

    /**
     * A concept's own activation mass M.
     *
     * @param concept its int
     * @param horizon index into the settings' half-lives
     * @return its decayed sum of strengths
     */
    double of(int concept, int horizon);

    /**
     * The decayed number of episodes N.
     *
     * @param horizon index into the settings' half-lives
     * @return the decayed count
     */
    double episodes(int horizon);

    /**
     * O: how much of all positive impulses left a concept.
     *
     * @param concept its int
     * @param horizon index into the settings' half-lives
     * @return its decayed sum of max(Δ, 0) over the impulses that leave it, those to itself and to what was forgotten since included
     */
    double potentiationFrom(int concept, int horizon);

    /**
     * I: how much of all positive impulses reached a concept.
     *
     * @param concept its int
     * @param horizon index into the settings' half-lives
     * @return its decayed sum of max(Δ, 0) over the impulses that reach it, those from itself and from what was forgotten since included
     */
    double potentiationTo(int concept, int horizon);

    /**
     * T: all positive impulses together.
     *
     * @param horizon index into the settings' half-lives
     * @return the decayed sum of max(Δ, 0), those of concepts that were forgotten since included
     */
    double potentiation(int horizon);

    /**
     * The activation mass of all concepts together, those that were forgotten since included.
     *
     * @param horizon index into the settings' half-lives
     * @return Σ M
     */
    double total(int horizon);

    /**
     * The evidence that all self-associations were learned by, together: over {@link #total}, how readily whatever fires fires again in its context.
     *
     * @param horizon index into the settings' half-lives
     * @return Σ S(c→c), whatever was dropped since as too weak
     */
    double repeats(int horizon);
}
