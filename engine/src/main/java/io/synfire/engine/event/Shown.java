package io.synfire.engine.event;

/**
 * Text that somebody else has written, as a message or a terminal shows it: what would end a line or steer the terminal is written as an
 * escape. Stateless and thread-safe.
 */
public final class Shown {

    /** So many characters of a name are quoted. */
    public static final int NAME_MAX = 100;

    private Shown() {}

    /**
     * A name or value.
     *
     * @param text what was given
     * @return it, escaped, with an ellipsis behind its first {@value #NAME_MAX} characters if it has more
     */
    public static String name(String text) {
        return cut(text, NAME_MAX);
    }

    /**
     * A text of a length of its own.
     *
     * @param text what was given
     * @param charactersMax how many characters are taken of it, at least 1; a pair of surrogates stays whole
     * @return it, escaped, with an ellipsis where something was left out
     */
    public static String cut(String text, int charactersMax) {
        if (text.length() <= charactersMax) {
            return line(text);
        }
        int end = Character.isHighSurrogate(text.charAt(charactersMax - 1)) ? charactersMax - 1 : charactersMax;
        return line(text.substring(0, end)) + "…";
    }

    /**
     * All of a text.
     *
     * @param text what was given
     * @return the same if it holds nothing that must be escaped; costs a look at each character
     */
    public static String line(String text) {
        return escaped(text, false);
    }

    /**
     * All of a text of several lines.
     *
     * @param text what was given
     * @return the same if it holds nothing that must be escaped; ends of lines and tabs stay
     */
    public static String lines(String text) {
        return escaped(text, true);
    }

    private static String escaped(String text, boolean mayHaveLines) {
        if (text.chars().noneMatch(Shown::isUnsafe)) {
            return text;
        }
        StringBuilder shown = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (isUnsafe(c) && !(mayHaveLines && isLayout(text, i))) {
                shown.append(escape(c));
            } else {
                shown.append(c);
            }
        }
        return shown.toString();
    }

    private static String escape(char c) {
        return switch (c) {
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case '\t' -> "\\t";
            default -> String.format("\\u%04x", (int) c);
        };
    }

    /** A carriage return alone would let a line be written over. */
    private static boolean isLayout(String text, int index) {
        char c = text.charAt(index);
        return c == '\n' || c == '\t' || (c == '\r' && index + 1 < text.length() && text.charAt(index + 1) == '\n');
    }

    /** Controls, ends of lines, and what turns the direction of the text behind it. */
    private static boolean isUnsafe(int c) {
        return Character.isISOControl(c)
                || c == 0x2028
                || c == 0x2029
                || (c >= 0x202a && c <= 0x202e)
                || (c >= 0x2066 && c <= 0x2069);
    }
}
