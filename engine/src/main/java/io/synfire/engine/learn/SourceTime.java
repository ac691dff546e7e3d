package io.synfire.engine.learn;

import java.time.Instant;

/**
 * The time of a record's source: what the event times in the record are held against. An event may lie at most {@code max-ahead} after it.
 *
 * @param kind where the time comes from
 * @param ms the time, milliseconds since the epoch
 */
public record SourceTime(Kind kind, long ms) {

    private static final SourceTime UNKNOWN = new SourceTime(Kind.UNKNOWN, Long.MAX_VALUE);

    /** Where the time of a source comes from. */
    public enum Kind {
        /** The timestamp that a record of a topic carries. */
        TIMESTAMP("the record's timestamp", "timestamp"),
        /** The start of the run that read a file or the standard input first. */
        RUN("the start of the run that read the record first", "started"),
        /** The clock of the process that read the record first. */
        CLOCK("the clock of the process that read the record first", "clock"),
        /** Nothing is known: then {@code max-ahead} does not apply. */
        UNKNOWN("an unknown time", "unknown");

        private final String phrase;
        private final String label;

        Kind(String phrase, String label) {
            this.phrase = phrase;
            this.label = label;
        }
    }

    /**
     * The timestamp of a record of a topic.
     *
     * @param timestampMs milliseconds since the epoch
     * @return the time
     */
    public static SourceTime ofTimestamp(long timestampMs) {
        return new SourceTime(Kind.TIMESTAMP, timestampMs);
    }

    /**
     * The start of the run that read a file or the standard input first.
     *
     * @param startMs milliseconds since the epoch
     * @return the time
     */
    public static SourceTime ofRun(long startMs) {
        return new SourceTime(Kind.RUN, startMs);
    }

    /**
     * The clock of the process that reads a record first.
     *
     * @param nowMs milliseconds since the epoch
     * @return the time
     */
    public static SourceTime ofClock(long nowMs) {
        return new SourceTime(Kind.CLOCK, nowMs);
    }

    /**
     * No time: nothing is too far ahead of it.
     *
     * @return the time that bounds nothing
     */
    public static SourceTime unknown() {
        return UNKNOWN;
    }

    /** Whether an event may be as late as that. No sum, which could overflow: neither event times nor durations are negative. */
    boolean allows(long atMs, long maxAheadMs) {
        return kind == Kind.UNKNOWN || atMs - maxAheadMs <= ms;
    }

    /** The rule that an event breaks which is not allowed, with dates. */
    String rule(long atMs, long maxAheadMs) {
        return "at may lie at most max-ahead=" + Durations.format(maxAheadMs) + " after " + kind.phrase + ": at="
                + Instant.ofEpochMilli(atMs) + " " + kind.label + "=" + Instant.ofEpochMilli(ms);
    }
}
