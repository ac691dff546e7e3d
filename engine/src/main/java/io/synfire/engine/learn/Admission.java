package io.synfire.engine.learn;

import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Forget;
import io.synfire.engine.event.Learned;
import io.synfire.engine.event.Retraction;
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
     * @param source the time of its source, which its episodes may not be too far ahead of
     * @return empty if it may; else why not
     */
    public Optional<Refusal> refusal(Entry entry, SourceTime source) {
        if (entry instanceof Episode episode) {
            return ofEpisode(episode, source);
        }
        if (entry instanceof Retraction retraction) {
            return Stream.concat(retraction.before().stream(), retraction.takenBack().stream())
                    .map(Learned::episode)
                    .flatMap(episode -> ofEpisode(episode, source).stream())
                    .findFirst();
        }
        if (entry instanceof Forget) {
            return Optional.empty();
        }
        throw new IllegalStateException("unknown kind of entry: entry=" + entry);
    }

    private Optional<Refusal> ofEpisode(Episode episode, SourceTime source) {
        int concepts = episode.activations().size();
        if (concepts > settings.maxConcepts()) {
            return Optional.of(new Refusal(
                    Refusal.Kind.CONCEPTS,
                    "an episode may hold at most max-concepts=" + settings.maxConcepts() + " concepts: concepts="
                            + concepts));
        }
        if (!source.allows(episode.atMs(), settings.maxAheadMs())) {
            return Optional.of(new Refusal(Refusal.Kind.TIME, source.rule(episode.atMs(), settings.maxAheadMs())));
        }
        return Optional.empty();
    }
}
