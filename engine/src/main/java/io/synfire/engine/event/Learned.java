package io.synfire.engine.event;

/**
 * An episode as a retraction names it: what was learned, and what decided then whether its context's window had expired.
 *
 * @param episode the episode, with the time it was learned at
 * @param clockMs its partition's clock right after it was learned, so not before its own time; milliseconds since the epoch, or
 *     {@value #CLOCK_UNKNOWN} where nobody said
 */
public record Learned(Episode episode, long clockMs) {

    /** Nobody said what the clock was. */
    public static final long CLOCK_UNKNOWN = -1;

    /**
     * Checks the clock.
     *
     * @throws IllegalArgumentException if it is out of its range; the message names the rule, then the value
     */
    public Learned {
        if (clockMs != CLOCK_UNKNOWN && (clockMs < episode.atMs() || clockMs > Episode.AT_MS_MAX)) {
            throw new IllegalArgumentException(
                    "clock must be within at and 9999-12-31: clock=" + clockMs + " at=" + episode.atMs());
        }
    }

    /**
     * An episode of which nobody says at what clock it was learned.
     *
     * @param episode the episode
     * @return the same
     */
    public static Learned of(Episode episode) {
        return new Learned(episode, CLOCK_UNKNOWN);
    }
}
