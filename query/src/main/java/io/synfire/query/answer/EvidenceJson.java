package io.synfire.query.answer;

import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Episode;
import tools.jackson.core.JsonGenerator;

/** Evidence from the log as a field of an explanation. */
final class EvidenceJson {

    private EvidenceJson() {}

    static void write(JsonGenerator json, EvidenceAnswer answer) {
        json.writeName("evidence");
        json.writeStartObject();
        json.writeNumberProperty("records", answer.records());
        JsonFields.text(json, "doubt", answer.doubt());
        json.writeName("searched");
        json.writeStartArray();
        for (EvidenceAnswer.Searched searched : answer.searched()) {
            json.writeStartObject();
            json.writeStringProperty("source", searched.source());
            json.writeNumberProperty("partition", searched.partition());
            json.writeNumberProperty("fromOffset", searched.fromOffset());
            json.writeNumberProperty("toOffset", searched.toOffset());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeName("unsearched");
        json.writeStartArray();
        answer.unsearched().forEach(json::writeString);
        json.writeEndArray();
        json.writeName("episodes");
        json.writeStartArray();
        for (EvidenceAnswer.Together together : answer.found()) {
            json.writeStartObject();
            place(json, together.latest());
            EvidenceAnswer.Place earlier = together.earlier();
            json.writeName("earlier");
            if (earlier == null) {
                json.writeNull();
            } else {
                json.writeStartObject();
                place(json, earlier);
                json.writeEndObject();
            }
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void place(JsonGenerator json, EvidenceAnswer.Place place) {
        Episode episode = place.episode();
        json.writeStringProperty("source", place.source());
        JsonFields.text(json, "topic", place.topic());
        json.writeNumberProperty("partition", place.partition());
        json.writeNumberProperty("offset", place.offset());
        json.writeStringProperty("timestamp", AnswerJson.iso(place.timestampMs()));
        json.writeStringProperty("at", AnswerJson.iso(episode.atMs()));
        JsonFields.text(json, "context", episode.context());
        JsonFields.text(json, "eventId", episode.eventId());
        JsonFields.number(json, "reward", episode.reward());
        json.writeName("concepts");
        json.writeStartArray();
        for (Activation activation : episode.activations()) {
            if (activation.strength() == 1) {
                json.writeString(activation.concept());
            } else {
                json.writeStartObject();
                json.writeStringProperty("id", activation.concept());
                JsonFields.number(json, "strength", activation.strength());
                json.writeEndObject();
            }
        }
        json.writeEndArray();
    }
}
