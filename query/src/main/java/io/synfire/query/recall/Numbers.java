package io.synfire.query.recall;

import java.util.regex.Pattern;

/**
 * Numbers as JSON writes them, wherever a question gives one: no hexadecimal, no suffix, no zeros in front, no digits of other scripts, nothing
 * that is not finite.
 */
public final class Numbers {

    private static final int LENGTH_MAX = 100;
    private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]{1,4})?");
    private static final Pattern WHOLE = Pattern.compile("-?(0|[1-9][0-9]{0,9})");

    private Numbers() {}

    /**
     * Reads a number.
     *
     * @param name what it is called
     * @param text such as {@code 0.5} or {@code 1e-3}
     * @return a finite number
     * @throws BadQueryException if it is none
     */
    public static double number(String name, String text) {
        double value =
                text.length() <= LENGTH_MAX && NUMBER.matcher(text).matches() ? Double.parseDouble(text) : Double.NaN;
        if (!Double.isFinite(value)) {
            throw new BadQueryException(name + " must be a number such as 0.5 or 1e-3: " + name + "=" + text);
        }
        return value;
    }

    /**
     * Reads a whole number.
     *
     * @param name what it is called
     * @param text digits, with a minus or without
     * @return a number of 32 bits
     * @throws BadQueryException if it is none
     */
    public static int whole(String name, String text) {
        long value = WHOLE.matcher(text).matches() ? Long.parseLong(text) : Long.MAX_VALUE;
        if (value != (int) value) {
            throw new BadQueryException(name + " must be a whole number: " + name + "=" + text);
        }
        return (int) value;
    }
}
