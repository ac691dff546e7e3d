package io.synfire.ingest.codec;

import org.jspecify.annotations.Nullable;

/** A record is not an episode; the message is the rule it breaks, then {@code name=value}. It belongs among the dead letters. */
public final class MalformedRecordException extends Exception {

    private static final int MESSAGE_MAX = 300;

    /**
     * A malformed record.
     *
     * @param message the rule, then the value; shortened to {@value #MESSAGE_MAX} characters
     * @param cause what the parser said, or null
     */
    public MalformedRecordException(String message, @Nullable Throwable cause) {
        super(message.length() <= MESSAGE_MAX ? message : message.substring(0, MESSAGE_MAX) + "…", cause);
    }
}
