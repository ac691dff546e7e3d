package io.synfire.query.recall;

import io.synfire.engine.event.Episode;
import io.synfire.engine.learn.Horizon;
import io.synfire.engine.learn.LearningSettings;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a half-life means: the share of evidence that it keeps.
 *
 * @param horizon a half-life, as settings write it
 * @param after30Days what is left after 30 days without use, in [0, 1]
 * @param after90Days after 90 days
 * @param after365Days after 365 days
 */
public record Retention(String horizon, double after30Days, double after90Days, double after365Days) {

    private static final long DAY_MS = 86_400_000L;

    /**
     * What the horizons of some settings keep.
     *
     * @param settings their half-lives
     * @return one per horizon, fastest first
     */
    public static List<Retention> of(LearningSettings settings) {
        return settings.halfLives().stream()
                .map(horizon ->
                        new Retention(horizon.toString(), keeps(horizon, 30), keeps(horizon, 90), keeps(horizon, 365)))
                .toList();
    }

    /**
     * When an association that is not used again falls below a strength at every horizon: T + H·log2(S/below) at the one where it
     * lasts longest.
     *
     * @param strengths its strength at each horizon of {@code settings}, at {@code atMs}
     * @return milliseconds since the epoch, {@code atMs} if it is below already; null if that is never, or after the year 9999
     */
    static @Nullable Long fallsBelowMs(LearningSettings settings, double[] strengths, long atMs) {
        double below = settings.forgetBelow();
        if (below <= 0) {
            return null;
        }
        double latest = atMs;
        for (int h = 0; h < strengths.length; h++) {
            Horizon horizon = settings.halfLives().get(h);
            double strength = Math.abs(strengths[h]);
            if (strength >= below) {
                if (!horizon.decays()) {
                    return null;
                }
                latest = Math.max(latest, atMs + horizon.halfLifeMs() * Math.log(strength / below) / Math.log(2));
            }
        }
        return latest > Episode.AT_MS_MAX ? null : Long.valueOf((long) Math.ceil(latest));
    }

    private static double keeps(Horizon horizon, int days) {
        return horizon.decays() ? Math.pow(2, -(double) days * DAY_MS / horizon.halfLifeMs()) : 1;
    }
}
