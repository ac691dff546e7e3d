package io.synfire.ingest.codec;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonPointer;
import tools.jackson.core.JsonToken;

/** A JSON value as a whole, for looking things up in it: what foreign records are read into. Immutable. */
sealed interface JsonValue {

    /** An object. */
    record Members(Map<String, JsonValue> members) implements JsonValue {}

    /** An array. */
    record Elements(List<JsonValue> elements) implements JsonValue {}

    /** A string. */
    record Text(String text) implements JsonValue {}

    /** A number, as it was written. */
    record Numeral(String digits) implements JsonValue {}

    /** {@code true} or {@code false}. */
    record Flag(boolean value) implements JsonValue {}

    /** {@code null}. */
    record Nothing() implements JsonValue {}

    /** Reads the value the parser stands at. */
    static JsonValue read(JsonParser parser) throws MalformedRecordException {
        JsonToken token = parser.currentToken();
        if (token == null) {
            throw new MalformedRecordException(
                    MalformedRecordException.Reason.JSON,
                    "a record must be a JSON object: found=" + JsonWords.found(null),
                    null);
        }
        return switch (token) {
            case START_OBJECT -> {
                Map<String, JsonValue> members = new LinkedHashMap<>();
                for (String name = parser.nextName(); name != null; name = parser.nextName()) {
                    parser.nextToken();
                    members.put(name, read(parser));
                }
                Json.requireEndOfObject(parser);
                yield new Members(members);
            }
            case START_ARRAY -> {
                List<JsonValue> elements = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    elements.add(read(parser));
                }
                yield new Elements(elements);
            }
            case VALUE_STRING -> new Text(parser.getString());
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new Numeral(parser.getString());
            case VALUE_TRUE, VALUE_FALSE -> new Flag(token == JsonToken.VALUE_TRUE);
            case VALUE_NULL -> new Nothing();
            default ->
                throw new MalformedRecordException("a record must be JSON: found=" + JsonWords.found(token), null);
        };
    }

    /** What it is, for messages. */
    default String kind() {
        if (this instanceof Members) {
            return "an object";
        }
        if (this instanceof Elements) {
            return "an array";
        }
        if (this instanceof Flag flag) {
            return Boolean.toString(flag.value());
        }
        return this instanceof Nothing ? "null" : this instanceof Text ? "a string" : "a number";
    }

    /** What a pointer finds, or null if nothing, or JSON's null, is there. */
    default @Nullable JsonValue at(@Nullable JsonPointer pointer) {
        JsonValue found = find(pointer);
        return found instanceof Nothing ? null : found;
    }

    /** What a pointer finds, which may be JSON's null, or null if nothing is there. */
    default @Nullable JsonValue find(@Nullable JsonPointer pointer) {
        if (pointer == null) {
            return null;
        }
        JsonValue here = this;
        for (JsonPointer rest = pointer; !rest.matches(); rest = rest.tail()) {
            JsonValue next = null;
            if (here instanceof Members object) {
                next = object.members().get(rest.getMatchingProperty());
            } else if (here instanceof Elements array) {
                int index = rest.getMatchingIndex();
                next = index >= 0 && index < array.elements().size()
                        ? array.elements().get(index)
                        : null;
            }
            if (next == null) {
                return null;
            }
            here = next;
        }
        return here;
    }
}
