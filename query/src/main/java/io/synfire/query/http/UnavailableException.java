package io.synfire.query.http;

/** What was asked for cannot be done now, and may be later: over HTTP it is 503. The message says what is the matter. */
public final class UnavailableException extends RuntimeException {

    /**
     * Unavailable for now.
     *
     * @param message what is the matter
     * @param cause what it failed with
     */
    public UnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
