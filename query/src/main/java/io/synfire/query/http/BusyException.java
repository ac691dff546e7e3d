package io.synfire.query.http;

/** Too many requests of one kind are under way. */
final class BusyException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    BusyException() {
        super("too many requests append episodes, try again in a second");
    }
}
