package io.synfire.engine.learn;

import io.synfire.engine.event.Episode;
import java.util.Optional;

/**
 * Which episodes may be learned under some settings. What is refused belongs in the dead-letter topic, with the reason.
 * Immutable and thread-safe.
 */
public final class Admission {

    private final LearningSettings settings;

    /**
     * The rule under some settings.
     *
     * @param settings its limits
     */
    public Admission(LearningSettings settings) {
        this.settings = settings;
    }

    /**
     * Whether an episode may be learned.
     *
     * @param episode the episode
     * @param timestampMs its record's timestamp, or {@link Long#MAX_VALUE} where the source has none
     * @return empty if it may; else the rule it breaks, then {@code name=value}
     */
    public Optional<String> refusal(Episode episode, long timestampMs) {
        int concepts = episode.activations().size();
        if (concepts > settings.maxConcepts()) {
            return Optional.of("an episode may hold at most max-concepts=" + settings.maxConcepts()
                    + " concepts: concepts=" + concepts);
        }
        if (timestampMs != Long.MAX_VALUE && episode.atMs() - settings.maxAheadMs() > timestampMs) {
            return Optional.of("at may lie at most max-ahead=" + Durations.format(settings.maxAheadMs())
                    + " after the record's timestamp: at=" + episode.atMs() + " timestamp=" + timestampMs);
        }
        return Optional.empty();
    }
}
