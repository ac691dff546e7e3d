package io.synfire.ingest.codec;

import io.synfire.engine.event.Episode;
import io.synfire.ingest.codec.MalformedRecordException.Reason;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Times that are numbers. Where nobody said what they count they are milliseconds, and must look like it: from 10^11 (in 1973) up to 10^14 (in
 * 5138). Below that they look like seconds, from there on like microseconds, from 10^17 on like nanoseconds; all of these are refused,
 * since an episode in 1970 or in the year 54000 does more harm than one that is missing. Where the unit was said, any time from 1970 to 9999 is one.
 */
final class EpochNumber {

    private static final long MS_MIN = 100_000_000_000L;
    private static final long MS_END = 100_000_000_000_000L;
    private static final BigDecimal US_END = BigDecimal.TEN.pow(17);
    private static final BigDecimal NS_END = BigDecimal.TEN.pow(20);

    private EpochNumber() {}

    /** Milliseconds since the epoch, of a whole number. */
    static long ms(long number, @Nullable EpochUnit unit) throws MalformedRecordException {
        boolean isMs = unit == null ? isPlain(number) : unit == EpochUnit.MS && isTime(number);
        return isMs ? number : exact(BigDecimal.valueOf(number), unit);
    }

    /** Whether a number is read as milliseconds where nobody said what numbers count. */
    static boolean isPlain(long number) {
        return number >= MS_MIN && number < MS_END;
    }

    /** The same, of a number as it was written; what is finer than a millisecond is cut off. */
    static long ms(String number, @Nullable EpochUnit unit) throws MalformedRecordException {
        if (number.length() <= 18 && number.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return ms(Long.parseLong(number), unit);
        }
        BigDecimal value;
        try {
            value = new BigDecimal(number);
        } catch (NumberFormatException e) {
            // Its exponent has more digits than an int.
            throw refused("at must be within 1970-01-01 and 9999-12-31: at=" + number);
        }
        return exact(value, unit);
    }

    private static long exact(BigDecimal value, @Nullable EpochUnit unit) throws MalformedRecordException {
        if (value.signum() < 0) {
            throw refused(
                    "at must be within 1970-01-01 and 9999-12-31, a negative number is before: at=" + shown(value));
        }
        if (unit == null) {
            EpochUnit likely = likely(value);
            if (likely != EpochUnit.MS) {
                throw refused(
                        likely == null
                                ? "at must be milliseconds since 1970, and it is no time in any unit: at="
                                        + shown(value)
                                : "at looks like " + likely.plural() + ", not milliseconds since 1970; if so set"
                                        + " fields.at.unit: at=" + shown(value) + date(value, likely));
            }
            return floored(value, EpochUnit.MS);
        }
        long ms = floored(value, unit);
        if (!isTime(ms)) {
            EpochUnit likely = likely(value);
            throw refused("at must be within 1970-01-01 and 9999-12-31, in fields.at.unit=" + unit + ": at="
                    + shown(value) + (likely == null ? "" : ", which looks like " + likely.plural()));
        }
        return ms;
    }

    /** What a number that is not negative most likely counts; null if it is no time in any unit. */
    private static @Nullable EpochUnit likely(BigDecimal value) {
        if (value.compareTo(BigDecimal.valueOf(MS_MIN)) < 0) {
            return EpochUnit.S;
        }
        if (value.compareTo(BigDecimal.valueOf(MS_END)) < 0) {
            return EpochUnit.MS;
        }
        if (value.compareTo(US_END) < 0) {
            return EpochUnit.US;
        }
        return value.compareTo(NS_END) < 0 ? EpochUnit.NS : null;
    }

    /** Whole milliseconds of a number that is not negative, {@link Long#MAX_VALUE} for more than any time. */
    private static long floored(BigDecimal value, EpochUnit unit) {
        // Digits before the point. Exponents may be anything, and a number is not to be written out that has a billion
        // digits.
        long before = (long) value.precision() - value.scale() - unit.digits();
        if (value.signum() == 0 || before < 0) {
            return 0;
        }
        return before > 18
                ? Long.MAX_VALUE
                : value.movePointLeft(unit.digits())
                        .setScale(0, RoundingMode.FLOOR)
                        .longValueExact();
    }

    private static boolean isTime(long ms) {
        return ms >= 0 && ms <= Episode.AT_MS_MAX;
    }

    private static String date(BigDecimal value, EpochUnit unit) {
        long ms = floored(value, unit);
        return isTime(ms) ? ", which would be " + Instant.ofEpochMilli(ms) : "";
    }

    /** Without an exponent, where that is not long. */
    private static String shown(BigDecimal value) {
        return Math.abs((long) value.scale()) <= 30 ? value.toPlainString() : value.toString();
    }

    private static MalformedRecordException refused(String message) {
        return new MalformedRecordException(Reason.TIME, message, null);
    }
}
