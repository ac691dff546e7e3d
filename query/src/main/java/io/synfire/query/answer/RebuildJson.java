package io.synfire.query.answer;

import io.synfire.engine.event.Position;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/** Rebuilds as JSON. Thread-safe. */
public final class RebuildJson {

    private final JsonDocument document = new JsonDocument();

    /**
     * What became of a rebuild.
     *
     * @param answer the answer
     * @return one document; {@code learnedEqual} is null where there is nothing to compare
     */
    public byte[] of(RebuildAnswer answer) {
        return document.of(json -> {
            json.writeStringProperty("into", answer.into());
            JsonFields.text(json, "until", iso(answer.untilMs()));
            settings(json, answer.settings());
            json.writeName("positions");
            json.writeStartArray();
            for (Position position : answer.positions()) {
                json.writeStartObject();
                json.writeStringProperty("source", position.source());
                json.writeNumberProperty("partition", position.partition());
                json.writeNumberProperty("nextOffset", position.nextOffset());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeName("missing");
            json.writeStartArray();
            for (RebuildAnswer.Missing missing : answer.missing()) {
                json.writeStartObject();
                json.writeStringProperty("source", missing.source());
                json.writeNumberProperty("partition", missing.partition());
                json.writeNumberProperty("fromOffset", missing.fromOffset());
                json.writeNumberProperty("toOffset", missing.toOffset());
                json.writeBooleanProperty("commands", missing.isCommands());
                json.writeEndObject();
            }
            json.writeEndArray();
            side(json, "before", answer.before());
            side(json, "after", answer.after());
            if (answer.comparison() == RebuildAnswer.Comparison.NOT_COMPARABLE) {
                json.writeNullProperty("learnedEqual");
            } else {
                json.writeBooleanProperty("learnedEqual", answer.comparison() == RebuildAnswer.Comparison.EQUAL);
            }
            json.writeNumberProperty("records", answer.records());
            JsonFields.number(json, "seconds", answer.seconds());
        });
    }

    /**
     * How a rebuild stands.
     *
     * @param status the status
     * @return one document
     */
    public byte[] of(RebuildStatus status) {
        return document.of(json -> {
            json.writeStringProperty("state", status.state().toString());
            settings(json, status.settings());
            JsonFields.text(json, "until", iso(status.untilMs()));
            json.writeNumberProperty("recordsDone", status.recordsDone());
            json.writeNumberProperty("recordsTotal", status.recordsTotal());
            JsonFields.number(json, "recordsPerSecond", status.recordsPerSecond());
            JsonFields.number(json, "remainingSeconds", status.remainingSeconds());
            JsonFields.text(json, "failure", status.failure());
        });
    }

    private static void settings(JsonGenerator json, Map<String, String> settings) {
        json.writeName("settings");
        json.writeStartObject();
        new TreeMap<>(settings).forEach(json::writeStringProperty);
        json.writeEndObject();
    }

    private static void side(JsonGenerator json, String name, RebuildAnswer.@Nullable Side side) {
        if (side == null) {
            json.writeNullProperty(name);
            return;
        }
        json.writeName(name);
        json.writeStartObject();
        json.writeStringProperty("learned", side.learned());
        json.writeStringProperty("state", side.state());
        json.writeNumberProperty("episodes", side.episodes());
        json.writeNumberProperty("associations", side.associations());
        json.writeNumberProperty("concepts", side.concepts());
        json.writeNumberProperty("deadLetters", side.deadLetters());
        json.writeStringProperty("watermark", AnswerJson.iso(side.watermarkMs()));
        json.writeEndObject();
    }

    private static @Nullable String iso(@Nullable Long atMs) {
        return atMs == null ? null : AnswerJson.iso(atMs);
    }
}
