package io.synfire.engine.store;

import java.nio.ByteBuffer;

/**
 * Where something is kept that expires: in the period of its partition's clock in which it was written. Whole periods expire at
 * once, by one range of keys; what is younger than a period is in the present one or the one before.
 *
 * <p>As bytes: the partition's index, 4 bytes, big-endian; the period, 8 bytes, big-endian; the id.
 *
 * @param partition index of the partition, at least 0
 * @param period its clock over the period's length, at least 0
 * @param id the context's key, or the event's id
 */
public record PeriodKey(int partition, long period, String id) {

    byte[] toBytes() {
        byte[] utf8 = Keys.utf8(id);
        return ByteBuffer.allocate(Integer.BYTES + Long.BYTES + utf8.length)
                .putInt(partition)
                .putLong(period)
                .put(utf8)
                .array();
    }

    /** The first possible key of a period. */
    static byte[] first(int partition, long period) {
        return ByteBuffer.allocate(Integer.BYTES + Long.BYTES)
                .putInt(partition)
                .putLong(period)
                .array();
    }
}
