package io.synfire.query.http;

import io.synfire.query.answer.RebuildStatus;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Rebuilds the memory beside the one that answers, which it then takes the place of. One at a time. Thread-safe. */
public interface RebuildControl {

    /** It cannot be done now. */
    final class ConflictException extends RuntimeException {

        private static final long serialVersionUID = 1;

        /**
         * Says why.
         *
         * @param message why
         */
        public ConflictException(String message) {
            super(message);
        }
    }

    /**
     * Begins a rebuild.
     *
     * @param settings learning settings that are to differ from the present memory's, by key
     * @param untilMs the last event time that counts of what was learned so far, or null for no end
     * @return how it stands
     * @throws ConflictException if one is under way
     * @throws io.synfire.query.recall.BadQueryException if a setting is no learning setting, or out of its range
     */
    RebuildStatus begin(Map<String, String> settings, @Nullable Long untilMs);

    /**
     * How the one under way stands, or the last.
     *
     * @return the status
     */
    RebuildStatus status();

    /**
     * Calls off the one under way.
     *
     * @return how it stands: cancelled
     * @throws ConflictException if none is under way, or the new memory is taking over already
     */
    RebuildStatus cancel();
}
