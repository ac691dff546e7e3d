package io.synfire.engine.memory;

import org.jspecify.annotations.Nullable;

/**
 * The moment that readers see, which the writer replaces by the next. Thread-safe.
 *
 * <p>A reader of several rows that finds no moment that lasts for two looks holds up the next while it looks where they are, {@link #still}: some
 * microseconds, unless a checkpoint tidies and copies such a row just then.
 */
final class Moments {

    private @Nullable volatile LearnedMoment latest;
    /** The latest of which the tables hold all: it alone can count what is in them. */
    private @Nullable volatile LearnedMoment counted;

    /** What is asked while no moment is published. */
    interface Look<T> {
        T at();
    }

    /** The latest. */
    LearnedMoment latest() {
        return published(latest);
    }

    /** The latest that is counted: the one before the latest, while that is drained. */
    LearnedMoment counted() {
        return published(counted);
    }

    /** From now on this is the latest. Writer only. */
    synchronized void publish(LearnedMoment moment) {
        latest = moment;
        if (moment.isDrained()) {
            counted = moment;
        }
    }

    private static LearnedMoment published(@Nullable LearnedMoment moment) {
        if (moment == null) {
            throw new IllegalStateException("no moment was published yet");
        }
        return moment;
    }

    /** Looks at something while the latest stays the latest. */
    synchronized <T> T still(Look<T> look) {
        return look.at();
    }
}
