package io.synfire.query.recall;

import org.jspecify.annotations.Nullable;

/**
 * Everything about a pair.
 *
 * @param from one concept's id
 * @param to the other's
 * @param blend which horizon is read, or several together, or null for each of them
 * @param minSupport the strength that a question asks for, to see whether that is why an answer is missing
 * @param atMs the time of the read, or null for the watermark
 */
public record ExplainQuery(String from, String to, @Nullable Blend blend, double minSupport, @Nullable Long atMs) {

    /** Checks the limits. */
    public ExplainQuery {
        Limits.requireMinSupport(minSupport);
    }

    /**
     * The defaults.
     *
     * @param from one concept's id
     * @param to the other's
     * @return each horizon, at the watermark
     */
    public static ExplainQuery of(String from, String to) {
        return new ExplainQuery(from, to, null, 0, null);
    }
}
