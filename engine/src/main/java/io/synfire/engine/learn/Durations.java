package io.synfire.engine.learn;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as settings write them: {@code 500ms 10s 5m 1h 30d}, and {@code 0}, which is the same in every unit. */
public final class Durations {

    private static final Pattern FORM = Pattern.compile("(\\d{1,15})\\s*(ms|s|m|h|d)");
    private static final long[] UNIT_MS = {86_400_000L, 3_600_000L, 60_000L, 1_000L, 1L};
    private static final String[] UNIT = {"d", "h", "m", "s", "ms"};

    private Durations() {}

    /**
     * Reads a duration.
     *
     * @param name the setting's name, for the message
     * @param text what was given, such as {@code 30d}, or {@code 0}
     * @return milliseconds, at least 0
     * @throws IllegalArgumentException if it is no duration
     */
    public static long parseMs(String name, String text) {
        Matcher matcher = FORM.matcher(text.trim().toLowerCase(Locale.ROOT));
        if (text.strip().equals("0")) {
            return 0;
        }
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    name + " must be a duration such as 500ms, 10s, 5m, 1h or 30d: " + name + "=" + text);
        }
        long count = Long.parseLong(matcher.group(1));
        for (int i = 0; i < UNIT.length; i++) {
            if (UNIT[i].equals(matcher.group(2))) {
                if (count > Long.MAX_VALUE / 4 / UNIT_MS[i]) {
                    throw new IllegalArgumentException(name + " is too long a duration: " + name + "=" + text);
                }
                return count * UNIT_MS[i];
            }
        }
        throw new IllegalStateException("no unit matched: text=" + text);
    }

    /**
     * Writes a duration in the largest unit that divides it.
     *
     * @param ms milliseconds, at least 0
     * @return such as {@code 90d}
     */
    public static String format(long ms) {
        for (int i = 0; i < UNIT.length; i++) {
            if (ms >= UNIT_MS[i] && ms % UNIT_MS[i] == 0) {
                return ms / UNIT_MS[i] + UNIT[i];
            }
        }
        return ms + "ms";
    }
}
