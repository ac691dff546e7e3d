package io.synfire.query.http;

import io.synfire.query.recall.BadQueryException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** Splits the body of {@code POST /v1/episodes} into records, byte for byte. Thread-safe. */
final class EpisodesBody {

    private final JsonFactory factory = new JsonFactory();

    List<byte[]> split(byte[] body, @Nullable String contentType) {
        String type = contentType == null ? "" : contentType.split(";", 2)[0].strip();
        List<byte[]> records =
                switch (type) {
                    case "application/x-ndjson" -> lines(body);
                    case "application/json" -> values(body);
                    default ->
                        throw new BadQueryException(
                                "the content type must be application/json or application/x-ndjson: Content-Type="
                                        + type);
                };
        if (records.isEmpty()) {
            throw new BadQueryException("the body must hold at least one record: records=0");
        }
        return records;
    }

    private static List<byte[]> lines(byte[] body) {
        List<byte[]> lines = new ArrayList<>();
        int start = 0;
        for (int at = 0; at <= body.length; at++) {
            if (at == body.length || body[at] == '\n') {
                byte[] line = Arrays.copyOfRange(body, start, at);
                if (!new String(line, java.nio.charset.StandardCharsets.UTF_8).isBlank()) {
                    lines.add(line);
                }
                start = at + 1;
            }
        }
        return lines;
    }

    private List<byte[]> values(byte[] body) {
        try (JsonParser parser = factory.createParser(ObjectReadContext.empty(), body)) {
            if (parser.nextToken() != JsonToken.START_ARRAY) {
                return List.of(body);
            }
            List<byte[]> values = new ArrayList<>();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                int from = (int) parser.currentTokenLocation().getByteOffset();
                parser.skipChildren();
                parser.finishToken();
                values.add(Arrays.copyOfRange(
                        body, from, (int) parser.currentLocation().getByteOffset()));
            }
            if (parser.nextToken() != null) {
                throw new BadQueryException("the body must be one JSON value: follows=" + parser.currentToken());
            }
            return values;
        } catch (JacksonException e) {
            throw new BadQueryException("the body must be JSON: " + e.getOriginalMessage());
        }
    }
}
