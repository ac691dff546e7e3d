package io.synfire.query.answer;

import io.synfire.engine.event.Episode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where in the log two concepts fired together.
 *
 * @param found by event time, latest first
 * @param searched which parts of the log were looked at
 * @param unsearched what the memory may have learned of and could not be searched
 * @param records how many records that were
 * @param doubt why what was found may never have been learned, or null
 */
public record EvidenceAnswer(
        List<Together> found, List<Searched> searched, List<String> unsearched, long records, @Nullable String doubt) {

    /**
     * Two concepts that fired together.
     *
     * @param latest where both fired, or the later of two episodes of one context
     * @param earlier where the other one fired before in that context, or null if both did at once
     */
    public record Together(Place latest, @Nullable Place earlier) {}

    /**
     * An episode, and where it is in the log.
     *
     * @param source {@code kafka:TOPIC} or {@code file:PATH}
     * @param partition its partition
     * @param offset its offset, or record number
     * @param timestampMs the record's timestamp
     * @param episode what the record says
     */
    public record Place(String source, int partition, long offset, long timestampMs, Episode episode) {

        /** The topic's name, or null for a file. */
        @Nullable
        String topic() {
            return source.startsWith("kafka:") ? source.substring("kafka:".length()) : null;
        }
    }

    /**
     * A part of the log.
     *
     * @param source {@code kafka:TOPIC} or {@code file:PATH}
     * @param partition its partition
     * @param fromOffset the first offset that was looked at
     * @param toOffset the one after the last
     */
    public record Searched(String source, int partition, long fromOffset, long toOffset) {}
}
