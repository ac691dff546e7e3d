package io.synfire.query.cli;

import io.synfire.engine.event.Shown;
import org.jspecify.annotations.Nullable;

/**
 * What was asked for cannot be, whatever the memory and the files hold: an option, its value or a setting is wrong. A command that meets
 * it exits with 2. The message is one line, whatever it quotes; a second one, if there is one, says what can be done.
 */
public final class UsageException extends IllegalArgumentException {

    /**
     * What is wrong.
     *
     * @param message the rule, then {@code name=value}
     */
    public UsageException(String message) {
        super(Shown.line(message));
    }

    /**
     * What is wrong, and what led to it.
     *
     * @param message the rule, then {@code name=value}
     * @param cause who noticed
     */
    public UsageException(String message, Throwable cause) {
        super(Shown.line(message), cause);
    }

    /**
     * What is wrong, and what can be done.
     *
     * @param message the rule, then {@code name=value}
     * @param command what may be typed instead: the second line
     * @param cause who noticed, or null
     */
    public UsageException(String message, String command, @Nullable Throwable cause) {
        super(Shown.line(message) + System.lineSeparator() + "  " + Shown.line(command), cause);
    }

    /**
     * What is wrong, as somebody else said it.
     *
     * @param cause has the message
     */
    public UsageException(IllegalArgumentException cause) {
        super(Shown.line(String.valueOf(cause.getMessage())), cause);
    }
}
