package io.synfire.query.answer;

import io.synfire.query.evaluate.Score;
import io.synfire.query.evaluate.Search;
import java.util.List;
import tools.jackson.core.JsonGenerator;

/** Scores as JSON. Thread-safe. */
public final class ScoreJson {

    private final JsonDocument document = new JsonDocument();

    /**
     * How well memories predict.
     *
     * @param answer the answer
     * @return one document
     */
    public byte[] of(EvaluateAnswer answer) {
        return document.of(json -> {
            json.writeStringProperty("protocol", answer.protocol());
            json.writeNumberProperty("episodes", answer.episodes());
            json.writeNumberProperty("concepts", answer.concepts());
            json.writeNumberProperty("rejected", answer.rejected());
            scores(json, "results", answer.scores());
            Search.Found found = answer.found();
            if (found != null) {
                json.writeName("best");
                json.writeStartObject();
                found.best().forEach(json::writeStringProperty);
                json.writeEndObject();
                trials(json, found.trials());
            }
        });
    }

    private static void trials(JsonGenerator json, List<Search.Trial> trials) {
        json.writeName("trials");
        json.writeStartArray();
        for (Search.Trial trial : trials) {
            json.writeStartObject();
            json.writeStringProperty("setting", trial.setting());
            json.writeStringProperty("value", trial.value());
            json.writeNumberProperty("mean", trial.mean());
            json.writeBooleanProperty("kept", trial.isKept());
            scores(json, "results", trial.scores());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void scores(JsonGenerator json, String name, List<Score> scores) {
        json.writeName(name);
        json.writeStartArray();
        for (Score score : scores) {
            json.writeStartObject();
            json.writeStringProperty("settings", score.settings());
            json.writeNumberProperty("k", score.k());
            json.writeNumberProperty("predictions", score.predictions());
            json.writeNumberProperty("unknownTargets", score.unknownTargets());
            json.writeNumberProperty("hitRate", score.hitRate());
            json.writeNumberProperty("mrr", score.mrr());
            json.writeNumberProperty("coverage", score.coverage());
            json.writeNumberProperty("popularity", score.popularity());
            json.writeName("microsPerPrediction");
            json.writeStartObject();
            json.writeNumberProperty("mean", score.micros().mean());
            json.writeNumberProperty("p50", score.micros().p50());
            json.writeNumberProperty("p99", score.micros().p99());
            json.writeEndObject();
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
