package io.synfire.engine.memory;

import io.synfire.engine.learn.Horizon;
import io.synfire.engine.learn.LearningSettings;

/**
 * Whether one unit of evidence has become weaker than {@code forget.below} at every horizon. Never where a horizon does not decay, nor where
 * {@code forget.below} is 0. Immutable.
 */
final class Fading {

    private final double forgetBelow;
    private final double halfLifeMs;
    private final boolean fades;

    Fading(LearningSettings settings) {
        Horizon slowest = settings.halfLives().get(settings.slowest());
        this.forgetBelow = settings.forgetBelow();
        this.fades = forgetBelow > 0 && settings.halfLives().stream().allMatch(Horizon::decays);
        this.halfLifeMs = fades ? slowest.halfLifeMs() : 1;
    }

    /** Whether anything ever fades. */
    boolean fades() {
        return fades;
    }

    /** Whether a unit of one time has faded at a watermark; it stays so at every later one. */
    boolean hasFaded(long atMs, long watermarkMs) {
        return fades && Math.pow(2, (atMs - watermarkMs) / halfLifeMs) < forgetBelow;
    }
}
