package io.synfire.query.http;

import java.util.Locale;

/** What the bearer of a token may do; each may do what those before it may. */
enum Role {
    /** Ask. */
    READ,
    /** Append to the log. */
    WRITE,
    /** Run the server. */
    ADMIN;

    boolean mayDo(Role needed) {
        return compareTo(needed) >= 0;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
