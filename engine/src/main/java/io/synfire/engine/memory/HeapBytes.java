package io.synfire.engine.memory;

/** What objects take on the heap, about: of a JVM of 64 bits with compressed pointers. */
final class HeapBytes {

    /** Header and fields of a String, and the header of its array. */
    private static final int STRING_BYTES = 24 + 16;

    private HeapBytes() {}

    /** A text: a byte a character where all of them are Latin-1, else two. */
    static int of(String text) {
        int length = text.length();
        for (int i = 0; i < length; i++) {
            if (text.charAt(i) > 0xFF) {
                return aligned(STRING_BYTES + 2 * length);
            }
        }
        return aligned(STRING_BYTES + length);
    }

    /** What a text takes where it is written as UTF-8. */
    static int stored(String text) {
        int bytes = text.length();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            // The two halves of a pair are four bytes together.
            bytes += c < 0x80 ? 0 : c < 0x800 || Character.isSurrogate(c) ? 1 : 2;
        }
        return bytes;
    }

    private static int aligned(int bytes) {
        return bytes + 7 & ~7;
    }
}
