package io.synfire.query.recall;

import io.synfire.engine.learn.Horizon;
import io.synfire.engine.view.MemoryView;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which horizon is read, and when: what a question names, resolved against a memory.
 *
 * @param horizon index into the settings' half-lives
 * @param atMs the time of the read
 */
record Moment(int horizon, long atMs) {

    static Moment of(MemoryView view, @Nullable String horizon, @Nullable Long atMs) {
        return new Moment(horizon == null ? view.settings().slowest() : horizon(view, horizon), at(view, atMs));
    }

    static long at(MemoryView view, @Nullable Long atMs) {
        long watermarkMs = view.watermarkMs();
        if (atMs == null) {
            return watermarkMs;
        }
        if (atMs < watermarkMs) {
            throw new BadQueryException("at must not be before the watermark, the past is not kept: at=" + atMs
                    + " watermark=" + watermarkMs);
        }
        return atMs;
    }

    private static int horizon(MemoryView view, String text) {
        List<Horizon> stored = view.settings().halfLives();
        Horizon asked;
        try {
            asked = Horizon.parse(text);
        } catch (IllegalArgumentException e) {
            throw new BadQueryException("horizon must be one of " + stored + ": horizon=" + text);
        }
        int index = stored.indexOf(asked);
        if (index < 0) {
            throw new BadQueryException("horizon must be one of " + stored + ": horizon=" + text);
        }
        return index;
    }
}
