package io.synfire.query.http;

import java.util.Locale;

/** Why a request was not answered, and the status that says so. */
enum Refusal {
    /** No token, or none that is known. */
    UNAUTHENTICATED(401),
    /** A token that allows less. */
    FORBIDDEN(403),
    /** Says that another method is meant. */
    OVERRIDE(400),
    /** Called by a name that is not this server's. */
    HOST(421),
    /** Sent by a page of another origin. */
    CROSS_SITE(403),
    /** Too many others are waiting. */
    BUSY(429),
    /** More than a body may hold. */
    TOO_LARGE(413),
    /** A body that came too slowly. */
    SLOW(408),
    /** The answer took too long. */
    OUT_OF_TIME(503);

    private final int status;

    Refusal(int status) {
        this.status = status;
    }

    int status() {
        return status;
    }

    /** As metrics name it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
