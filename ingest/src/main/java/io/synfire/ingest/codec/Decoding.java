package io.synfire.ingest.codec;

import org.jspecify.annotations.Nullable;

/**
 * How records become entries.
 *
 * @param mapping where foreign JSON keeps things, or null for Synfire's own form
 * @param contextFromKey whether a record's key is its context where the value names none
 * @param eventIdHeader the header that holds the event id where the value names none, or null
 * @param limits what a record may be at most
 */
public record Decoding(
        @Nullable FieldMapping mapping, boolean contextFromKey, @Nullable String eventIdHeader, RecordLimits limits) {

    /**
     * Under the limits that hold if nothing else is said.
     *
     * @param mapping where foreign JSON keeps things, or null for Synfire's own form
     * @param contextFromKey whether a record's key is its context where the value names none
     * @param eventIdHeader the header that holds the event id where the value names none, or null
     */
    public Decoding(@Nullable FieldMapping mapping, boolean contextFromKey, @Nullable String eventIdHeader) {
        this(mapping, contextFromKey, eventIdHeader, RecordLimits.DEFAULTS);
    }

    /**
     * Synfire's own form, with nothing taken from keys and headers.
     *
     * @return the default
     */
    public static Decoding plain() {
        return new Decoding(null, false, null);
    }
}
