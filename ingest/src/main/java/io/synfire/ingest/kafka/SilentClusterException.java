package io.synfire.ingest.kafka;

/** The cluster gave no answer, which may pass. */
public final class SilentClusterException extends IllegalStateException {

    /**
     * No answer.
     *
     * @param message what was asked for
     * @param cause what it failed with
     */
    public SilentClusterException(String message, Throwable cause) {
        super(message, cause);
    }
}
