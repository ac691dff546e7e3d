package io.synfire.engine.memory;

import org.jspecify.annotations.Nullable;

/**
 * The moment that readers see, which the writer replaces by the next. Thread-safe.
 *
 * <p>A reader of several rows holds up the next moment while it looks where they are, {@link #still}: some microseconds.
 */
final class Moments {

    private @Nullable volatile LearnedMoment latest;

    /** What is asked while no moment is published. */
    interface Look<T> {
        T at();
    }

    /** The latest. */
    LearnedMoment latest() {
        LearnedMoment now = latest;
        if (now == null) {
            throw new IllegalStateException("no moment was published yet");
        }
        return now;
    }

    /** From now on this is the latest. Writer only. */
    synchronized void publish(LearnedMoment moment) {
        latest = moment;
    }

    /** Looks at something while the latest stays the latest. */
    synchronized <T> T still(Look<T> look) {
        return look.at();
    }
}
