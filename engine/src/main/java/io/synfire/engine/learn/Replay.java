package io.synfire.engine.learn;

import io.synfire.engine.event.Learned;

/**
 * The window of a context once more, from nothing, as it was when some of its episodes were learned: it expires where it did then, by their
 * clocks. Where nobody said what the clock was, it is taken to have been the latest of the times and clocks named up to then. One thread at
 * a time.
 */
public final class Replay {

    private final int maxSteps;
    private final long lifeMs;
    private ContextWindow window = new ContextWindow();
    private long clockMs;

    /**
     * An empty window.
     *
     * @param settings what the episodes were learned by
     */
    public Replay(LearningSettings settings) {
        this.maxSteps = settings.maxSteps();
        this.lifeMs = settings.contextLifeMs();
    }

    /**
     * What the context remembered when an episode was learned.
     *
     * @param learned the next in log order
     * @return the window, to be read until {@link #add}
     */
    public ContextWindow windowFor(Learned learned) {
        clockMs = Math.max(clockMs, Math.max(learned.episode().atMs(), learned.clockMs()));
        if (window.hasExpired(clockMs, lifeMs)) {
            window = new ContextWindow();
        }
        return window;
    }

    /**
     * Goes on behind an episode.
     *
     * @param learned the next in log order
     * @param firing the same
     */
    public void add(Learned learned, Firing firing) {
        windowFor(learned).add(firing, clockMs, maxSteps);
    }
}
