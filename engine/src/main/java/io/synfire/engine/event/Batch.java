package io.synfire.engine.event;

import java.util.List;

/**
 * A run of the log and where it ends: the unit that is applied. State and positions move together, or not at all.
 *
 * @param episodes what was read and admitted, in log order
 * @param positions where the sources stand after this batch; sources that are not named stay where they were
 * @param deadLetters how many records of this run were rejected; they must already be safe in the dead-letter topic
 */
public record Batch(List<Episode> episodes, List<Position> positions, long deadLetters) {

    /**
     * Takes unmodifiable copies.
     *
     * @throws IllegalArgumentException if deadLetters is negative
     */
    public Batch {
        if (deadLetters < 0) {
            throw new IllegalArgumentException("deadLetters must be at least 0: deadLetters=" + deadLetters);
        }
        episodes = List.copyOf(episodes);
        positions = List.copyOf(positions);
    }

    /**
     * A batch without positions, for callers that keep their own.
     *
     * @param episodes what to learn
     * @return the batch
     */
    public static Batch of(Episode... episodes) {
        return new Batch(List.of(episodes), List.of(), 0);
    }
}
