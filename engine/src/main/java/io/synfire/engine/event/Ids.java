package io.synfire.engine.event;

/** The rule that concept ids, context keys and event ids share. */
final class Ids {

    private Ids() {}

    /** Refuses an id that is empty, longer than {@code bytesMax} in UTF-8, or holds a control character or half a surrogate pair. */
    static void require(String name, String id, int bytesMax) {
        if (id.isEmpty()) {
            throw new IllegalArgumentException(name + " must not be empty: " + name + "=\"\"");
        }
        int bytes = 0;
        for (int i = 0; i < id.length(); i++) {
            char c = id.charAt(i);
            if (Character.isISOControl(c)) {
                throw new IllegalArgumentException(name + " must not hold control characters: character=U+"
                        + String.format("%04X", (int) c) + " index=" + i);
            }
            if (c < 0x80) {
                bytes += 1;
            } else if (c < 0x800) {
                bytes += 2;
            } else if (Character.isHighSurrogate(c)
                    && i + 1 < id.length()
                    && Character.isLowSurrogate(id.charAt(i + 1))) {
                bytes += 4;
                i++;
            } else if (Character.isSurrogate(c)) {
                throw new IllegalArgumentException(
                        name + " must be well-formed Unicode: character=unpaired surrogate index=" + i);
            } else {
                bytes += 3;
            }
            if (bytes > bytesMax) {
                throw new IllegalArgumentException(
                        name + " must be at most " + bytesMax + " bytes of UTF-8: characters=" + id.length());
            }
        }
    }
}
