package io.synfire.ingest.file;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Packed data is damaged, or ends too early; what came before is as it was packed. */
final class BadPackingException extends IOException {

    private static final long serialVersionUID = 1;

    BadPackingException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    static BadPackingException endsTooEarly(String packing, @Nullable Throwable cause) {
        return new BadPackingException("its " + packing + " data ends too early", cause);
    }

    static BadPackingException damaged(String packing, String how, @Nullable Throwable cause) {
        return new BadPackingException("its " + packing + " data is damaged: " + how, cause);
    }
}
