package io.synfire.engine.learn;

/**
 * Why an entry may not be applied.
 *
 * @param kind which rule it breaks
 * @param message the rule, then {@code name=value}
 */
public record Refusal(Kind kind, String message) {

    /** The rules of {@link Admission}. */
    public enum Kind {
        /** An episode holds more than {@code max-concepts}. */
        CONCEPTS,
        /** An episode lies more than {@code max-ahead} after the time of its source. */
        TIME
    }
}
