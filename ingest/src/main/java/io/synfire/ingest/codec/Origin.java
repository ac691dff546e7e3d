package io.synfire.ingest.codec;

import org.jspecify.annotations.Nullable;

/**
 * What is known of a record besides its value: used where the value does not say.
 *
 * @param atMs event time, milliseconds since the epoch
 * @param context its context, or null for none
 * @param eventId its event id, or null for none
 */
public record Origin(long atMs, @Nullable String context, @Nullable String eventId) {

    /**
     * A record of which only the time is known.
     *
     * @param atMs event time, milliseconds since the epoch
     * @return the origin
     */
    public static Origin at(long atMs) {
        return new Origin(atMs, null, null);
    }
}
