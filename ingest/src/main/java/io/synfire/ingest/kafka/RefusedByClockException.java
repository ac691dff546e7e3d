package io.synfire.ingest.kafka;

import io.synfire.ingest.codec.MalformedRecordException;

/** A record lies too far after the clock of the process that read it first. That decides for ever: the dead letter carries the clock. */
final class RefusedByClockException extends MalformedRecordException {

    private final long clockMs;

    /**
     * A refusal.
     *
     * @param message the rule, then the value
     * @param clockMs what the clock said, milliseconds since the epoch
     */
    RefusedByClockException(String message, long clockMs) {
        super(Reason.CLOCK, message, null);
        this.clockMs = clockMs;
    }

    /** What the clock said, milliseconds since the epoch. */
    long clockMs() {
        return clockMs;
    }
}
