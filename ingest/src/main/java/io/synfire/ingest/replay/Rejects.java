package io.synfire.ingest.replay;

import java.io.IOException;

/** Where records go that cannot be learned. One thread at a time. */
public interface Rejects {

    /**
     * Keeps one.
     *
     * @param source where it was: {@code file:PATH}, or topic and partition
     * @param record its record number or offset
     * @param reason why it cannot be learned
     * @param value the record, byte for byte
     * @throws IOException if it cannot be written
     */
    void add(String source, long record, String reason, byte[] value) throws IOException;

    /**
     * Makes what was added safe: only then may a position pass it.
     *
     * @throws IOException if it cannot be
     */
    void force() throws IOException;
}
