package io.synfire.query.answer;

import io.synfire.query.compare.MemoryComparison;
import io.synfire.query.evaluate.Score;
import java.util.List;
import tools.jackson.core.JsonGenerator;

/** What changed between two memories as JSON. Thread-safe. */
public final class DiffJson {

    private final JsonDocument document = new JsonDocument();

    /**
     * What changed.
     *
     * @param answer the answer
     * @return one document
     */
    public byte[] of(DiffAnswer answer) {
        MemoryComparison found = answer.comparison();
        return document.of(json -> {
            json.writeNumberProperty("k", found.k());
            JsonFields.number(json, "minSupport", found.minSupport());
            side(json, "first", answer.first(), found.first(), found.onlyFirst());
            side(json, "second", answer.second(), found.second(), found.onlySecond());
            json.writeName("settings");
            json.writeStartObject();
            found.settings().forEach(json::writeStringProperty);
            json.writeEndObject();
            json.writeNumberProperty("shared", found.shared());
            json.writeNumberProperty("compared", found.compared());
            means(json, "plain", found.plain());
            means(json, "weighted", found.weighted());
            moved(json, found.moved());
            json.writeName("shifted");
            json.writeStartArray();
            for (MemoryComparison.Shifted shifted : found.shifted()) {
                json.writeStartObject();
                json.writeStringProperty("concept", shifted.concept());
                JsonFields.number(json, "firstShare", shifted.firstShare());
                JsonFields.number(json, "secondShare", shifted.secondShare());
                json.writeEndObject();
            }
            json.writeEndArray();
            scores(json, answer.scores());
        });
    }

    private static void side(
            JsonGenerator json, String name, String data, MemoryComparison.Side side, MemoryComparison.Only only) {
        json.writeName(name);
        json.writeStartObject();
        json.writeStringProperty("data", data);
        json.writeNumberProperty("episodes", side.episodes());
        json.writeNumberProperty("concepts", side.concepts());
        json.writeNumberProperty("associations", side.associations());
        json.writeStringProperty("asOf", AnswerJson.iso(side.watermarkMs()));
        json.writeStringProperty("horizon", side.horizon());
        json.writeNumberProperty("only", only.count());
        texts(json, "onlyMost", only.most());
        json.writeEndObject();
    }

    private static void means(JsonGenerator json, String name, MemoryComparison.Means means) {
        json.writeName(name);
        json.writeStartObject();
        JsonFields.number(json, "overlap", means.overlap());
        JsonFields.number(json, "rbo", means.rbo());
        json.writeEndObject();
    }

    private static void moved(JsonGenerator json, List<MemoryComparison.Moved> all) {
        json.writeName("moved");
        json.writeStartArray();
        for (MemoryComparison.Moved moved : all) {
            json.writeStartObject();
            json.writeStringProperty("concept", moved.concept());
            JsonFields.number(json, "rbo", moved.rbo());
            JsonFields.number(json, "overlap", moved.overlap());
            JsonFields.number(json, "firstActivation", moved.firstActivation());
            JsonFields.number(json, "secondActivation", moved.secondActivation());
            texts(json, "lost", moved.lost());
            texts(json, "gained", moved.gained());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void scores(JsonGenerator json, List<Score> scores) {
        json.writeName("scores");
        json.writeStartArray();
        for (Score score : scores) {
            json.writeStartObject();
            json.writeStringProperty("memory", score.settings());
            json.writeNumberProperty("k", score.k());
            json.writeNumberProperty("predictions", score.predictions());
            json.writeNumberProperty("unknownTargets", score.unknownTargets());
            JsonFields.number(json, "hitRate", score.hitRate());
            JsonFields.number(json, "mrr", score.mrr());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void texts(JsonGenerator json, String name, List<String> texts) {
        json.writeName(name);
        json.writeStartArray();
        texts.forEach(json::writeString);
        json.writeEndArray();
    }
}
