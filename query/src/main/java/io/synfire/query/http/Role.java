package io.synfire.query.http;

import java.util.Locale;

/** What whoever asks may do; each may do what those before it may. */
enum Role {
    /** See pages and probes, which hold no data: whoever comes without a token that is known. */
    NONE,
    /** Ask, and see metrics. */
    READ,
    /** Append to the log: teach the memory, take back what it has learned, and make it forget any concept. */
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
