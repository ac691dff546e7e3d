package io.synfire.engine.event;

/**
 * How far one source was read: everything before {@code nextOffset} is learned or dead-lettered, nothing from there on is.
 * Stored in the same atomic checkpoint as the state it produced.
 *
 * @param source what is read: {@code kafka:TOPIC} or {@code file:PATH}
 * @param sourceId the identity of that source beyond its name (Kafka's topic id, a file's number), so that a topic that was deleted and
 *     created again, or a file that was replaced, is not mistaken for the old one; empty where there is none
 * @param partition the partition, 0 for a file
 * @param nextOffset offset (or record number, from 0) of the next record to read, at least 0
 * @param leaderEpoch the leader epoch of the last record read, -1 where unknown
 * @param content what whoever reads the source must find again before {@code nextOffset}, such as a checksum, in its own form; empty
 *     where the source keeps that in order by itself
 */
public record Position(
        String source, String sourceId, int partition, long nextOffset, int leaderEpoch, String content) {

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
        if (!content.isEmpty() && sourceId.isEmpty()) {
            throw new IllegalArgumentException("what has content has an identity: source=" + source + " sourceId=\"\"");
        }
    }

    /**
     * A position in a source that keeps its own order.
     *
     * @param source what is read
     * @param sourceId its identity beyond its name, or empty
     * @param partition the partition
     * @param nextOffset offset of the next record to read, at least 0
     * @param leaderEpoch the leader epoch of the last record read, -1 where unknown
     */
    public Position(String source, String sourceId, int partition, long nextOffset, int leaderEpoch) {
        this(source, sourceId, partition, nextOffset, leaderEpoch, "");
    }

    /**
     * What a position is of: a later one of the same takes its place. A source that is known by its content may change its name; two may
     * have had one name after the other.
     *
     * @return the same text for the same source and partition
     */
    public String key() {
        return (content.isEmpty() ? source : sourceId) + '/' + partition;
    }

    /**
     * What the records are of that a position counts, whatever its name is: of a topic that was made again they are others.
     *
     * @return the same text for the same source and partition
     */
    public String identity() {
        return identity(sourceId.isEmpty() ? source : sourceId, partition);
    }

    /**
     * The same for who has no position.
     *
     * @param sourceId the identity of the source, or its name where it has none
     * @param partition the partition, 0 for a file
     * @return what {@link #identity()} says of a position there
     */
    public static String identity(String sourceId, int partition) {
        return sourceId + '-' + partition;
    }
}
