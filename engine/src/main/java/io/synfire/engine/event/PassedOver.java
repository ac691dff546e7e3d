package io.synfire.engine.event;

/**
 * Records of a partition that lie side by side, that a memory has read, and of which it has learned nothing that the log still holds. Kept with the memory, in the
 * order in which they were read: whoever reads the log again cannot tell, since settings may have changed meanwhile and dead letters may be
 * gone.
 *
 * @param sourceId the identity of the source, as positions name it
 * @param partition the partition
 * @param from the offset of the first
 * @param to the offset behind the last
 * @param why why nothing was learned
 * @param clockMs what the clock said that refused them, milliseconds since the epoch; -1 where none did
 */
public record PassedOver(String sourceId, int partition, long from, long to, Why why, long clockMs) {

    /** Why nothing was learned of a record. */
    public enum Why {
        /** It is a dead letter: it breaks a rule. */
        REJECTED,
        /** It is a dead letter: it was ahead of the clock of whoever read it first. */
        CLOCK,
        /** It happened after the moment that the memory was rebuilt for. */
        LEFT_OUT,
        /**
         * The log has lost it after it was read, and the memory went back: others are read under these offsets. What was said of them before is
         * void.
         */
        LOST
    }

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public PassedOver {
        if (sourceId.isEmpty()) {
            throw new IllegalArgumentException("what was passed over must name its source: sourceId=\"\"");
        }
        if (partition < 0 || from < 0 || to <= from) {
            throw new IllegalArgumentException("what was passed over must be a range of records: partition=" + partition
                    + " from=" + from + " to=" + to);
        }
        if (why == Why.CLOCK ? clockMs < 0 : clockMs != -1) {
            throw new IllegalArgumentException(
                    "a clock is named where one has refused: why=" + why + " clockMs=" + clockMs);
        }
    }

    /**
     * How many records it is.
     *
     * @return at least 1
     */
    public long records() {
        return to - from;
    }

    /**
     * Whether another goes on where this ends, for the same reason.
     *
     * @param next the other
     * @return true if both are one
     */
    public boolean isFollowedBy(PassedOver next) {
        return next.from == to
                && next.partition == partition
                && next.why == why
                && next.clockMs == clockMs
                && next.sourceId.equals(sourceId);
    }

    /**
     * Both as one.
     *
     * @param next what {@link #isFollowedBy} this
     * @return from the first of this to the last of that
     */
    public PassedOver with(PassedOver next) {
        return new PassedOver(sourceId, partition, from, next.to, why, clockMs);
    }
}
