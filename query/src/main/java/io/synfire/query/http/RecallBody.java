package io.synfire.query.http;

import io.synfire.query.recall.BadQueryException;
import io.synfire.query.recall.Blend;
import io.synfire.query.recall.RecallQuery;
import io.synfire.query.recall.RecallQuery.Cue;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** The body of {@code POST /v1/recall} as a question. Thread-safe. */
final class RecallBody {

    private final JsonFactory factory = new JsonFactory();

    /** The fields as they are met. */
    private static final class Fields {
        final List<Cue> cues = new ArrayList<>();
        final RecallQuery.Builder query = RecallQuery.builder();

        @Nullable
        String horizon;

        @Nullable
        Blend blend;

        @Nullable
        Blend chosen() {
            if (horizon != null && blend != null) {
                throw new BadQueryException("give a horizon or a blend: horizon=" + horizon);
            }
            return horizon == null ? blend : Blend.of(horizon);
        }
    }

    RecallQuery read(byte[] body, @Nullable Long atMs) {
        Fields fields = new Fields();
        try (JsonParser parser = factory.createParser(ObjectReadContext.empty(), body)) {
            expect(parser.nextToken() == JsonToken.START_OBJECT, "the body must be a JSON object", parser);
            for (String name = parser.nextName(); name != null; name = parser.nextName()) {
                parser.nextToken();
                field(name, parser, fields);
            }
            expect(parser.currentToken() == JsonToken.END_OBJECT, "the body must be a JSON object", parser);
            expect(parser.nextToken() == null, "the body must be one JSON object", parser);
        } catch (JacksonException e) {
            throw new BadQueryException("the body must be JSON: " + e.getOriginalMessage());
        }
        return fields.query
                .weightedCues(fields.cues)
                .blend(fields.chosen())
                .atMs(atMs)
                .build();
    }

    private static void field(String name, JsonParser parser, Fields fields) {
        boolean isNull = parser.currentToken() == JsonToken.VALUE_NULL;
        switch (name) {
            case "cues" -> cues(parser, fields.cues);
            case "ordered" -> fields.query.ordered(flag(name, parser));
            case "includeCues" -> fields.query.includeCues(flag(name, parser));
            case "exclude" -> fields.query.exclude(isNull ? Set.of() : texts(name, parser));
            case "candidates" -> fields.query.candidates(isNull ? null : texts(name, parser));
            case "prefix" -> fields.query.prefix(isNull ? null : text(name, parser));
            case "k" -> fields.query.k(whole(name, parser));
            case "hops" -> fields.query.hops(isNull ? null : Integer.valueOf(whole(name, parser)));
            case "popularity" -> fields.query.popularity(isNull ? null : Double.valueOf(number(name, parser)));
            case "shrinkage" -> fields.query.shrinkage(isNull ? null : Double.valueOf(number(name, parser)));
            case "self" -> fields.query.self(isNull ? null : Double.valueOf(number(name, parser)));
            case "horizon" -> fields.horizon = isNull ? null : text(name, parser);
            case "blend" -> fields.blend = isNull ? null : blend(parser);
            case "minSupport" -> fields.query.minSupport(number(name, parser));
            default -> throw new BadQueryException("unknown field: field=" + name);
        }
    }

    private static void cues(JsonParser parser, List<Cue> cues) {
        expect(parser.currentToken() == JsonToken.START_ARRAY, "cues must be an array", parser);
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            if (token == JsonToken.VALUE_STRING) {
                cues.add(new Cue(parser.getString(), 1));
            } else {
                expect(token == JsonToken.START_OBJECT, "a cue must be a string or an object", parser);
                cues.add(cue(parser));
            }
        }
    }

    private static Cue cue(JsonParser parser) {
        String concept = null;
        double weight = 1;
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
            parser.nextToken();
            switch (name) {
                case "concept" -> concept = text(name, parser);
                case "weight" -> weight = number(name, parser);
                default -> throw new BadQueryException("unknown field of a cue: field=" + name);
            }
        }
        if (concept == null) {
            throw new BadQueryException("a cue must have a concept: concept=missing");
        }
        return new Cue(concept, weight);
    }

    private static Blend blend(JsonParser parser) {
        expect(parser.currentToken() == JsonToken.START_OBJECT, "blend must be an object", parser);
        List<Blend.Part> parts = new ArrayList<>();
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
            parser.nextToken();
            parts.add(new Blend.Part(name, number("a weight of a blend", parser)));
        }
        return new Blend(parts);
    }

    private static Set<String> texts(String name, JsonParser parser) {
        expect(parser.currentToken() == JsonToken.START_ARRAY, name + " must be an array", parser);
        Set<String> texts = new HashSet<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            texts.add(text(name, parser));
        }
        return texts;
    }

    private static String text(String name, JsonParser parser) {
        expect(parser.currentToken() == JsonToken.VALUE_STRING, name + " must be a string", parser);
        return parser.getString();
    }

    private static boolean flag(String name, JsonParser parser) {
        JsonToken token = parser.currentToken();
        expect(
                token == JsonToken.VALUE_TRUE || token == JsonToken.VALUE_FALSE,
                name + " must be true or false",
                parser);
        return token == JsonToken.VALUE_TRUE;
    }

    private static int whole(String name, JsonParser parser) {
        expect(parser.currentToken() == JsonToken.VALUE_NUMBER_INT, name + " must be a whole number", parser);
        return parser.getIntValue();
    }

    private static double number(String name, JsonParser parser) {
        expect(parser.currentToken() != null && parser.currentToken().isNumeric(), name + " must be a number", parser);
        return parser.getDoubleValue();
    }

    private static void expect(boolean holds, String rule, JsonParser parser) {
        if (!holds) {
            throw new BadQueryException(rule + ": found=" + parser.currentToken());
        }
    }
}
