package io.synfire.ingest.codec;

import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Forget;
import io.synfire.engine.event.Retraction;
import java.io.ByteArrayOutputStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/**
 * Records as JSON objects, in UTF-8. Episodes:
 *
 * <pre>
 * {"at": "2011-01-04T10:00:00Z", "context": "user-17", "concepts": ["bread", {"id": "butter", "strength": 0.5}],
 *  "reward": 1.0, "eventId": "e-1"}
 * </pre>
 *
 * <p>{@code concepts} alone is required; {@code at} is ISO-8601 with an offset, or milliseconds since the epoch; unknown fields are
 * ignored. A field that is given twice is refused: it is not clear which is meant. Commands:
 *
 * <pre>
 * {"forget": {"concept": "bread"}}
 * {"retract": {"at": "2011-01-04T10:00:00Z", "concepts": ["bread", "butter"]}}
 * {"retract": {"context": "user-17", "episodes": [{"at": …, "concepts": […]}, …]}}
 * </pre>
 *
 * <p>With a {@link FieldMapping}, episodes are read out of foreign JSON; a record that has {@code forget} or {@code retract} as an object at
 * its root is a command all the same. Immutable and thread-safe; a record costs about a microsecond, a mapped one about three.
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

    private final @Nullable MappedRecord mapped;

    /** A codec of Synfire's own form. */
    public JsonEpisodeCodec() {
        this(null);
    }

    /**
     * A codec of foreign JSON.
     *
     * @param mapping where things are, or null for Synfire's own form
     */
    public JsonEpisodeCodec(@Nullable FieldMapping mapping) {
        this.mapped = mapping == null ? null : new MappedRecord(mapping);
    }

    /**
     * Reads one record.
     *
     * @param json its value
     * @param origin what is known of it besides
     * @return the episode or command
     * @throws MalformedRecordException if it is none
     */
    public Entry decode(byte[] json, Origin origin) throws MalformedRecordException {
        if (mapped != null) {
            JsonValue root = tree(json);
            if (!isCommand(root)) {
                return decodeMapped(mapped, root, origin);
            }
        }
        try (JsonParser parser = factory.createParser(ObjectReadContext.empty(), json)) {
            parser.nextToken();
            Entry entry = new NativeRecord(parser).read(origin);
            requireEnd(parser);
            return entry;
        } catch (JacksonException e) {
            throw new MalformedRecordException("a record must be JSON: " + e.getOriginalMessage(), e);
        } catch (IllegalArgumentException e) {
            throw new MalformedRecordException(String.valueOf(e.getMessage()), e);
        }
    }

    /**
     * Writes an entry in Synfire's own form, which reads back as the same.
     *
     * @param entry an episode or command
     * @return one JSON object
     */
    public byte[] encode(Entry entry) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        try (JsonGenerator json = factory.createGenerator(ObjectWriteContext.empty(), bytes)) {
            json.writeStartObject();
            if (entry instanceof Episode episode) {
                writeFields(json, episode, true);
            } else if (entry instanceof Forget forget) {
                json.writeName("forget");
                json.writeStartObject();
                json.writeStringProperty("concept", forget.concept());
                json.writeEndObject();
            } else if (entry instanceof Retraction retraction) {
                write(json, retraction);
            }
            json.writeEndObject();
        }
        return bytes.toByteArray();
    }

    private static void write(JsonGenerator json, Retraction retraction) {
        json.writeName("retract");
        json.writeStartObject();
        String context = retraction.context();
        if (context == null) {
            writeFields(json, retraction.episodes().get(0), true);
        } else {
            json.writeStringProperty("context", context);
            json.writeName("episodes");
            json.writeStartArray();
            for (Episode episode : retraction.episodes()) {
                json.writeStartObject();
                writeFields(json, episode, false);
                json.writeEndObject();
            }
            json.writeEndArray();
        }
        json.writeEndObject();
    }

    private static void writeFields(JsonGenerator json, Episode episode, boolean withContext) {
        json.writeNumberProperty("at", episode.atMs());
        String context = episode.context();
        if (withContext && context != null) {
            json.writeStringProperty("context", context);
        }
        json.writeName("concepts");
        json.writeStartArray();
        for (Activation activation : episode.activations()) {
            if (activation.strength() == 1) {
                json.writeString(activation.concept());
            } else {
                json.writeStartObject();
                json.writeStringProperty("id", activation.concept());
                json.writeNumberProperty("strength", activation.strength());
                json.writeEndObject();
            }
        }
        json.writeEndArray();
        if (episode.reward() != 1) {
            json.writeNumberProperty("reward", episode.reward());
        }
        String eventId = episode.eventId();
        if (eventId != null) {
            json.writeStringProperty("eventId", eventId);
        }
    }

    private JsonValue tree(byte[] json) throws MalformedRecordException {
        try (JsonParser parser = factory.createParser(ObjectReadContext.empty(), json)) {
            parser.nextToken();
            Json.expect(parser, JsonToken.START_OBJECT, "a record must be a JSON object");
            JsonValue root = JsonValue.read(parser);
            requireEnd(parser);
            return root;
        } catch (JacksonException e) {
            throw new MalformedRecordException("a record must be JSON: " + e.getOriginalMessage(), e);
        }
    }

    private static boolean isCommand(JsonValue root) {
        return root instanceof JsonValue.Members object
                && (object.members().get("forget") instanceof JsonValue.Members
                        || object.members().get("retract") instanceof JsonValue.Members);
    }

    private static Episode decodeMapped(MappedRecord mapped, JsonValue root, Origin origin)
            throws MalformedRecordException {
        try {
            return mapped.read(root, origin);
        } catch (IllegalArgumentException e) {
            throw new MalformedRecordException(String.valueOf(e.getMessage()), e);
        }
    }

    private static void requireEnd(JsonParser parser) throws MalformedRecordException {
        if (parser.nextToken() != null) {
            throw new MalformedRecordException(
                    "a record must be one JSON object: follows=" + parser.currentToken(), null);
        }
    }
}
