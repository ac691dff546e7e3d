package io.synfire.query.answer;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The receipt of something forgotten: what the memory did.
 *
 * @param context the context, or null
 * @param concept the concept, or null
 * @param removed what taking the context back removes, or null for a concept
 * @param searched what was searched for the context's episodes
 * @param doubt why what is taken back may never have been learned, or null
 * @param unsearched what the memory may have learned of and could not be searched: it stays
 * @param parts the commands, and what became of each, in the order in which they are in the log
 * @param left how many episodes of the context came meanwhile and are not taken back; null where that is not known
 * @param twice how many episodes retractions of the context name that were not there to be taken back: somebody else took them back as well,
 *     or read them otherwise
 * @param deadLetters records that were never learned and still name the context or the concept, the first of them
 * @param deadLettersCount how many there are in all
 */
public record ForgetAnswer(
        @Nullable String context,
        @Nullable String concept,
        @Nullable Removed removed,
        List<String> searched,
        List<String> unsearched,
        @Nullable String doubt,
        List<Part> parts,
        @Nullable Long left,
        long twice,
        List<DeadLetter> deadLetters,
        long deadLettersCount) {

    /** So many dead letters are named. */
    public static final int DEAD_LETTERS_MAX = 100;

    /** Takes unmodifiable copies. */
    public ForgetAnswer {
        searched = List.copyOf(searched);
        unsearched = List.copyOf(unsearched);
        parts = List.copyOf(parts);
        deadLetters = List.copyOf(deadLetters);
    }

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

    /** What became of a command. */
    public enum Outcome {
        /** The memory has applied it. */
        APPLIED("applied"),
        /** Whoever learns could not read it. */
        DEAD_LETTER("dead-letter"),
        /** The memory passes it over, since a command of its id came before: it takes nothing back. */
        REPEATED("repeated"),
        /** The memory has read it and keeps it until the time of what it takes back has come; nothing is taken back yet. */
        WAITING("waiting"),
        /** The memory has not come to it. */
        NOT_APPLIED("not-applied"),
        /** Nobody waited for it. */
        NOT_AWAITED("not-awaited"),
        /** It is for others than this memory. */
        ELSEWHERE("elsewhere");

        private final String label;

        Outcome(String label) {
            this.label = label;
        }

        /**
         * As JSON names it.
         *
         * @return the label
         */
        public String label() {
            return label;
        }
    }

    /**
     * A command in the log.
     *
     * @param source {@code kafka:TOPIC} or {@code file:PATH}
     * @param partition its partition
     * @param offset its offset, or record number
     * @param eventId its own id
     * @param outcome what became of it
     * @param reason why it was not applied, or null
     */
    public record Part(
            String source, int partition, long offset, String eventId, Outcome outcome, @Nullable String reason) {}

    /**
     * A dead letter.
     *
     * @param source {@code kafka:TOPIC} or {@code file:PATH}
     * @param partition its partition, 0 for a file
     * @param offset its offset, or line from 0
     */
    public record DeadLetter(String source, int partition, long offset) {}

    /**
     * Whether the memory has applied all that is for it.
     *
     * @return true if every part is applied that is not for others
     */
    public boolean applied() {
        return parts.stream()
                .allMatch(part -> part.outcome() == Outcome.APPLIED || part.outcome() == Outcome.ELSEWHERE);
    }

    /**
     * Whether all was done that was asked for: nothing is left, nothing was refused, and the memory has come to all of it, unless nobody
     * wanted to wait.
     *
     * @return false if somebody has to do something about it
     */
    public boolean isDone() {
        Long found = left;
        return found != null
                && found == 0
                && twice == 0
                && parts.stream()
                        .allMatch(part -> part.outcome() == Outcome.APPLIED || part.outcome() == Outcome.NOT_AWAITED);
    }
}
