package io.synfire.engine.store;

import java.nio.ByteBuffer;

/**
 * The keys of what lies behind the concepts in the dictionary, whose keys are their ints: a byte of 0xff and the hash of an id that was
 * forgotten; a byte of 0xfe, the watermark of a forget and the int that was retired; a byte of 0xfd alone, for how many ints there are; one
 * of 0xfc alone, for the latest watermark of a forget.
 */
final class ForgetKeys {

    private static final byte LATEST = (byte) 0xff;
    private static final byte BY_WATERMARK = (byte) 0xfe;
    private static final byte COUNT = (byte) 0xfd;
    private static final byte LATEST_MS = (byte) 0xfc;

    private ForgetKeys() {}

    static byte[] latest(long hash) {
        return ByteBuffer.allocate(1 + Long.BYTES).put(LATEST).putLong(hash).array();
    }

    static byte[] byWatermark(Retirement retirement) {
        return ByteBuffer.allocate(1 + Long.BYTES + Integer.BYTES)
                .put(BY_WATERMARK)
                .putLong(retirement.watermarkMs())
                .putInt(retirement.concept())
                .array();
    }

    static byte[] count() {
        return new byte[] {COUNT};
    }

    static byte[] latestMs() {
        return new byte[] {LATEST_MS};
    }

    static boolean isConcept(byte[] key) {
        return key.length == Integer.BYTES && key[0] >= 0;
    }

    static boolean isLatest(byte[] key) {
        return key.length == 1 + Long.BYTES && key[0] == LATEST;
    }

    static boolean isByWatermark(byte[] key) {
        return key.length == 1 + Long.BYTES + Integer.BYTES && key[0] == BY_WATERMARK;
    }

    static long hashOf(byte[] key) {
        return ByteBuffer.wrap(key).getLong(1);
    }

    static Retirement retirementOf(byte[] key) {
        ByteBuffer buffer = ByteBuffer.wrap(key);
        return new Retirement(buffer.getInt(1 + Long.BYTES), buffer.getLong(1));
    }
}
