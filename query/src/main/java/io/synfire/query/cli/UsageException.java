package io.synfire.query.cli;

/**
 * What was asked for cannot be, whatever the memory and the files hold: an option, its value or a setting is wrong. A command that meets
 * it exits with 2.
 */
public final class UsageException extends IllegalArgumentException {

    /**
     * What is wrong.
     *
     * @param message the rule, then {@code name=value}
     */
    public UsageException(String message) {
        super(message);
    }

    /**
     * What is wrong, and what led to it.
     *
     * @param message the rule, then {@code name=value}
     * @param cause who noticed
     */
    public UsageException(String message, Throwable cause) {
        super(message, cause);
    }

    /**
     * What is wrong, as somebody else said it.
     *
     * @param cause has the message
     */
    public UsageException(IllegalArgumentException cause) {
        super(String.valueOf(cause.getMessage()), cause);
    }
}
