package io.synfire.engine.learn;

import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Forget;
import io.synfire.engine.event.Learned;
import io.synfire.engine.event.Retraction;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Which entries may be applied under some settings. What is refused belongs in the dead-letter topic, with the reason.
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
     * Whether an entry may be applied. A retraction may if all episodes that it names could have been learned.
     *
     * @param entry the entry
     * @param timestampMs its record's timestamp, or {@link Long#MAX_VALUE} where the source has none
     * @return empty if it may; else the rule it breaks, then {@code name=value}
     */
    public Optional<String> refusal(Entry entry, long timestampMs) {
        List<Episode> episodes;
        if (entry instanceof Episode episode) {
            episodes = List.of(episode);
        } else if (entry instanceof Retraction retraction) {
            episodes = Stream.concat(retraction.before().stream(), retraction.takenBack().stream())
                    .map(Learned::episode)
                    .toList();
        } else if (entry instanceof Forget) {
            episodes = List.of();
        } else {
            throw new IllegalStateException("unknown kind of entry: entry=" + entry);
        }
        for (Episode episode : episodes) {
            Optional<String> refusal = ofEpisode(episode, timestampMs);
            if (refusal.isPresent()) {
                return refusal;
            }
        }
        return Optional.empty();
    }

    private Optional<String> ofEpisode(Episode episode, long timestampMs) {
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
