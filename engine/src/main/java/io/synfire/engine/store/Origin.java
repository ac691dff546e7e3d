package io.synfire.engine.store;

import org.jspecify.annotations.Nullable;

/**
 * Since when a concept is there. Times are milliseconds since the epoch.
 *
 * @param bornMs the watermark when its id got its int; -1 if that is not kept, since nothing had been forgotten by then
 * @param forgotMs the latest watermark at which anything had been forgotten by then; -1 if that is not kept
 * @param before what its id was before, if it was forgotten then; null if it was not, or if that had gone by then
 */
public record Origin(long bornMs, long forgotMs, @Nullable Retirement before) {

    /** Nothing is kept of it. */
    public static final Origin UNKNOWN = new Origin(-1, -1, null);
}
