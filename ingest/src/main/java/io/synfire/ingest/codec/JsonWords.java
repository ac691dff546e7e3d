package io.synfire.ingest.codec;

import io.synfire.engine.event.Shown;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.UnexpectedEndOfInputException;

/**
 * What a JSON parser has met, in the words of JSON: what it calls things itself, and what it says, is for who knows its classes. Stateless and
 * thread-safe.
 */
final class JsonWords {

    /** How the parser says that a field is there again. */
    private static final Pattern TWICE = Pattern.compile("Duplicate Object property \"(.*)\"", Pattern.DOTALL);

    private JsonWords() {}

    /**
     * What a parser stands at.
     *
     * @param token null where there is nothing
     * @return one or two words
     */
    static String found(@Nullable JsonToken token) {
        if (token == null) {
            return "nothing";
        }
        return switch (token) {
            case START_OBJECT, END_OBJECT -> "object";
            case START_ARRAY, END_ARRAY -> "array";
            case VALUE_STRING -> "string";
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "number";
            case VALUE_TRUE, VALUE_FALSE -> "boolean";
            case VALUE_NULL -> "null";
            default -> "something else";
        };
    }

    /** Why a record is no JSON, and where. */
    static String whyNoRecord(JacksonException e) {
        if (e instanceof UnexpectedEndOfInputException) {
            return "a record must be JSON: it ends too early";
        }
        Matcher twice = TWICE.matcher(String.valueOf(e.getOriginalMessage()));
        return twice.lookingAt()
                ? "a record must be JSON whose fields are given once: field=" + Shown.name(twice.group(1))
                : "a record must be JSON: " + place(e);
    }

    /** About where a parser stopped. */
    static String place(JacksonException e) {
        TokenStreamLocation at = e.getLocation();
        return at == null || at.getByteOffset() < 0 ? "byte=unknown" : "byte=" + at.getByteOffset();
    }
}
