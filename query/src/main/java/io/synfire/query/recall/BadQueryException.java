package io.synfire.query.recall;

/** A question breaks a rule; the message is the rule, then {@code name=value}. */
public final class BadQueryException extends IllegalArgumentException {

    /**
     * A bad question.
     *
     * @param message the rule, then the value
     */
    public BadQueryException(String message) {
        super(message);
    }
}
