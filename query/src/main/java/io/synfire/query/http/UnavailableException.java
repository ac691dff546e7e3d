package io.synfire.query.http;

/** What a request needs cannot be reached: the log, or the cluster. It may be tried again later; the message says what is missing. */
public final class UnavailableException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    /**
     * What cannot be reached yet.
     *
     * @param message what is missing
     */
    public UnavailableException(String message) {
        super(message);
    }

    /**
     * What cannot be reached.
     *
     * @param message what is missing
     * @param cause why, for the log
     */
    public UnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
