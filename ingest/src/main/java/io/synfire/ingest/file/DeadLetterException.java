package io.synfire.ingest.file;

import java.io.IOException;
import java.nio.file.Path;

/** A dead letter cannot be written, so the position must not pass its record. */
final class DeadLetterException extends IOException {

    private static final long serialVersionUID = 1;

    DeadLetterException(Path file, IOException cause) {
        super(
                "a dead letter cannot be written, so learning stops before its record: deadLetters=" + file + ": "
                        + Reasons.of(cause),
                cause);
    }
}
