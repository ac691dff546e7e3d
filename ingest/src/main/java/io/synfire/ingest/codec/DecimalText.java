package io.synfire.ingest.codec;

import java.util.regex.Pattern;

/** Tells a decimal number that was written into a string: no hexadecimal, no suffix, no blanks, no digits of other scripts, no NaN. */
final class DecimalText {

    /** As JSON writes numbers, or with a plus, or with zeros in front. */
    private static final Pattern NUMBER = Pattern.compile("[+-]?[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]+)?");

    private static final int CHARACTERS_MAX = 100;

    private DecimalText() {}

    static boolean isNumber(String text) {
        return text.length() <= CHARACTERS_MAX && NUMBER.matcher(text).matches();
    }
}
