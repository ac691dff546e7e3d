package io.synfire.ingest.codec;

import io.synfire.engine.event.Episode;
import io.synfire.ingest.codec.MalformedRecordException.Reason;
import java.math.BigInteger;
import java.time.Instant;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Values where a parser stands, or the rule they break. */
final class Json {

    private Json() {}

    static void expect(JsonParser parser, JsonToken token, String rule) throws MalformedRecordException {
        if (parser.currentToken() != token) {
            throw new MalformedRecordException(rule + ": found=" + JsonWords.found(parser.currentToken()), null);
        }
    }

    /** A record is an object. */
    static void expectRoot(JsonParser parser) throws MalformedRecordException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw new MalformedRecordException(
                    Reason.JSON,
                    "a record must be a JSON object: found=" + JsonWords.found(parser.currentToken()),
                    null);
        }
    }

    /** What no episode may be: told apart from other values since a clock may be the cause. */
    static long requireTime(long atMs) throws MalformedRecordException {
        if (atMs < 0 || atMs > Episode.AT_MS_MAX) {
            throw new MalformedRecordException(
                    Reason.TIME, "at must be within 1970-01-01 and 9999-12-31: at=" + Instant.ofEpochMilli(atMs), null);
        }
        return atMs;
    }

    static void requireEndOfObject(JsonParser parser) throws MalformedRecordException {
        if (parser.currentToken() != JsonToken.END_OBJECT) {
            throw new MalformedRecordException(Reason.JSON, "a record must be JSON: it ends too early", null);
        }
    }

    /** A whole number from 0 to a bound. */
    static long whole(String name, JsonParser parser, long max) throws MalformedRecordException {
        if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT) {
            throw new MalformedRecordException(
                    name + " must be a whole number: found=" + JsonWords.found(parser.currentToken()), null);
        }
        BigInteger value = parser.getBigIntegerValue();
        if (value.signum() < 0 || value.compareTo(BigInteger.valueOf(max)) > 0) {
            throw new MalformedRecordException(name + " must be 0 to " + max + ": " + name + "=" + value, null);
        }
        return value.longValue();
    }

    static double number(String name, JsonParser parser) throws MalformedRecordException {
        if (!parser.currentToken().isNumeric()) {
            throw new MalformedRecordException(
                    name + " must be a number: found=" + JsonWords.found(parser.currentToken()), null);
        }
        return finite(name, parser.getDoubleValue());
    }

    static double finite(String name, double value) throws MalformedRecordException {
        if (!Double.isFinite(value)) {
            throw new MalformedRecordException(name + " must be a finite number: " + name + "=" + value, null);
        }
        return value;
    }

    static String text(String name, JsonParser parser) throws MalformedRecordException {
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            throw new MalformedRecordException(
                    name + " must be a string: found=" + JsonWords.found(parser.currentToken()), null);
        }
        return parser.getString();
    }
}
