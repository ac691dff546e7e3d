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

    private static int aligned(int bytes) {
        return bytes + 7 & ~7;
    }
}
