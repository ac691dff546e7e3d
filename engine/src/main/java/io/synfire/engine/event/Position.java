package io.synfire.engine.event;

/**
 * How far one source was read: everything before {@code nextOffset} is learned or dead-lettered, nothing from there on is.
 * Stored in the same atomic checkpoint as the state it produced.
 *
 * @param source what is read: {@code kafka:TOPIC} or {@code file:PATH}
 * @param sourceId the identity of that source beyond its name (Kafka's topic id; empty where there is none), so that a
 *     topic that was deleted and created again is not mistaken for the old one
 * @param partition the partition, 0 for a file
 * @param nextOffset offset (or record number, from 0) of the next record to read, at least 0
 * @param leaderEpoch the leader epoch of the last record read, -1 where unknown
 */
public record Position(String source, String sourceId, int partition, long nextOffset, int leaderEpoch) {

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if a number is out of its range
     */
    public Position {
        if (source.isEmpty()) {
            throw new IllegalArgumentException("source must not be empty: source=\"\"");
        }
        if (partition < 0 || nextOffset < 0 || leaderEpoch < -1) {
            throw new IllegalArgumentException(
                    "partition and nextOffset must be at least 0, leaderEpoch at least -1: partition=" + partition
                            + " nextOffset=" + nextOffset + " leaderEpoch=" + leaderEpoch);
        }
    }
}
