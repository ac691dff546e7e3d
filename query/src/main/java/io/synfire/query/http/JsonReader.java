package io.synfire.query.http;

import io.synfire.query.recall.BadQueryException;
import io.synfire.query.recall.Numbers;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads the body of a question or command as it comes, one value after another: what is too much is refused before it is kept. Each method reads
 * the value that is next, and refuses one of another kind by name. Used once, by one thread.
 */
final class JsonReader {

    private static final int DEPTH_MAX = 8;
    private static final int NUMBER_MAX = 100;
    private static final int NAME_MAX = 1_000;

    /** Names are not kept from one body to the next: whoever sends them would fill the table of them. */
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEPTH_MAX)
                    .maxNumberLength(NUMBER_MAX)
                    .maxNameLength(NAME_MAX)
                    .build())
            .build();

    private final JsonParser parser;

    private JsonReader(JsonParser parser) {
        this.parser = parser;
    }

    /**
     * Reads all of a body.
     *
     * @throws BadQueryException if it is no JSON, or not what is read
     */
    static <T> T read(Body body, Function<JsonReader, T> reading) {
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), body.stream())) {
            JsonReader reader = new JsonReader(parser);
            parser.nextToken();
            T read = reading.apply(reader);
            reader.require(parser.nextToken() == null, "the body must be one JSON value");
            return read;
        } catch (StreamConstraintsException e) {
            throw new BadQueryException("the body must be JSON of a usual size, nested at most " + DEPTH_MAX
                    + " deep, with names of at most " + NAME_MAX + " characters and numbers of at most " + NUMBER_MAX
                    + place(e));
        } catch (JacksonException e) {
            // What the parser says is for those who know it.
            throw new BadQueryException("the body must be JSON" + place(e));
        }
    }

    /** Where it is, as far as that is known. */
    private static String place(JacksonException e) {
        TokenStreamLocation at = e.getLocation();
        return at == null ? "" : ": line=" + at.getLineNr() + " column=" + at.getColumnNr();
    }

    /** An object of whose fields each is known and given once; {@code field} reads the value of each. */
    void object(String what, List<String> known, Consumer<String> field) {
        Set<String> given = new HashSet<>();
        members(what, name -> {
            if (!known.contains(name)) {
                throw new BadQueryException("unknown field, " + what + " knows " + known + ": field=" + name);
            }
            if (!given.add(name)) {
                throw twice(name);
            }
            field.accept(name);
        });
    }

    /** An object of at most so many fields with any names, each given once. */
    void object(String what, int fieldsMax, Consumer<String> field) {
        Set<String> given = new HashSet<>();
        members(what, name -> {
            if (!given.add(name)) {
                throw twice(name);
            }
            if (given.size() > fieldsMax) {
                throw new BadQueryException(
                        what + " must have at most " + fieldsMax + " fields: fields=" + given.size());
            }
            field.accept(name);
        });
    }

    private static BadQueryException twice(String name) {
        return new BadQueryException("a field must be given once: field=" + name);
    }

    private void members(String what, Consumer<String> member) {
        require(parser.currentToken() == JsonToken.START_OBJECT, what + " must be a JSON object");
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
            parser.nextToken();
            member.accept(name);
        }
        require(parser.currentToken() == JsonToken.END_OBJECT, what + " must be a JSON object");
    }

    /** An array of at most so many values; {@code value} reads each. */
    void array(String name, int valuesMax, Runnable value) {
        require(parser.currentToken() == JsonToken.START_ARRAY, name + " must be an array");
        int count = 0;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (++count > valuesMax) {
                throw new BadQueryException(name + " must hold at most " + valuesMax + ": " + name + "=" + count);
            }
            value.run();
        }
    }

    boolean isNull() {
        return parser.currentToken() == JsonToken.VALUE_NULL;
    }

    boolean isObject() {
        return parser.currentToken() == JsonToken.START_OBJECT;
    }

    boolean isArray() {
        return parser.currentToken() == JsonToken.START_ARRAY;
    }

    String text(String name) {
        require(parser.currentToken() == JsonToken.VALUE_STRING, name + " must be a string");
        String text = parser.getString();
        if (text.codePoints().anyMatch(point -> point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE)) {
            throw new BadQueryException(name + " must be Unicode, and not half a character");
        }
        return text;
    }

    boolean flag(String name) {
        JsonToken token = parser.currentToken();
        require(token == JsonToken.VALUE_TRUE || token == JsonToken.VALUE_FALSE, name + " must be true or false");
        return token == JsonToken.VALUE_TRUE;
    }

    int whole(String name) {
        require(parser.currentToken() == JsonToken.VALUE_NUMBER_INT, name + " must be a whole number");
        return Numbers.whole(name, parser.getString());
    }

    double number(String name) {
        require(isNumber(), name + " must be a number");
        return Numbers.number(name, parser.getString());
    }

    /** A string, number or truth value, as it is written. */
    String scalar(String name) {
        JsonToken token = parser.currentToken();
        require(
                token != null && token.isScalarValue() && token != JsonToken.VALUE_NULL,
                name + " must be text or a number");
        return parser.getString();
    }

    private boolean isNumber() {
        JsonToken token = parser.currentToken();
        return token != null && token.isNumeric();
    }

    private void require(boolean holds, String rule) {
        if (!holds) {
            throw new BadQueryException(rule + ": found=" + found(parser.currentToken()));
        }
    }

    /** A token in the words of JSON. */
    private static String found(@Nullable JsonToken token) {
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
}
