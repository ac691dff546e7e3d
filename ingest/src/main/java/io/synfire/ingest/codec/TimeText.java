package io.synfire.ingest.codec;

import io.synfire.engine.event.Episode;
import io.synfire.ingest.codec.MalformedRecordException.Reason;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.time.format.TextStyle;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A time as text:
 *
 * <pre>
 * 2024-02-01T12:00:00.25+01:00    T, t or a blank; seconds may be left out; a point or a comma, then any number of decimals;
 *                                 Z, UTC, GMT, ±hh, ±hhmm, ±hh:mm or ±hh:mm:ss, right behind it or after a blank
 * 2024-02-01                      00:00 in the zone, or in UTC where there is none
 * Thu, 01 Feb 2024 12:00:00 GMT   RFC 1123; or UTC, or ±hhmm; the day of the week may be left out
 * </pre>
 *
 * <p>24:00 is 00:00 of the next day. The leap second 23:59:60 UTC is the first second of the next day, as in POSIX. Used for one text,
 * by one thread.
 */
final class TimeText {

    private static final long DAY_S = 86_400;
    private static final int OFFSET_S_MAX = 18 * 3_600;
    private static final DateTimeFormatter RFC_1123 =
            // By itself it takes the last day of February for its 30th.
            DateTimeFormatter.RFC_1123_DATE_TIME.withResolverStyle(ResolverStyle.STRICT);

    /** As RFC 1123 writes times, whether there is such a time or not. */
    private static final Pattern RFC_1123_LIKE = Pattern.compile(
            "(?:[A-Za-z]{3}, *)?"
                    + "[0-9]{1,2} [A-Za-z]{3} [0-9]{4} [0-9]{2}:[0-9]{2}(?::[0-9]{2})? (?:GMT|[+-][0-9]{4})",
            Pattern.CASE_INSENSITIVE);

    private static final Pattern LEAP_SECOND = Pattern.compile(":60 ");

    private final String text;
    private final @Nullable ZoneId zone;
    private int at;

    /** Whether a fraction was read that is not 0. */
    private boolean hasFraction;

    TimeText(String text, @Nullable ZoneId zone) {
        this.text = text;
        this.zone = zone;
    }

    /** Milliseconds since the epoch, within 1970 and 9999. */
    long ms() throws MalformedRecordException {
        if (text.isEmpty()) {
            throw refused("at must not be empty: at=\"\"");
        }
        long ms;
        try {
            ms = isDate() ? iso() : rfc1123();
        } catch (DateTimeException e) {
            throw noSuchTime();
        }
        if (ms < 0 || ms > Episode.AT_MS_MAX) {
            throw refused("at must be within 1970-01-01 and 9999-12-31: at=" + Instant.ofEpochMilli(ms));
        }
        return ms;
    }

    /** Whether it begins as {@code 2024-02-01} does. */
    private boolean isDate() {
        if (text.length() < 10) {
            return false;
        }
        for (int i = 0; i < 10; i++) {
            boolean isDash = i == 4 || i == 7;
            if (isDash ? text.charAt(i) != '-' : !isDigit(i)) {
                return false;
            }
        }
        return true;
    }

    private long iso() throws MalformedRecordException {
        LocalDate day = LocalDate.of(number(0, 4), number(5, 2), number(8, 2));
        at = 10;
        if (at == text.length()) {
            return day.atStartOfDay(zone == null ? ZoneOffset.UTC : zone)
                    .toInstant()
                    .toEpochMilli();
        }
        if (!isNext('T') && !isNext('t') && !isNext(' ')) {
            throw noTime();
        }
        int hour = twoDigits();
        requireNext(':');
        int minute = twoDigits();
        int second = 0;
        int fractionMs = 0;
        if (isNext(':')) {
            second = twoDigits();
            if (isNext('.') || isNext(',')) {
                fractionMs = fractionMs();
            }
        }
        boolean isEndOfDay = hour == 24 && minute == 0 && second == 0 && !hasFraction;
        if ((hour > 23 && !isEndOfDay) || minute > 59 || second > 60) {
            throw noSuchTime();
        }
        long utc = utc(day.toEpochDay() * DAY_S + hour * 3_600L + minute * 60L + second);
        if (second == 60 && Math.floorMod(utc, DAY_S) != 0) {
            throw noSuchTime();
        }
        return utc * 1_000 + fractionMs;
    }

