package io.synfire.query.recall;

import java.time.Duration;

/** A question took longer than it may, and was given up. */
public final class OutOfTimeException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * A question that was given up.
     *
     * @param allowed how long it was allowed to take
     */
    public OutOfTimeException(Duration allowed) {
        super("the question took longer than it may, ask for less: query-time-max=" + allowed.toMillis() + "ms");
    }
}
