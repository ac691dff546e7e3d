package io.synfire.query.recall;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Until when a question must be answered. Whoever answers looks at it before each row, and every {@value #STEPS} steps of a loop: a look
 * costs about as much as reading five associations. Immutable and thread-safe.
 */
public final class Deadline {

    /** A question may take as long as it takes. */
    public static final Deadline NONE = new Deadline(Duration.ZERO, 0, () -> -1);

    /** How many cheap steps go between two looks; a power of two. */
    static final int STEPS = 1024;

    private final Duration allowed;
    private final long endNanos;
    private final LongSupplier nanos;

    private Deadline(Duration allowed, long endNanos, LongSupplier nanos) {
        this.allowed = allowed;
        this.endNanos = endNanos;
        this.nanos = nanos;
    }

    /**
     * A deadline from now on.
     *
     * @param allowed how long a question may take
     * @param nanos a clock such as {@link System#nanoTime}
     * @return when that is over
     */
    public static Deadline after(Duration allowed, LongSupplier nanos) {
        return new Deadline(allowed, nanos.getAsLong() + allowed.toNanos(), nanos);
    }

    /** Throws if it has passed. */
    void check() {
        if (nanos.getAsLong() - endNanos >= 0) {
            throw new OutOfTimeException(allowed);
        }
    }

    /** Looks at the clock at every so many steps, counted from 0. */
    void checkAt(int step) {
        if ((step & STEPS - 1) == 0) {
            check();
        }
    }
}
