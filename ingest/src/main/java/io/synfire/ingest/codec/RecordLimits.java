package io.synfire.ingest.codec;

import io.synfire.engine.event.Episode;

/**
 * What a record may be at most, whatever it holds: the bounds of what one record can cost, and of what its time can do. They depend on
 * nothing but the record, so that whoever reads it again decides the same. Deeper than {@value #DEPTH_MAX} or more than
 * {@value #VALUES_MAX} JSON tokens is too much in any case.
 *
 * @param bytesMax the longest value of a record, in bytes, at least 1
 * @param atMsMax the latest event time, milliseconds since the epoch, in [0, {@value Episode#AT_MS_MAX}]
 */
public record RecordLimits(int bytesMax, long atMsMax) {

    /** The longest value if nothing else is said: 16 MiB. */
    public static final int BYTES_MAX = 16 << 20;

    /**
     * The latest event time if nothing else is said: 2100-01-01T00:00:00Z. A record's own timestamp may be anything, and one episode
     * in the year 9999 would let all evidence fade.
     */
    public static final long AT_MS_MAX = 4_102_444_800_000L;

    /** How deep JSON may be nested. */
    static final int DEPTH_MAX = 32;

    /** How many JSON tokens a record may hold: each may cost a hundred bytes of heap, some three in the record. */
    public static final int VALUES_MAX = 500_000;

    /** The limits if nothing else is said. */
    public static final RecordLimits DEFAULTS = new RecordLimits(BYTES_MAX, AT_MS_MAX);

    /**
     * Checks both.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public RecordLimits {
        if (bytesMax < 1) {
            throw new IllegalArgumentException("max-record must be at least 1 byte: max-record=" + bytesMax);
        }
        if (atMsMax < 0 || atMsMax > Episode.AT_MS_MAX) {
            throw new IllegalArgumentException("max-at must be within 1970-01-01 and 9999-12-31: max-at=" + atMsMax);
        }
    }
}
