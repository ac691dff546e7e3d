package io.synfire.ingest.kafka;

import org.jspecify.annotations.Nullable;

/** What went wrong in a client of Kafka, in words that may be shown: its exceptions name classes, which are for logs alone. */
final class Causes {

    private Causes() {}

    /** What it says, or what it is called if it says nothing. */
    static String words(@Nullable Throwable cause) {
        if (cause == null) {
            return "no reason is known";
        }
        String message = cause.getMessage();
        return message == null || message.isBlank()
                ? cause.getClass().getSimpleName().replace("Exception", "").replaceAll("(?<=[a-z])(?=[A-Z])", " ")
                : message.replaceAll("(?:[a-z]\\w*\\.){2,}[A-Z]\\w*(?:: )?", "");
    }
}
