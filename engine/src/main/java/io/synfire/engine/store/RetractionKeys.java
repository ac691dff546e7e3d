package io.synfire.engine.store;

import java.nio.ByteBuffer;

/**
 * The keys of retractions that wait: a byte of 0x01, for when it waits, and its number, so that they lie in the order in which they come due; a
 * byte of 0x02 alone, for how many there are. An earlier version had the number alone, whose first byte is 0; it refuses what is shorter.
 */
final class RetractionKeys {

    private static final byte WAITING = 1;
    private static final byte COUNT = 2;

    private RetractionKeys() {}

    static byte[] of(long dueMs, long number) {
        return ByteBuffer.allocate(1 + 2 * Long.BYTES)
                .put(WAITING)
                .putLong(dueMs)
                .putLong(number)
                .array();
    }

    /** Before all that wait for a time or a later one. */
    static byte[] from(long dueMs) {
        return ByteBuffer.allocate(1 + Long.BYTES).put(WAITING).putLong(dueMs).array();
    }

    static byte[] count() {
        return new byte[] {COUNT};
    }

    /** Before all that an earlier version wrote. */
    static byte[] firstOld() {
        return new byte[] {0};
    }

    static boolean isOld(byte[] key) {
        return key.length == Long.BYTES && key[0] == 0;
    }

    static boolean isWaiting(byte[] key) {
        return key.length == 1 + 2 * Long.BYTES && key[0] == WAITING;
    }

    static long dueMsOf(byte[] key) {
        return ByteBuffer.wrap(key).getLong(1);
    }

    static long numberOf(byte[] key) {
        return ByteBuffer.wrap(key).getLong(1 + Long.BYTES);
    }

    static long oldNumberOf(byte[] key) {
        return ByteBuffer.wrap(key).getLong();
    }
}
