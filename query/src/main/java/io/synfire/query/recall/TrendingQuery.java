package io.synfire.query.recall;

import org.jspecify.annotations.Nullable;

/**
 * What is growing fastest?
 *
 * @param k how many concepts and how many associations, 1 to {@value Limits#K_MAX}
 * @param fast a half-life, or several together, or null for the fastest
 * @param slow a slower one, or null for the slowest that decays
 * @param minSupport only what has at least this much evidence at the fast horizon; keeps chance apart from growth
 * @param atMs the time of the read, or null for the watermark
 */
public record TrendingQuery(
        int k, @Nullable Blend fast, @Nullable String slow, double minSupport, @Nullable Long atMs) {

    /** The evidence asked for, unless another is: about three recent events. */
    public static final double MIN_SUPPORT = 3;

    /** Checks the limits. */
    public TrendingQuery {
        Limits.requireK(k);
        if (!(minSupport > 0) || Double.isInfinite(minSupport)) {
            throw new BadQueryException("min-support must be above 0: min-support=" + minSupport);
        }
    }

    /**
     * The defaults.
     *
     * @return ten of each, the fastest horizon over the slowest, at the watermark
     */
    public static TrendingQuery defaults() {
        return new TrendingQuery(Limits.K, null, null, MIN_SUPPORT, null);
    }
}
