package io.synfire.query.compare;

import java.util.List;
import java.util.Map;

/**
 * What differs between two memories. Strengths and activations are those of each one's slowest horizon, at its own watermark.
 *
 * @param k how long the compared lists of associations are, at most
 * @param minSupport how active a concept must be in both to be among those that moved
 * @param first one memory
 * @param second the other
 * @param settings learning settings that differ: per key {@code first -> second}
 * @param shared how many concepts are active in both
 * @param compared of these, how many have associations in either
 * @param plain the mean over these
 * @param weighted the mean weighted by their shares of activation in both
 * @param moved concepts whose lists differ most, of those with enough evidence
 * @param shifted concepts whose share of activation differs most
 * @param onlyFirst concepts that are active in the first alone, most active first
 * @param onlySecond concepts that are active in the second alone, most active first
 */
public record MemoryComparison(
        int k,
        double minSupport,
        Side first,
        Side second,
        Map<String, String> settings,
        long shared,
        long compared,
        Means plain,
        Means weighted,
        List<Moved> moved,
        List<Shifted> shifted,
        Only onlyFirst,
        Only onlySecond) {

    /**
     * One memory.
     *
     * @param episodes episodes learned
     * @param concepts active concepts
     * @param associations stored directed edges
     * @param watermarkMs latest event time learned
     * @param horizon the half-life that is compared
     */
    public record Side(long episodes, long concepts, long associations, long watermarkMs, String horizon) {}

    /**
     * How alike lists are, 1 is the same.
     *
     * @param overlap the share of the longer list that both have in common
     * @param rbo rank-biased overlap
     */
    public record Means(double overlap, double rbo) {}

    /**
     * A concept whose list of associations differs.
     *
     * @param concept its id
     * @param rbo rank-biased overlap
     * @param overlap the share of the longer list that both have in common
     * @param firstActivation its activation in the first memory
     * @param secondActivation its activation in the second
     * @param lost the first memory's strongest that are not in the second's list, a few
     * @param gained the second memory's strongest that are not in the first's list, a few
     */
    public record Moved(
            String concept,
            double rbo,
            double overlap,
            double firstActivation,
            double secondActivation,
            List<String> lost,
            List<String> gained) {}

    /**
     * A concept that is more or less active than it was.
     *
     * @param concept its id
     * @param firstShare its share of all activation in the first memory
     * @param secondShare its share in the second
     */
    public record Shifted(String concept, double firstShare, double secondShare) {}

    /**
     * Concepts of one memory alone.
     *
     * @param count how many
     * @param most the most active of them, a few
     */
    public record Only(long count, List<String> most) {}
}
