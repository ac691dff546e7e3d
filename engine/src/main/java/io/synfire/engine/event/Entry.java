package io.synfire.engine.event;

import org.jspecify.annotations.Nullable;

/**
 * One record of the log, checked: an {@link Episode} to learn, or a command that takes back or forgets. Entries of one partition
 * are applied in their order. Immutable.
 */
public sealed interface Entry permits Episode, Retraction, Forget {

    /**
     * How much there is to learn from it, about: what its context adds is not known beforehand.
     *
     * @return the ordered pairs within its episodes, at least 0
     */
    long pairs();

    /**
     * How many activations meet what a context remembers: what each of them brings beside {@link #pairs} is not known beforehand.
     *
     * @return those of its episodes if it is of a context, else 0
     */
    long inContext();

    /**
     * As how many episodes it counts for what is kept of it, beside its pairs.
     *
     * @return at least 1
     */
    default long kept() {
        return 1;
    }

    /**
     * Its own id: of what comes under one id within a window of its partition's time, the first counts. What is an event's id is no
     * command's.
     *
     * @return the id, or null for none
     */
    @Nullable
    String eventId();
}
