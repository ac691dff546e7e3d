package io.synfire.engine.store;

/**
 * What was learned and not taken back, exactly and not decayed: how many, and a checksum of which. The count alone is 0, too, where one was
 * taken back twice and another not at all.
 *
 * @param count how many were learned, less those taken back; below 0 where more were taken back
 * @param checksum the sum of their hashes, modulo 2^64, those of what was taken back subtracted
 */
public record Remaining(long count, long checksum) {

    /** All that was learned was taken back. */
    public static final Remaining NOTHING = new Remaining(0, 0);
}
