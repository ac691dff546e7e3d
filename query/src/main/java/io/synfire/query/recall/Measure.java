package io.synfire.query.recall;

import java.util.List;
import java.util.Locale;

/** How an association is scored. */
public enum Measure {
    /** S, the decayed evidence itself. */
    STRENGTH,
    /** S/Ma: how much of the cue's firing went with the target. */
    CONFIDENCE,
    /** S·N/(Ma·Mb): how many times more often than by chance. */
    LIFT,
    /** Pointwise mutual information, in bits. */
    PMI,
    /** pmi over its largest possible value. */
    NPMI,
    /** Shared over joint firing. */
    JACCARD,
    /** S/√(Ma·Mb). */
    COSINE,
    /** Dunning's log-likelihood ratio G². */
    LLR;

    /**
     * Reads a measure's name.
     *
     * @param text what was asked for
     * @return the measure
     * @throws BadQueryException if there is none of that name
     */
    public static Measure parse(String text) {
        for (Measure measure : values()) {
            if (measure.toString().equalsIgnoreCase(text)) {
                return measure;
            }
        }
        throw new BadQueryException("measure must be one of " + List.of(values()) + ": measure=" + text);
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
