package io.synfire.query.recall;

import java.util.List;
import java.util.Locale;

/** How an association is scored. */
public enum Measure {
    /** S, the decayed evidence itself. */
    STRENGTH,
    /** S/row: in how much of the cue's trials the target was there. */
    CONFIDENCE,
    /** S·total/(row·column): how many times more often than by chance. */
    LIFT,
    /** Pointwise mutual information in bits, log2 of lift. */
    PMI,
    /** pmi over its largest possible value: 1 is always together, 0 by chance, −1 never. */
    NPMI,
    /** S/(row + column − S): trials with both over trials with either. */
    JACCARD,
    /** S/√(row·column). */
    COSINE,
    /** Dunning's log-likelihood ratio G²: how sure it is that they do not meet by chance; below 0 where they meet less often than that. */
    LLR;

    /**
     * Reads a measure's name, in small letters.
     *
     * @param text what was asked for
     * @return the measure
     * @throws BadQueryException if there is none of that name
     */
    public static Measure parse(String text) {
        for (Measure measure : values()) {
            if (measure.toString().equals(text)) {
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
