package io.synfire.engine.event;

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
}
