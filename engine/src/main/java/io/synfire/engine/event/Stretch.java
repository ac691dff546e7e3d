package io.synfire.engine.event;

import java.util.List;

/**
 * A stretch of a source that keeps neither its order with others nor the times of its records, such as a file: what was read of it at
 * once, and what of that moment decided what was learned. Kept in the order in which stretches were learned, so that whoever reads them
 * again reads in the same order and decides the same.
 *
 * @param sourceId the identity of the source, as {@link Position#sourceId}
 * @param from the first record, from 0
 * @param to the one after the last
 * @param startMs when the reading began that it is a part of, milliseconds since the epoch: event times are held against it
 * @param elseMs the time of a record that says none while none before it in its source did, milliseconds since the epoch
 * @param latestMs the latest time that a record of the source before {@code from} said, milliseconds since the epoch; -1 if none did
 * @param unlearned records in it of which nothing was learned, though they say something: those that were rejected, or are learned from
 *     another place; rising
 */
public record Stretch(
        String sourceId, long from, long to, long startMs, long elseMs, long latestMs, List<Long> unlearned) {

    /** The source of all that was read of streams: they leave nothing to read again, so all that is known is how much that was. */
    public static final String STREAMS = "streams";

    /**
     * How many records were read of streams.
     *
     * @param stretches of a memory
     * @return at least 0
     */
    public static long streamed(List<Stretch> stretches) {
        return stretches.stream()
                .filter(Stretch::isStreamed)
                .mapToLong(stretch -> stretch.to() - stretch.from())
                .sum();
    }

    /**
     * Checks the numbers and takes an unmodifiable copy.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public Stretch {
        if (sourceId.isEmpty()) {
            throw new IllegalArgumentException("a stretch must name its source: sourceId=\"\"");
        }
        if (from < 0 || to < from || startMs < 0 || elseMs < 0 || latestMs < -1) {
            throw new IllegalArgumentException("a stretch must be a range of records, with times from 1970 on: from="
                    + from + " to=" + to + " startMs=" + startMs + " elseMs=" + elseMs + " latestMs=" + latestMs);
        }
        unlearned = List.copyOf(unlearned);
        long before = from - 1;
        for (long record : unlearned) {
            if (record <= before || record >= to) {
                throw new IllegalArgumentException("records of a stretch must rise within it: from=" + from + " to="
                        + to + " unlearned=" + unlearned);
            }
            before = record;
        }
    }

    /**
     * Whether it is of a stream.
     *
     * @return true if nobody can read it again
     */
    public boolean isStreamed() {
        return sourceId.equals(STREAMS);
    }
}
