package io.synfire.ingest.codec;

import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Episode;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/**
 * Episodes as JSON objects, in UTF-8:
 *
 * <pre>
 * {"at": "2011-01-04T10:00:00Z", "context": "user-17", "concepts": ["bread", {"id": "butter", "strength": 0.5}],
 *  "reward": 1.0, "eventId": "e-1"}
 * </pre>
 *
 * <p>{@code concepts} alone is required; {@code at} is ISO-8601 with an offset, or milliseconds since the epoch; unknown fields are
 * ignored. A field that is given twice is refused: it is not clear which is meant. Immutable and thread-safe; a record costs about
 * a microsecond.
 */
public final class JsonEpisodeCodec {

    private static final int DEPTH_MAX = 32;

    private final JsonFactory factory = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEPTH_MAX)
                    .maxNumberLength(100)
                    .maxNameLength(1_000)
                    .maxStringLength(1 << 20)
                    .build())
            .build();

    /** The fields as they are met, before all of them are known. */
    private static final class Fields {
        long atMs;

        @Nullable
        String context;

        @Nullable
        List<Activation> concepts;

        double reward = 1;

        @Nullable
        String eventId;
    }

    /**
     * Reads one record.
     *
     * @param json its value
     * @param defaultAtMs event time where {@code at} is not given, milliseconds since the epoch
     * @param defaultContext context where {@code context} is not given, or null for none
     * @return the episode
     * @throws MalformedRecordException if it is none
     */
    public Episode decode(byte[] json, long defaultAtMs, @Nullable String defaultContext)
            throws MalformedRecordException {
        try (JsonParser parser = factory.createParser(ObjectReadContext.empty(), json)) {
            Fields fields = new Fields();
            fields.atMs = defaultAtMs;
            fields.context = defaultContext;
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new MalformedRecordException(
                        "a record must be a JSON object: found=" + parser.currentToken(), null);
            }
            readFields(parser, fields);
            if (parser.nextToken() != null) {
                throw new MalformedRecordException(
                        "a record must be one JSON object: follows=" + parser.currentToken(), null);
            }
            List<Activation> concepts = fields.concepts;
            if (concepts == null) {
                throw new MalformedRecordException("a record must have concepts: concepts=missing", null);
            }
            return new Episode(fields.atMs, fields.context, concepts, fields.reward, fields.eventId);
        } catch (JacksonException e) {
            throw new MalformedRecordException("a record must be JSON: " + e.getOriginalMessage(), e);
        } catch (IllegalArgumentException e) {
            throw new MalformedRecordException(String.valueOf(e.getMessage()), e);
        }
    }

    private static void readFields(JsonParser parser, Fields fields) throws MalformedRecordException {
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
            parser.nextToken();
            switch (name) {
                case "at" -> fields.atMs = time(parser);
                case "context" -> fields.context = textOrNull(name, parser);
                case "concepts" -> fields.concepts = concepts(parser);
                case "reward" -> fields.reward = number(name, parser);
                case "eventId" -> fields.eventId = textOrNull(name, parser);
                case "forget", "retract" ->
                    throw new MalformedRecordException("this version does not apply commands: command=" + name, null);
                default -> parser.skipChildren();
            }
        }
        if (parser.currentToken() != JsonToken.END_OBJECT) {
            throw new MalformedRecordException("a record must be JSON: it ends too early", null);
        }
    }

    private static List<Activation> concepts(JsonParser parser) throws MalformedRecordException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw new MalformedRecordException("concepts must be an array: found=" + parser.currentToken(), null);
        }
        List<Activation> concepts = new ArrayList<>();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            if (token == JsonToken.VALUE_STRING) {
                concepts.add(Activation.of(parser.getString()));
            } else if (token == JsonToken.START_OBJECT) {
                concepts.add(activation(parser));
            } else {
                throw new MalformedRecordException("a concept must be a string or an object: found=" + token, null);
            }
        }
        return concepts;
    }

    private static Activation activation(JsonParser parser) throws MalformedRecordException {
        String id = null;
        double strength = 1;
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
            parser.nextToken();
            switch (name) {
                case "id" -> id = textOrNull(name, parser);
                case "strength" -> strength = number(name, parser);
                default -> parser.skipChildren();
            }
        }
        if (id == null) {
            throw new MalformedRecordException("a concept must have an id: id=missing", null);
        }
        return new Activation(id, strength);
    }

    private static long time(JsonParser parser) throws MalformedRecordException {
        if (parser.currentToken() == JsonToken.VALUE_NUMBER_INT) {
            return parser.getLongValue();
        }
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            throw new MalformedRecordException(
                    "at must be ISO-8601 or whole milliseconds since the epoch: found=" + parser.currentToken(), null);
        }
        String text = parser.getString();
        try {
            return OffsetDateTime.parse(text).toInstant().toEpochMilli();
        } catch (DateTimeException | ArithmeticException e) {
            throw new MalformedRecordException("at must be ISO-8601 with an offset: at=" + text, e);
        }
    }

    private static double number(String name, JsonParser parser) throws MalformedRecordException {
        if (!parser.currentToken().isNumeric()) {
            throw new MalformedRecordException(name + " must be a number: found=" + parser.currentToken(), null);
        }
        double value = parser.getDoubleValue();
        if (!Double.isFinite(value)) {
            throw new MalformedRecordException(name + " must be a finite number: " + name + "=" + value, null);
        }
        return value;
    }

    private static @Nullable String textOrNull(String name, JsonParser parser) throws MalformedRecordException {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return null;
        }
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            throw new MalformedRecordException(name + " must be a string: found=" + parser.currentToken(), null);
        }
        return parser.getString();
    }
}
