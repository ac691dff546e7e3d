package io.synfire.ingest.replay;

/**
 * A part of a log that is gone.
 *
 * @param source {@code kafka:TOPIC} or {@code file:PATH}
 * @param partition its partition, 0 for a file
 * @param fromOffset the first offset or record number that is gone
 * @param toOffset the one after the last
 */
public record Missing(String source, int partition, long fromOffset, long toOffset) {

    /**
     * Checks the range.
     *
     * @throws IllegalArgumentException if it is empty
     */
    public Missing {
        if (fromOffset < 0 || fromOffset >= toOffset) {
            throw new IllegalArgumentException(
                    "a range must hold at least one record: from=" + fromOffset + " to=" + toOffset);
        }
    }

    /** As messages name it: the range with its last record. */
    @Override
    public String toString() {
        return source + " partition=" + partition + " missing=" + fromOffset + ".." + (toOffset - 1);
    }
}
