package io.synfire.query.answer;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The receipt of something forgotten.
 *
 * @param context the context, or null
 * @param concept the concept, or null
 * @param removed what taking the context back removes, or null for a concept
 * @param searched what was searched for the context's episodes
 * @param appended where in the log the commands are
 * @param applied whether this process has applied them; else a learner does when it reads them
 */
public record ForgetAnswer(
        @Nullable String context,
        @Nullable String concept,
        @Nullable Removed removed,
        List<String> searched,
        List<Appended> appended,
        boolean applied) {

    /**
     * What taking a context back removes.
     *
     * @param episodes how many episodes
     * @param pairs how many impulses they had made
     * @param associations how many directed edges these touched
     * @param evidence Σ|Δ| of them
     * @param horizon the half-life the evidence is of
     * @param asOfMs the time it is decayed to
     */
    public record Removed(long episodes, long pairs, long associations, double evidence, String horizon, long asOfMs) {}

    /**
     * A record of the log.
     *
     * @param source {@code kafka:TOPIC} or {@code file:PATH}
     * @param partition its partition
     * @param offset its offset, or record number
     */
    public record Appended(String source, int partition, long offset) {}
}
