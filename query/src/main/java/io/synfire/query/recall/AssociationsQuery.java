package io.synfire.query.recall;

import org.jspecify.annotations.Nullable;

/**
 * What goes with a concept?
 *
 * @param concept its id
 * @param k how many, 1 to {@value Limits#K_MAX}
 * @param measure what to rank by
 * @param blend which horizons are read, or null for the slowest
 * @param minSupport only associations of at least this strength
 * @param includeSelf whether the concept's association with itself may be among them
 * @param atMs the time of the read, or null for the watermark
 */
public record AssociationsQuery(
        String concept,
        int k,
        Measure measure,
        @Nullable Blend blend,
        double minSupport,
        boolean includeSelf,
        @Nullable Long atMs) {

    /** Checks the limits. */
    public AssociationsQuery {
        Limits.requireK(k);
        Limits.requireMinSupport(minSupport);
    }

    /**
     * The defaults.
     *
     * @param concept the concept's id
     * @return ten, by strength, at the slowest horizon and the watermark
     */
    public static AssociationsQuery of(String concept) {
        return new AssociationsQuery(concept, Limits.K, Measure.STRENGTH, null, 0, false, null);
    }
}
