package io.synfire.ingest.forget;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Whether a record that was never learned names a context or a concept all the same: as a value of its JSON, or, where it is none, as a word
 * of its text. Immutable and thread-safe.
 */
public final class HeldId {

    private static final JsonFactory FACTORY = new JsonFactory();

    private final String id;
    private final byte[] bytes;

    /**
     * What is looked for.
     *
     * @param id a context's key or a concept's id
     */
    public HeldId(String id) {
        this.id = id;
        this.bytes = id.getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Looks into a record.
     *
     * @param key its key, or null
     * @param value its value, or as much as was kept of it, or null
     * @return whether one of both names it
     */
    public boolean isIn(byte @Nullable [] key, byte @Nullable [] value) {
        return (key != null && Arrays.equals(key, bytes)) || (value != null && isIn(value));
    }

    private boolean isIn(byte[] value) {
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), value)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if ((token.isScalarValue() || token == JsonToken.PROPERTY_NAME) && id.equals(parser.getString())) {
                    return true;
                }
            }
            return false;
        } catch (JacksonException e) {
            // No JSON, or not all of it: what follows is looked at as text.
            return isWordOf(value);
        }
    }

    private boolean isWordOf(byte[] text) {
        for (int at = 0; at + bytes.length <= text.length; at++) {
            if (Arrays.equals(text, at, at + bytes.length, bytes, 0, bytes.length)
                    && (at == 0 || isEdge(text[at - 1]))
                    && (at + bytes.length == text.length || isEdge(text[at + bytes.length]))) {
                return true;
            }
        }
        return false;
    }

    /** Whether a word may end beside it: no letter, digit or part of one, nor what joins the parts of an id. */
    private static boolean isEdge(byte character) {
        return character >= 0 && !Character.isLetterOrDigit(character) && character != '-' && character != '_';
    }
}
