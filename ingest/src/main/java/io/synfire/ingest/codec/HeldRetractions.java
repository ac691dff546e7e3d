package io.synfire.ingest.codec;

import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Retraction;

/**
 * Which retractions are held to the limits of what they name. A memory that learns refuses one that names what it could not have learned. In a
 * log that another memory has learned such a one may be right: that memory had wider limits.
 */
public enum HeldRetractions {
    /** All: by who learns a log first. */
    ALL,
    /** Those that somebody wrote. A {@linkplain Retraction#isPart part} names what a memory had learned. */
    BY_HAND,
    /** None: by who takes back only what it has learned itself, or knows what was applied. */
    NONE;

    /**
     * Whether an entry is held to limits.
     *
     * @param entry any entry
     * @return true for whatever is no retraction
     */
    public boolean holds(Entry entry) {
        return this == ALL || !(entry instanceof Retraction retraction) || (this == BY_HAND && !retraction.isPart());
    }
}
