package io.synfire.query.answer;

import io.synfire.query.answer.LearnAnswer.Learned;
import java.util.function.ToLongFunction;
import tools.jackson.core.JsonGenerator;

/** What became of files that were learned, as JSON. Immutable and thread-safe. */
public final class LearnJson {

    private final JsonDocument document = new JsonDocument();

    /**
     * The answer.
     *
     * @param answer what became of the files
     * @return {@code {"files": […], "records", "episodes", "commands", "duplicates", "rejected", "passedOver", "learnedBefore", "deadLetters",
     *     "failure"}}; the numbers are sums
     */
    public byte[] of(LearnAnswer answer) {
        return document.of(json -> {
            json.writeName("files");
            json.writeStartArray();
            answer.files().forEach(file -> write(json, file));
            json.writeEndArray();
            sum(json, "records", answer, Learned::records);
            sum(json, "episodes", answer, Learned::episodes);
            sum(json, "commands", answer, Learned::commands);
            sum(json, "duplicates", answer, Learned::duplicates);
            sum(json, "rejected", answer, Learned::rejected);
            sum(json, "passedOver", answer, Learned::passedOver);
            sum(json, "learnedBefore", answer, Learned::learnedBefore);
            json.writeStringProperty("deadLetters", answer.deadLetters());
            json.writeStringProperty("failure", answer.failure());
        });
    }

    private static void sum(JsonGenerator json, String name, LearnAnswer answer, ToLongFunction<Learned> of) {
        json.writeNumberProperty(name, answer.files().stream().mapToLong(of).sum());
    }

    private static void write(JsonGenerator json, Learned file) {
        json.writeStartObject();
        json.writeStringProperty("file", file.file());
        json.writeStringProperty("source", file.source());
        json.writeStringProperty("sourceId", file.sourceId());
        json.writeNumberProperty("records", file.records());
        json.writeNumberProperty("episodes", file.episodes());
        json.writeNumberProperty("commands", file.commands());
        json.writeNumberProperty("duplicates", file.duplicates());
        json.writeNumberProperty("rejected", file.rejected());
        json.writeNumberProperty("passedOver", file.passedOver());
        json.writeNumberProperty("learnedBefore", file.learnedBefore());
        json.writeStringProperty("knownAs", file.knownAs());
        json.writeBooleanProperty("waiting", file.waiting());
        json.writeBooleanProperty("hasLog", file.hasLog());
        JsonFields.number(json, "seconds", file.seconds());
        json.writeName("notes");
        json.writeStartArray();
        file.notes().forEach(json::writeString);
        json.writeEndArray();
        json.writeName("rejections");
        json.writeStartArray();
        file.rejections().forEach(rejection -> {
            json.writeStartObject();
            json.writeNumberProperty("record", rejection.record());
            json.writeStringProperty("reason", rejection.reason());
            json.writeEndObject();
        });
        json.writeEndArray();
        json.writeEndObject();
    }
}
