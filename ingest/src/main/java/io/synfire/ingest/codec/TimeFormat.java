package io.synfire.ingest.codec;

import io.synfire.ingest.codec.MalformedRecordException.Reason;
import java.time.DateTimeException;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * How the times of records are read. Texts are dates and times with an offset, as ISO-8601 or RFC 1123 write them, or numbers; bare dates
 * begin at 00:00 UTC. What is finer than a millisecond is cut off. Immutable and thread-safe; the usual forms take some ten nanoseconds.
 *
 * @param unit what numbers count; null for milliseconds, of which those that look like another unit are refused
 * @param zone where times without an offset and bare dates are; null refuses such times, and puts dates into UTC. A time that the clocks
 *     there skip is moved on by what they skip; of one that comes twice it is the first
 */
public record TimeFormat(@Nullable EpochUnit unit, @Nullable ZoneId zone) {

    /** Numbers are milliseconds, and other times have an offset. */
    public static final TimeFormat PLAIN = new TimeFormat(null, null);

    /**
     * Reads a zone.
     *
     * @param name the setting's name, for the message
     * @param text such as {@code Europe/Berlin} or {@code +02:00}
     * @return the zone
     * @throws IllegalArgumentException if there is none of that name
     */
    public static ZoneId zone(String name, String text) {
        try {
            return ZoneId.of(text);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(
                    name + " must be a time zone such as Europe/Berlin: " + name + "=" + text, e);
        }
    }

    /** The time where a parser stands, milliseconds since the epoch. */
    long ms(JsonParser parser) throws MalformedRecordException {
        JsonToken token = parser.currentToken();
        if (token == JsonToken.VALUE_NUMBER_INT && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
            return EpochNumber.ms(parser.getLongValue(), unit);
        }
        if (token == JsonToken.VALUE_NUMBER_INT || token == JsonToken.VALUE_NUMBER_FLOAT) {
            return EpochNumber.ms(parser.getString(), unit);
        }
        if (token == JsonToken.VALUE_STRING) {
            return ms(parser.getString());
        }
        throw noTime(JsonWords.found(token));
    }

    /** The time that a value is, milliseconds since the epoch. */
    long ms(JsonValue value) throws MalformedRecordException {
        if (value instanceof JsonValue.Text text) {
            return ms(text.text());
        }
        if (value instanceof JsonValue.Numeral number) {
            return EpochNumber.ms(number.digits(), unit);
        }
        throw noTime(value.kind());
    }

    private long ms(String text) throws MalformedRecordException {
        String bare = text.strip();
        return DecimalText.isNumber(bare) ? EpochNumber.ms(bare, unit) : new TimeText(bare, zone).ms();
    }

    private static MalformedRecordException noTime(String found) {
        return new MalformedRecordException(
                Reason.TIME, "at must be ISO-8601 with an offset, or milliseconds since 1970: found=" + found, null);
    }
}
