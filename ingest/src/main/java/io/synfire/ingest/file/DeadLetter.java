package io.synfire.ingest.file;

import io.synfire.ingest.replay.Rejects;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** A record that could not be learned, as a line of JSON: {@code {"source", "sourceId", "record", "time", "reason", "value"}}. Immutable. */
final class DeadLetter {

    private static final JsonFactory FACTORY = new JsonFactory();

    private final Rejects.Place place;
    private final String reason;
    private final byte[] value;

    private DeadLetter(Rejects.Place place, String reason, byte[] value) {
        this.place = place;
        this.reason = reason;
        this.value = value;
    }

    Rejects.Place place() {
        return place;
    }

    /** Why it could not be learned. */
    String reason() {
        return reason;
    }

    /** The record, byte for byte. */
    byte[] value() {
        return value.clone();
    }

    /** A line of it, without its end. */
    static byte[] line(Rejects.Place place, String reason, byte[] value) {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), line)) {
            json.writeStartObject();
            json.writeStringProperty("source", place.source());
            if (!place.sourceId().isEmpty()) {
                json.writeStringProperty("sourceId", place.sourceId());
            }
            json.writeNumberProperty("record", place.record());
            if (place.orElseMs() >= 0) {
                json.writeStringProperty(
                        "time", Instant.ofEpochMilli(place.orElseMs()).toString());
            }
            json.writeStringProperty("reason", reason);
            json.writeStringProperty("value", Base64.getEncoder().encodeToString(value));
            json.writeEndObject();
        }
        return line.toByteArray();
    }

    /** Reads a line; null if it is none of these. */
    static @Nullable DeadLetter parse(byte[] line) {
        String source = null;
        String sourceId = "";
        long record = -1;
        long orElseMs = -1;
        String reason = "";
        byte[] value = null;
        try (JsonParser json = FACTORY.createParser(ObjectReadContext.empty(), line)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                return null;
            }
            for (String name = json.nextName(); name != null; name = json.nextName()) {
                json.nextToken();
                switch (name) {
                    case "source" -> source = json.getString();
                    case "sourceId" -> sourceId = json.getString();
                    case "record" -> record = json.getLongValue();
                    case "time" -> orElseMs = Instant.parse(json.getString()).toEpochMilli();
                    case "reason" -> reason = json.getString();
                    case "value" -> value = Base64.getDecoder().decode(json.getString());
                    default -> json.skipChildren();
                }
            }
            return source == null || record < 0 || value == null
                    ? null
                    : new DeadLetter(new Rejects.Place(source, sourceId, record, orElseMs), reason, value);
        } catch (JacksonException | IllegalArgumentException | DateTimeParseException e) {
            return null;
        }
    }
}
