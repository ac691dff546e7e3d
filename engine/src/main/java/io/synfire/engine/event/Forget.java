package io.synfire.engine.event;

/**
 * The command to forget a concept: its associations, those of others to it, and its marginal are gone from every answer at
 * once. Episodes that come later start it afresh; which come later is certain within one partition of a log, and a matter of when
 * they are read between partitions. What it did to other concepts' marginals stays.
 *
 * @param concept the concept's id; nothing happens if it is not known
 */
public record Forget(String concept) implements Entry {

    /**
     * Checks the id.
     *
     * @throws IllegalArgumentException if it is no concept's id; the message names the rule, then the value
     */
    public Forget {
        Ids.require("concept", concept, Activation.CONCEPT_BYTES_MAX);
    }

    @Override
    public long pairs() {
        return 0;
    }
}
