package io.synfire.query.app;

import io.synfire.engine.event.Episode;
import io.synfire.query.recall.Numbers;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads values of settings, or says what they must be. */
final class SettingValues {

    private static final Pattern SIZE = Pattern.compile("(\\d{1,12})\\s*(b|kib|mib|gib|k|m|g)?");

    private SettingValues() {}

    static String text(Map<String, String> values, String key) {
        return values.getOrDefault(key, "");
    }

    static int whole(Map<String, String> values, String key) {
        return Numbers.whole(key, text(values, key));
    }

    static long time(String key, String text) {
        try {
            return OffsetDateTime.parse(text).toInstant().toEpochMilli();
        } catch (DateTimeException | ArithmeticException e) {
            throw new IllegalArgumentException(key + " must be ISO-8601 with an offset: " + key + "=" + text, e);
        }
    }

    /** A size that one array can have. */
    static int size(String key, String text) {
        long size = bytes(key, text);
        if (size > 1 << 30) {
            throw new IllegalArgumentException(key + " must be at most 1 GiB: " + key + "=" + text);
        }
        return (int) size;
    }

    static long bytes(String key, String text) {
        Matcher matcher = SIZE.matcher(text.toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw new IllegalArgumentException(key + " must be a size such as 512MiB: " + key + "=" + text);
        }
        String unit = matcher.group(2) == null ? "b" : matcher.group(2);
        int shift =
                switch (unit.charAt(0)) {
                    case 'k' -> 10;
                    case 'm' -> 20;
                    case 'g' -> 30;
                    default -> 0;
                };
        return Long.parseLong(matcher.group(1)) << shift;
    }

    static double number(String key, String text) {
        double value = Numbers.number(key, text);
        if (Math.abs(value) <= Episode.REWARD_MAX) {
            return value;
        }
        throw new IllegalArgumentException(key + " must be in [-1e6, 1e6]: " + key + "=" + text);
    }
}
