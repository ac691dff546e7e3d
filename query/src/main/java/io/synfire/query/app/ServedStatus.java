package io.synfire.query.app;

import io.synfire.engine.event.Position;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * What a serving process says about its learning.
 *
 * @param positions how far its memory has read its sources
 * @param watermarkMs the latest event time that it has learned, milliseconds since the epoch; 0 if it has learned nothing
 * @param trouble why it does not learn, or what it waits for; null if nothing is the matter
 */
record ServedStatus(List<Position> positions, long watermarkMs, @Nullable String trouble) {

    /** Takes an unmodifiable copy. */
    ServedStatus {
        positions = List.copyOf(positions);
    }

    /** Reads an answer of {@code /v1/status}; null if it is none. */
    static @Nullable ServedStatus parse(String json) {
        List<Position> positions = null;
        long watermarkMs = 0;
        String failure = null;
        String waiting = null;
        try (JsonParser parser = new JsonFactory().createParser(ObjectReadContext.empty(), json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return null;
            }
            for (String name = parser.nextName(); name != null; name = parser.nextName()) {
                parser.nextToken();
                switch (name) {
                    case "positions" -> positions = positions(parser);
                    case "watermark" -> watermarkMs = millis(parser.getString());
                    case "failure" -> failure = parser.getString();
                    case "waiting" -> waiting = parser.getString();
                    default -> parser.skipChildren();
                }
            }
        } catch (JacksonException | DateTimeException | IllegalArgumentException e) {
            return null;
        }
        return positions == null ? null : new ServedStatus(positions, watermarkMs, failure == null ? waiting : failure);
    }

    private static long millis(@Nullable String time) {
        return time == null ? 0 : Instant.parse(time).toEpochMilli();
    }

    private static List<Position> positions(JsonParser parser) {
        List<Position> positions = new ArrayList<>();
        while (parser.nextToken() == JsonToken.START_OBJECT) {
            String source = "";
            String sourceId = "";
            int partition = 0;
            long nextOffset = 0;
            for (String name = parser.nextName(); name != null; name = parser.nextName()) {
                parser.nextToken();
                switch (name) {
                    case "source" -> source = parser.getString();
                    case "sourceId" -> sourceId = parser.getString();
                    case "partition" -> partition = parser.getIntValue();
                    case "nextOffset" -> nextOffset = parser.getLongValue();
                    default -> parser.skipChildren();
                }
            }
            positions.add(new Position(source, sourceId, partition, nextOffset, -1));
        }
        return positions;
    }
}