    /** Reads what stands behind the local time: seconds since the epoch. */
    private long utc(long local) throws MalformedRecordException {
        if (at == text.length()) {
            if (zone == null) {
                throw refused("at must have an offset, such as Z or +01:00, unless fields.at.zone says where it is: at="
                        + text);
            }
            // What the clocks skip counts on from before; of what comes twice the first is meant.
            return LocalDateTime.ofEpochSecond(local, 0, ZoneOffset.UTC)
                    .atZone(zone)
                    .toEpochSecond();
        }
        var unused = isNext(' ');
        String rest = text.substring(at).toUpperCase(Locale.ROOT);
        if (rest.equals("Z") || rest.equals("UTC") || rest.equals("GMT")) {
            return local;
        }
        if (isNext('+')) {
            return local - offsetS();
        }
        if (isNext('-')) {
            return local + offsetS();
        }
        throw noTime();
    }

    private long offsetS() throws MalformedRecordException {
        int seconds = twoDigits() * 3_600;
        boolean hasColons = isNext(':');
        if (hasColons || at < text.length()) {
            seconds += sixty() * 60;
            if (hasColons && isNext(':')) {
                seconds += sixty();
            }
        }
        if (at != text.length() || seconds > OFFSET_S_MAX) {
            throw noSuchTime();
        }
        return seconds;
    }

    private int sixty() throws MalformedRecordException {
        int number = twoDigits();
        if (number > 59) {
            throw noSuchTime();
        }
        return number;
    }

    private int fractionMs() throws MalformedRecordException {
        int from = at;
        int ms = 0;
        while (at < text.length() && isDigit(at)) {
            if (at - from < 3) {
                ms = ms * 10 + digit(at);
            }
            hasFraction |= digit(at) != 0;
            at++;
        }
        if (at == from) {
            throw noTime();
        }
        for (int i = at - from; i < 3; i++) {
            ms *= 10;
        }
        return ms;
    }

    private long rfc1123() throws MalformedRecordException {
        String upper = text.toUpperCase(Locale.ROOT);
        String known = upper.endsWith(" UTC") ? text.substring(0, text.length() - 3) + "GMT" : text;
        // The formatter knows no leap second.
        String usual = LEAP_SECOND.matcher(known).replaceFirst(":59 ");
        long leapMs = usual.length() == known.length() && !usual.equals(known) ? 1_000 : 0;
        try {
            long ms = OffsetDateTime.parse(usual, RFC_1123).toInstant().toEpochMilli() + leapMs;
            if (leapMs > 0 && Math.floorMod(ms, DAY_S * 1_000) != 0) {
                throw noSuchTime();
            }
            return ms;
        } catch (DateTimeException e) {
            throw RFC_1123_LIKE.matcher(usual).matches() ? noSuchRfc1123(usual) : noTime();
        }
    }

    /** Tells a wrong day of the week from a time that there is not. */
    private MalformedRecordException noSuchRfc1123(String usual) {
        int comma = usual.indexOf(',');
        if (comma < 0) {
            return noSuchTime();
        }
        try {
            String day = OffsetDateTime.parse(usual.substring(comma + 1).strip(), RFC_1123)
                    .getDayOfWeek()
                    .getDisplayName(TextStyle.FULL, Locale.ENGLISH);
            return refused("at must name the day of the week that its date is, " + day + ", or none: at=" + text);
        } catch (DateTimeException e) {
            return noSuchTime();
        }
    }

    private int twoDigits() throws MalformedRecordException {
        if (at + 2 > text.length() || !isDigit(at) || !isDigit(at + 1)) {
            throw noTime();
        }
        at += 2;
        return number(at - 2, 2);
    }

    private int number(int from, int length) {
        int number = 0;
        for (int i = from; i < from + length; i++) {
            number = number * 10 + digit(i);
        }
        return number;
    }

    /** Passes a character if it is the next. */
    private boolean isNext(char c) {
        boolean isNext = at < text.length() && text.charAt(at) == c;
        if (isNext) {
            at++;
        }
        return isNext;
    }

    private void requireNext(char c) throws MalformedRecordException {
        if (!isNext(c)) {
            throw noTime();
        }
    }

    private boolean isDigit(int index) {
        return text.charAt(index) >= '0' && text.charAt(index) <= '9';
    }

    private int digit(int index) {
        return text.charAt(index) - '0';
    }

    private MalformedRecordException noSuchTime() {
        return refused("at must be a date, time and offset that there are: at=" + text);
    }

    private MalformedRecordException noTime() {
        return refused(
                "at must be ISO-8601 with an offset, such as 2024-02-01T12:00:00Z, or milliseconds since 1970: at="
                        + text);
    }

    private static MalformedRecordException refused(String message) {
        return new MalformedRecordException(Reason.TIME, message, null);
    }
}
