package io.synfire.ingest.replay;

import java.io.IOException;

/** Where records go that cannot be learned. One thread at a time. */
public interface Rejects {

    /**
     * Where a record was.
     *
     * @param source {@code file:PATH}, {@code -} for the standard input, or {@code kafka:TOPIC-PARTITION}
     * @param sourceId the file's identity, whatever its name; empty where it has none
     * @param record its record number or offset
     * @param orElseMs the time it would have had if it had said none, milliseconds since the epoch; -1 where that is not known
     */
    record Place(String source, String sourceId, long record, long orElseMs) {}

    /**
     * Keeps one.
     *
     * @param place where it was
     * @param reason why it cannot be learned
     * @param value the record, byte for byte
     * @throws IOException if it cannot be written
     */
    void add(Place place, String reason, byte[] value) throws IOException;

    /**
     * Makes what was added safe: only then may a position pass it.
     *
     * @throws IOException if it cannot be
     */
    void force() throws IOException;
}
