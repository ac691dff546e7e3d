package io.synfire.query.recall;

import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What do these cues bring to mind? What is null is as the reader's {@link RecallSettings} say, or all.
 *
 * @param cues 1 to {@value Limits#CUES_MAX}; a cue given twice counts twice
 * @param ordered whether the cues are in order of time, oldest first: then older ones weigh less, and that some of them come twice says
 *     that more may
 * @param includeCues whether cues may be among the results
 * @param exclude concepts that may not, at most {@value Limits#EXCLUDE_MAX}
 * @param candidates concepts that alone may, at most {@value Limits#CANDIDATES_MAX}, or null for all
 * @param prefix how the ids of results begin; empty for all
 * @param k how many, 1 to {@value Limits#K_MAX}
 * @param hops 1 is direct association alone, up to {@value Limits#HOPS_MAX}
 * @param popularity β, the exponent of a concept's own activation that its score is divided by
 * @param shrinkage k in S/(S + k)
 * @param self weight of a cue's association with itself
 * @param blend which horizons are read, or null for the slowest
 * @param minSupport only associations of at least this strength, whatever their sign
 * @param atMs the time of the read, or null for the watermark
 */
public record RecallQuery(
        List<Cue> cues,
        boolean ordered,
        boolean includeCues,
        Set<String> exclude,
        @Nullable Set<String> candidates,
        String prefix,
        int k,
        @Nullable Integer hops,
        @Nullable Double popularity,
        @Nullable Double shrinkage,
        @Nullable Double self,
        @Nullable Blend blend,
        double minSupport,
        @Nullable Long atMs) {

    /**
     * A cue.
     *
     * @param concept its id
     * @param weight how much it counts, in [-1e6, 1e6]; 1 is the usual value
     */
    public record Cue(String concept, double weight) {

        /** Checks the weight. */
        public Cue {
            if (!(Math.abs(weight) <= Limits.WEIGHT_MAX)) {
                throw new BadQueryException("weight must be in [-1e6, 1e6]: weight=" + weight);
            }
        }
    }

    /** Checks the limits. */
    public RecallQuery {
        if (cues.isEmpty() || cues.size() > Limits.CUES_MAX) {
            throw new BadQueryException("cues must be 1 to " + Limits.CUES_MAX + ": cues=" + cues.size());
        }
        if (hops != null) {
            Limits.requireHops("hops", hops);
        }
        if (popularity != null) {
            Limits.requirePopularity("popularity", popularity);
        }
        if (shrinkage != null) {
            Limits.requireShrinkage("shrinkage", shrinkage);
        }
        if (self != null) {
            Limits.requireSelf("self", self);
        }
        Limits.requireSize("exclude", exclude.size(), Limits.EXCLUDE_MAX);
        Limits.requireSize("candidates", candidates == null ? 0 : candidates.size(), Limits.CANDIDATES_MAX);
        Limits.requireK(k);
        Limits.requireMinSupport(minSupport);
        cues = List.copyOf(cues);
        exclude = copyOf(exclude);
        candidates = candidates == null ? null : copyOf(candidates);
    }

    /** {@link Set#copyOf} looks at all ids of one hash code before it finds the last of them: of 10,000 it takes a second. */
    private static Set<String> copyOf(Set<String> ids) {
        ids.forEach(Objects::requireNonNull);
        return Collections.unmodifiableSet(new HashSet<>(ids));
    }

    /**
     * The defaults.
     *
     * @param cues ids of the cues
     * @return ten results, at the slowest horizon and the watermark
     */
    public static RecallQuery of(List<String> cues) {
        return builder().cues(cues).build();
    }

    /**
     * A question that is put together.
     *
     * @return a builder with the defaults and no cue
     */
    public static Builder builder() {
        return new Builder();
    }

    /** Puts a question together, by the names of its parts. One thread at a time. */
    public static final class Builder {
        private List<Cue> cues = List.of();
        private boolean ordered;
        private boolean includeCues;
        private Set<String> exclude = Set.of();
        private @Nullable Set<String> candidates;
        private String prefix = "";
        private int k = Limits.K;
        private @Nullable Integer hops;
        private @Nullable Double popularity;
        private @Nullable Double shrinkage;
        private @Nullable Double self;
        private @Nullable Blend blend;
        private double minSupport;
        private @Nullable Long atMs;

        private Builder() {}

        /**
         * Cues that all count 1.
         *
         * @param concepts their ids
         * @return this
         */
        public Builder cues(List<String> concepts) {
            return weightedCues(concepts.stream().map(id -> new Cue(id, 1)).toList());
        }

        /**
         * Cues with weights.
         *
         * @param value see {@link RecallQuery#cues}
         * @return this
         */
        public Builder weightedCues(List<Cue> value) {
            cues = value;
            return this;
        }

        /**
         * Whether cues are in order of time.
         *
         * @param value see {@link RecallQuery#ordered}
         * @return this
         */
        public Builder ordered(boolean value) {
            ordered = value;
            return this;
        }

        /**
         * Whether cues may be among the results.
         *
         * @param value see {@link RecallQuery#includeCues}
         * @return this
         */
        public Builder includeCues(boolean value) {
            includeCues = value;
            return this;
        }

        /**
         * Concepts that may not be among the results.
         *
         * @param value see {@link RecallQuery#exclude}
         * @return this
         */
        public Builder exclude(Set<String> value) {
            exclude = value;
            return this;
        }

        /**
         * Concepts that alone may be among the results.
         *
         * @param value see {@link RecallQuery#candidates}
         * @return this
         */
        public Builder candidates(@Nullable Set<String> value) {
            candidates = value;
            return this;
        }

        /**
         * How the ids of results begin.
         *
         * @param value see {@link RecallQuery#prefix}
         * @return this
         */
        public Builder prefix(@Nullable String value) {
            prefix = value == null ? "" : value;
            return this;
        }

        /**
         * How many results.
         *
         * @param value see {@link RecallQuery#k}
         * @return this
         */
        public Builder k(int value) {
            k = value;
            return this;
        }

        /**
         * How far activation spreads.
         *
         * @param value see {@link RecallQuery#hops}
         * @return this
         */
        public Builder hops(@Nullable Integer value) {
            hops = value;
            return this;
        }

        /**
         * What is taken off concepts that are active anyway.
         *
         * @param value see {@link RecallQuery#popularity}
         * @return this
         */
        public Builder popularity(@Nullable Double value) {
            popularity = value;
            return this;
        }

        /**
         * How much less scarce evidence counts.
         *
         * @param value see {@link RecallQuery#shrinkage}
         * @return this
         */
        public Builder shrinkage(@Nullable Double value) {
            shrinkage = value;
            return this;
        }

        /**
         * The weight of self-associations.
         *
         * @param value see {@link RecallQuery#self}
         * @return this
         */
        public Builder self(@Nullable Double value) {
            self = value;
            return this;
        }

        /**
         * Which horizons are read.
         *
         * @param value see {@link RecallQuery#blend}
         * @return this
         */
        public Builder blend(@Nullable Blend value) {
            blend = value;
            return this;
        }

        /**
         * The strength an association must have.
         *
         * @param value see {@link RecallQuery#minSupport}
         * @return this
         */
        public Builder minSupport(double value) {
            minSupport = value;
            return this;
        }

        /**
         * The time of the read.
         *
         * @param value see {@link RecallQuery#atMs}
         * @return this
         */
        public Builder atMs(@Nullable Long value) {
            atMs = value;
            return this;
        }

        /**
         * The question.
         *
         * @return a question within all limits
         * @throws BadQueryException if a limit is exceeded
         */
        public RecallQuery build() {
            return new RecallQuery(
                    cues,
                    ordered,
                    includeCues,
                    exclude,
                    candidates,
                    prefix,
                    k,
                    hops,
                    popularity,
                    shrinkage,
                    self,
                    blend,
                    minSupport,
                    atMs);
        }
    }
}
