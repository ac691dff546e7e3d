package io.synfire.query.http;

/** A route that takes the role of an admin, which who called has not. */
final class ForbiddenException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    ForbiddenException() {
        super(
                "this takes a token of the role admin, or, where no tokens are asked for, to be called from this machine");
    }
}
