package io.synfire.engine.store;

import org.jspecify.annotations.Nullable;

/**
 * Since when a concept is there.
 *
 * @param bornMs the watermark when its id got its int, milliseconds since the epoch; -1 if that is not kept
 * @param before what its id was before, if it was forgotten then; null if it was not, or if that had gone by then
 */
public record Origin(long bornMs, @Nullable Retirement before) {

    /** Nothing is kept of it. */
    public static final Origin UNKNOWN = new Origin(-1, null);
}
