package io.synfire.query.answer;

import io.synfire.query.recall.Answers;
import io.synfire.query.recall.Measure;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/** An explanation as the fields of a JSON object. */
final class ExplanationJson {

    private ExplanationJson() {}

    static void write(JsonGenerator json, Answers.Explanation answer) {
        json.writeStringProperty("from", answer.from());
        json.writeStringProperty("to", answer.to());
        json.writeStringProperty("asOf", AnswerJson.iso(answer.asOfMs()));
        json.writeStringProperty("trials", answer.trials().toString());
        json.writeName("horizons");
        json.writeStartArray();
        for (Answers.HorizonExplanation horizon : answer.horizons()) {
            json.writeStartObject();
            json.writeStringProperty("horizon", horizon.horizon());
            JsonFields.number(json, "episodes", horizon.episodes());
            json.writeName("marginals");
            json.writeStartObject();
            JsonFields.number(json, "from", horizon.fromActivation());
            JsonFields.number(json, "to", horizon.toActivation());
            json.writeEndObject();
            direction(json, "forward", horizon.forward());
            direction(json, "backward", horizon.backward());
            json.writeEndObject();
        }
        json.writeEndArray();
        recallPath(json, "forwardRecall", answer.forwardRecall());
        recallPath(json, "backwardRecall", answer.backwardRecall());
        JsonFields.text(json, "lastReinforcement", isoOrNull(answer.lastReinforcedMs()));
        json.writeName("fallsBelow");
        json.writeStartObject();
        JsonFields.number(json, "strength", answer.forgetBelow());
        JsonFields.text(json, "forward", isoOrNull(answer.forwardBelowMs()));
        JsonFields.text(json, "backward", isoOrNull(answer.backwardBelowMs()));
        json.writeEndObject();
        JsonFields.retention(json, answer.retention());
    }

    private static void direction(JsonGenerator json, String name, Answers.Direction direction) {
        json.writeName(name);
        json.writeStartObject();
        JsonFields.number(json, "strength", direction.strength());
        JsonFields.number(json, "row", direction.row());
        JsonFields.number(json, "column", direction.column());
        JsonFields.number(json, "total", direction.total());
        JsonFields.number(json, "saturated", direction.saturated());
        for (Map.Entry<Measure, @Nullable Double> measure : direction.measures().entrySet()) {
            if (measure.getKey() != Measure.STRENGTH) {
                JsonFields.number(json, measure.getKey().toString(), measure.getValue());
            }
        }
        json.writeName("ranks");
        json.writeStartObject();
        for (Map.Entry<Measure, @Nullable Integer> rank : direction.ranks().entrySet()) {
            JsonFields.whole(json, rank.getKey().toString(), rank.getValue());
        }
        json.writeEndObject();
        json.writeNumberProperty("cuts", direction.cuts());
        JsonFields.number(json, "cutBound", direction.cutBound());
        json.writeEndObject();
    }

    private static void recallPath(JsonGenerator json, String name, Answers.RecallPath path) {
        json.writeName(name);
        json.writeStartObject();
        JsonFields.whole(json, "rank", path.rank());
        JsonFields.number(json, "score", path.score());
        JsonFields.contributions(json, "paths", path.paths());
        json.writeName("missing");
        json.writeStartArray();
        for (Answers.Missing missing : path.missing()) {
            json.writeStartObject();
            json.writeStringProperty("reason", missing.reason().toString());
            json.writeStringProperty("detail", missing.detail());
            json.writeEndObject();
        }
        json.writeEndArray();
        JsonFields.workUnlessWhole(json, path.work());
        json.writeEndObject();
    }

    private static @Nullable String isoOrNull(@Nullable Long atMs) {
        return atMs == null ? null : AnswerJson.iso(atMs);
    }
}
