package io.synfire.engine.store;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Keys and texts as bytes. Numbers are big-endian, so that they lie in their order. */
final class Keys {

    private Keys() {}

    static byte[] key(int concept) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(concept).array();
    }

    static byte[] key(long number) {
        return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    }

    /** Of an episode that names a concept which was forgotten. */
    static byte[] key(int retired, long episode) {
        return ByteBuffer.allocate(Integer.BYTES + Long.BYTES)
                .putInt(retired)
                .putLong(episode)
                .array();
    }

    static long episodeOf(byte[] key) {
        return ByteBuffer.wrap(key).getLong(Integer.BYTES);
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static String text(byte[] utf8) {
        return new String(utf8, StandardCharsets.UTF_8);
    }

    static int conceptOf(byte[] key) {
        return ByteBuffer.wrap(key).getInt();
    }

    /** Of the checkpoint record. */
    static byte[] checkpoint() {
        return utf8("checkpoint");
    }
}
