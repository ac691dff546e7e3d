package io.synfire.query.http;

import org.jspecify.annotations.Nullable;

/** A body that is too large, that did not come whole or in time, or that is no text. */
final class BadBodyException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int status;
    private final @Nullable Refusal refusal;

    private BadBodyException(int status, @Nullable Refusal refusal, String message) {
        super(message);
        this.status = status;
        this.refusal = refusal;
    }

    private BadBodyException(Refusal refusal, String message) {
        this(refusal.status(), refusal, message);
    }

    static BadBodyException tooLarge(String limit, long bytesMax) {
        return new BadBodyException(
                Refusal.TOO_LARGE, "a body must be at most " + limit + " bytes: " + limit + "=" + bytesMax);
    }

    static BadBodyException tooMany(int recordsMax) {
        return new BadBodyException(
                Refusal.TOO_LARGE,
                "a body must hold at most http.episodes-max records: http.episodes-max=" + recordsMax);
    }

    static BadBodyException noRoom() {
        return new BadBodyException(
                Refusal.BUSY, "all bodies together take more than http.bodies-max, try again in a second");
    }

    static BadBodyException tooSlow() {
        return new BadBodyException(Refusal.SLOW, "the body took too long to come");
    }

    static BadBodyException incomplete() {
        return new BadBodyException(400, null, "the body must come whole, as its headers say");
    }

    static BadBodyException noText() {
        return new BadBodyException(400, null, "the body must be JSON in UTF-8");
    }

    int status() {
        return status;
    }

    /** What it counts as, or null. */
    @Nullable
    Refusal refusal() {
        return refusal;
    }
}
