package io.synfire.query.http;

import io.synfire.query.recall.BadQueryException;
import io.synfire.query.recall.Times;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/** The body of a request to rebuild: {@code {"settings": {"half-lives": ["1h", "30d"], …}, "until": TIME}}, all of it optional. Thread-safe. */
final class RebuildBody {

    private final InstantSource clock;
    private final JsonFactory factory = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(8)
                    .maxDocumentLength(1 << 20)
                    .build())
            .build();

    /** What is asked for. */
    record Asked(Map<String, String> settings, @Nullable Long untilMs) {}

    RebuildBody(InstantSource clock) {
        this.clock = clock;
    }

    Asked read(byte[] body) {
        Map<String, String> settings = new LinkedHashMap<>();
        Long untilMs = null;
        if (body.length == 0) {
            return new Asked(settings, null);
        }
        try (JsonParser parser = factory.createParser(ObjectReadContext.empty(), body)) {
            expect(parser.nextToken() == JsonToken.START_OBJECT, "the body must be a JSON object", parser);
            for (String name = parser.nextName(); name != null; name = parser.nextName()) {
                parser.nextToken();
                switch (name) {
                    case "settings" -> settings(parser, settings);
                    case "until" -> untilMs = until(parser);
                    default -> throw new BadQueryException("a rebuild knows settings and until: field=" + name);
                }
            }
            expect(parser.currentToken() == JsonToken.END_OBJECT, "the body must be a JSON object", parser);
            expect(parser.nextToken() == null, "the body must be one JSON object", parser);
        } catch (JacksonException e) {
            throw new BadQueryException("the body must be JSON: " + e.getOriginalMessage());
        }
        return new Asked(settings, untilMs);
    }

    private static void settings(JsonParser parser, Map<String, String> settings) {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return;
        }
        expect(parser.currentToken() == JsonToken.START_OBJECT, "settings must be a JSON object", parser);
        for (String key = parser.nextName(); key != null; key = parser.nextName()) {
            if (parser.nextToken() == JsonToken.START_ARRAY) {
                List<String> values = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    values.add(scalar(parser));
                }
                settings.put(key, String.join(",", values));
            } else {
                settings.put(key, scalar(parser));
            }
        }
    }

    private @Nullable Long until(JsonParser parser) {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return null;
        }
        return Times.parse(scalar(parser), clock);
    }

    private static String scalar(JsonParser parser) {
        JsonToken token = parser.currentToken();
        expect(
                token != null && token.isScalarValue() && token != JsonToken.VALUE_NULL,
                "a value must be text or a number",
                parser);
        return parser.getString();
    }

    private static void expect(boolean holds, String rule, JsonParser parser) {
        if (!holds) {
            throw new BadQueryException(rule + ": found=" + parser.currentToken());
        }
    }
}
