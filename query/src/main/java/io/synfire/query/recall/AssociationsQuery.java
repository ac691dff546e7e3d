package io.synfire.query.recall;

import org.jspecify.annotations.Nullable;

/**
 * What goes with a concept?
 *
 * @param concept its id
 * @param k how many, 1 to {@value Limits#K_MAX}
 * @param scoring what to rank by
 * @param prefix how the ids of the others begin; empty for all
 * @param blend which horizons are read, or null for the slowest
 * @param minSupport only associations of at least this strength
 * @param includeSelf whether the concept's association with itself may be among them
 * @param atMs the time of the read, or null for the watermark
 */
public record AssociationsQuery(
        String concept,
        int k,
        Scoring scoring,
        String prefix,
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
     * What associations are ranked by: {@code measure · S/(S + shrinkage) / M(b)^popularity}.
     *
     * @param measure a measure
     * @param shrinkage at least 0: evidence below about this counts less; 0 is off
     * @param popularity the exponent of the other concept's own activation, in [-2, 2]; 0 is off
     */
    public record Scoring(Measure measure, double shrinkage, double popularity) {

        /** Checks the limits. */
        public Scoring {
            Limits.requireShrinkage("shrinkage", shrinkage);
            Limits.requirePopularity("popularity", popularity);
        }

        /**
         * A measure as it is.
         *
         * @param measure the measure
         * @return no shrinkage, whatever the popularity
         */
        public static Scoring of(Measure measure) {
            return new Scoring(measure, 0, 0);
        }

        /** The score of what a measure says of an association of this strength with a concept this active; null where undefined. */
        @Nullable
        Double score(@Nullable Double value, double strength, double targetMass) {
            if (value == null || (shrinkage == 0 && popularity == 0)) {
                return value;
            }
            double support = Math.abs(strength);
            double score = value * support / (support + shrinkage) * Math.pow(targetMass, -popularity);
            return Double.isFinite(score) ? score : null;
        }
    }

    /**
     * The defaults.
     *
     * @param concept the concept's id
     * @return ten, by strength, at the slowest horizon and the watermark
     */
    public static AssociationsQuery of(String concept) {
        return new AssociationsQuery(concept, Limits.K, Scoring.of(Measure.STRENGTH), "", null, 0, false, null);
    }
}
