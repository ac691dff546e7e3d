package io.synfire.query.answer;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a rebuild beside a live memory stands: the one under way, or the last.
 *
 * @param state where it is
 * @param settings what the new memory learns by; empty if there was no rebuild yet
 * @param untilMs the last event time that counts of what had been learned when it began, or null for no end
 * @param recordsDone how many records it has read
 * @param recordsTotal how many the live memory has read
 * @param recordsPerSecond how many it reads in a second, on average
 * @param remainingSeconds how long it will take at that rate, or null while that is not known
 * @param failure why it failed, or null
 */
public record RebuildStatus(
        State state,
        Map<String, String> settings,
        @Nullable Long untilMs,
        long recordsDone,
        long recordsTotal,
        double recordsPerSecond,
        @Nullable Double remainingSeconds,
        @Nullable String failure) {

    /** Where a rebuild is. */
    public enum State {
        /** There was none since the start. */
        NONE,
        /** It reads the log. */
        READING,
        /** It has caught up; the new memory takes over. */
        SWAPPING,
        /** The new memory is live. */
        DONE,
        /** It was called off; the old memory is live. */
        CANCELLED,
        /** It could not go on; the old memory is live. */
        FAILED;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * There was no rebuild yet.
     *
     * @return that status
     */
    public static RebuildStatus none() {
        return new RebuildStatus(State.NONE, Map.of(), null, 0, 0, 0, null, null);
    }
}
