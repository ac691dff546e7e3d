package io.synfire.ingest.file;

/**
 * The times of the records of one source: one that says none happens at the latest time that the source has said so far, or, where it has
 * said none yet, at a time that was found beside it, such as that of the file's last change. One thread at a time.
 */
final class RecordTimes {

    private final long elseMs;
    private long latestMs;

    /** {@code latestMs} is -1 where no time was said. */
    RecordTimes(long latestMs, long elseMs) {
        this.latestMs = latestMs;
        this.elseMs = elseMs;
    }

    /** The time of a record that says none, milliseconds since the epoch. */
    long orElse() {
        return latestMs < 0 ? elseMs : latestMs;
    }

    /** A record was learned that says its time. */
    void said(long atMs) {
        latestMs = Math.max(latestMs, atMs);
    }

    /** The latest time that was said, milliseconds since the epoch; -1 if none was. */
    long latestMs() {
        return latestMs;
    }

    long elseMs() {
        return elseMs;
    }
}
