package io.synfire.ingest.kafka;

/**
 * Which topics are read and written.
 *
 * @param episodes where episodes come from
 * @param deadLetters where records go that cannot be learned
 */
public record TopicNames(String episodes, String deadLetters) {

    /** Checks the names. */
    public TopicNames {
        if (episodes.isBlank() || deadLetters.isBlank() || episodes.equals(deadLetters)) {
            throw new IllegalArgumentException("topics must have different names: topics.episodes=" + episodes
                    + " topics.dead-letters=" + deadLetters);
        }
    }
}
