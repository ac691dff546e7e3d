package io.synfire.ingest.file;

import io.synfire.engine.event.LearnedAnew;
import io.synfire.engine.event.Position;
import io.synfire.engine.learn.LearningSettings;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * How a memory has learned its log. What forgets names what was learned so: whoever learns the log again must learn it so, too.
 *
 * @param settings the settings of learning
 * @param anew how far the log was learned anew, by these settings, and not live
 */
record LearnedBy(LearningSettings settings, LearnedAnew anew) {

    /** How far a source was learned, by its identity. */
    private record Reached(String source, int partition, long records) {}

    /**
     * Whether by both the same is learned of the same log.
     *
     * @param names what this one calls the files of the other
     */
    boolean isSame(LearnedBy other, UnaryOperator<String> names) {
        return settings.learnsTheSame(other.settings)
                && anew.hasLeftOut() == other.anew.hasLeftOut()
                && reached(anew, id -> id).equals(reached(other.anew, names));
    }

    /** Whether it is known of something else than files. */
    boolean hasTopic() {
        return anew.upTo().stream().anyMatch(position -> !Known.isFile(position) && position.nextOffset() > 0);
    }

    private static Set<Reached> reached(LearnedAnew anew, UnaryOperator<String> names) {
        return anew.upTo().stream()
                .filter(position -> position.nextOffset() > 0)
                .map(position -> new Reached(name(position, names), position.partition(), position.nextOffset()))
                .collect(Collectors.toSet());
    }

    private static String name(Position position, UnaryOperator<String> names) {
        return Known.isFile(position) ? names.apply(position.sourceId()) : position.source();
    }
}
