package io.synfire.ingest.codec;

import io.synfire.engine.event.Shown;
import io.synfire.engine.learn.Refusal;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A record is not an episode; the message is the rule it breaks, then {@code name=value}. It belongs among the dead letters. */
public class MalformedRecordException extends Exception {

    /** Which kind of rule a record breaks: few, so that each can be counted for itself. */
    public enum Reason {
        /** It is not one JSON object. */
        JSON,
        /** A field is missing, or its value is out of its range. */
        VALUE,
        /** Its time is before 1970, or too late. */
        TIME,
        /** Its time lies too far after the clock of whoever read it first. */
        CLOCK,
        /** It is too large, too deep, or holds too many values. */
        SIZE,
        /** Its episode holds too many concepts. */
        CONCEPTS;

        /**
         * As meters name it.
         *
         * @return the name in lower case
         */
        public String tag() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** So many characters of a message are kept; what they quote of a record may be written as escapes, so that it is one line. */
    public static final int MESSAGE_MAX = 300;

    private final Reason reason;

    /**
     * A record with a field that breaks a rule.
     *
     * @param message the rule, then the value; shortened to {@value #MESSAGE_MAX} characters, and on one line
     * @param cause what the parser said, or null
     */
    public MalformedRecordException(String message, @Nullable Throwable cause) {
        this(Reason.VALUE, message, cause);
    }

    /**
     * A malformed record.
     *
     * @param reason the kind of rule it breaks
     * @param message the rule, then the value; shortened to {@value #MESSAGE_MAX} characters, and on one line
     * @param cause what the parser said, or null
     */
    public MalformedRecordException(Reason reason, String message, @Nullable Throwable cause) {
        super(Shown.cut(message, MESSAGE_MAX), cause);
        this.reason = reason;
    }

    /**
     * What an engine refuses, as a record is refused.
     *
     * @param refusal why its entry may not be applied
     * @return the exception, of the kind of the rule
     */
    public static MalformedRecordException of(Refusal refusal) {
        Reason reason =
                switch (refusal.kind()) {
                    case CONCEPTS -> Reason.CONCEPTS;
                    case TIME -> Reason.TIME;
                };
        return new MalformedRecordException(reason, refusal.message(), null);
    }

    /**
     * Which kind of rule it breaks.
     *
     * @return the reason
     */
    public Reason reason() {
        return reason;
    }
}
