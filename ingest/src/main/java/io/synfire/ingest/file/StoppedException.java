package io.synfire.ingest.file;

import java.io.IOException;

/** Somebody asked that no more is read; what was read until then is learned. */
public final class StoppedException extends IOException {

    private static final long serialVersionUID = 1;

    StoppedException() {
        super("it was stopped; what was read until then is learned");
    }
}
