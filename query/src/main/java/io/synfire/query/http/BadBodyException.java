package io.synfire.query.http;

import org.jspecify.annotations.Nullable;

/** A body that is too large, or did not come whole. */
final class BadBodyException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int status;
    private final @Nullable Refusal refusal;

    private BadBodyException(int status, @Nullable Refusal refusal, String message) {
        super(message);
        this.status = status;
        this.refusal = refusal;
    }

    static BadBodyException tooLarge(String limit) {
        return new BadBodyException(Refusal.TOO_LARGE.status(), Refusal.TOO_LARGE, limit);
    }

    static BadBodyException incomplete() {
        return new BadBodyException(400, null, "the body must come whole, as its headers say");
    }

    static BadBodyException tooSlow() {
        return new BadBodyException(408, null, "the body took too long to come");
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
