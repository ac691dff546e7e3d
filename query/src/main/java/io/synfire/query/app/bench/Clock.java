package io.synfire.query.app.bench;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Time on the wall. */
final class Clock {

    /** How often it is looked whether a contender is done: this is how wrong its time may be, and hardly costs it anything. */
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private Clock() {}

    static double secondsSince(long startNanos) {
        return Math.max(1, System.nanoTime() - startNanos) / 1e9;
    }

    /**
     * Lets others work for a moment.
     *
     * @throws IllegalStateException if this thread is interrupted: then the benchmark is to end
     */
    static void pause() {
        LockSupport.parkNanos(LOOK_NANOS);
        if (Thread.currentThread().isInterrupted()) {
            throw new IllegalStateException("the benchmark was interrupted");
        }
    }
}
