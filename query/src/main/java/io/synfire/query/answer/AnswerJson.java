package io.synfire.query.answer;

import io.synfire.engine.event.Position;
import io.synfire.engine.view.Digest;
import io.synfire.query.recall.Answers;
import java.time.Instant;
import tools.jackson.core.JsonGenerator;

/** Answers as JSON, in UTF-8. What is undefined is null, never NaN. Immutable and thread-safe. */
public final class AnswerJson {

    private final JsonDocument document = new JsonDocument();

    /**
     * Known concepts.
     *
     * @param answer the answer
     * @return {@code {"concepts": […]}}, with {@code "work"} if degrees were left out
     */
    public byte[] of(Answers.Concepts answer) {
        return document.of(json -> {
            json.writeName("concepts");
            json.writeStartArray();
            for (Answers.Concept concept : answer.concepts()) {
                json.writeStartObject();
                json.writeStringProperty("concept", concept.concept());
                JsonFields.number(json, "activation", concept.activation());
                JsonFields.whole(json, "degree", concept.degree());
                json.writeEndObject();
            }
            json.writeEndArray();
            JsonFields.workUnlessWhole(json, answer.work());
        });
    }

    /**
     * What goes with a concept.
     *
     * @param answer the answer
     * @return {@code {"concept", "asOf", "measure", "associations": […]}}
     */
    public byte[] of(Answers.Associations answer) {
        return document.of(json -> {
            json.writeStringProperty("concept", answer.concept());
            json.writeStringProperty("asOf", iso(answer.asOfMs()));
            json.writeStringProperty("measure", answer.measure().toString());
            json.writeStringProperty("trials", answer.trials().toString());
            json.writeName("associations");
            json.writeStartArray();
            for (Answers.Association association : answer.associations()) {
                json.writeStartObject();
                json.writeStringProperty("concept", association.concept());
                JsonFields.number(json, "score", association.score());
                JsonFields.number(json, "strength", association.strength());
                JsonFields.number(json, "confidence", association.confidence());
                JsonFields.number(json, "lift", association.lift());
                JsonFields.number(json, "npmi", association.npmi());
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }

    /**
     * Everything about a pair.
     *
     * @param answer the answer
     * @return {@code {"from", "to", "asOf", "horizons": […], "lastReinforcement", "fallsBelow", "retention"}}
     */
    public byte[] of(Answers.Explanation answer) {
        return document.of(json -> ExplanationJson.write(json, answer));
    }

    /**
     * Everything about a pair, with evidence from the log.
     *
     * @param answer the answer
     * @param evidence where in the log both fired
     * @return the same with {@code "evidence": {"records", "doubt", "searched": […], "episodes": […]}}
     */
    public byte[] of(Answers.Explanation answer, EvidenceAnswer evidence) {
        return document.of(json -> {
            ExplanationJson.write(json, answer);
            EvidenceJson.write(json, evidence);
        });
    }

    /**
     * What is growing fastest.
     *
     * @param answer the answer
     * @return {@code {"asOf", "fast", "slow", "concepts": […], "associations": […]}}, with {@code "work"} if any were left out
     */
    public byte[] of(Answers.Trending answer) {
        return document.of(json -> {
            JsonFields.text(json, "asOf", iso(answer.asOfMs()));
            JsonFields.text(json, "fast", answer.fast());
            JsonFields.text(json, "slow", answer.slow());
            json.writeName("concepts");
            json.writeStartArray();
            for (Answers.TrendingConcept concept : answer.concepts()) {
                json.writeStartObject();
                json.writeStringProperty("concept", concept.concept());
                JsonFields.number(json, "trend", concept.trend());
                JsonFields.number(json, "activation", concept.activation());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeName("associations");
            json.writeStartArray();
            for (Answers.TrendingAssociation association : answer.associations()) {
                json.writeStartObject();
                json.writeStringProperty("from", association.from());
                json.writeStringProperty("to", association.to());
                JsonFields.number(json, "trend", association.trend());
                JsonFields.number(json, "strength", association.strength());
                json.writeEndObject();
            }
            json.writeEndArray();
            JsonFields.workUnlessWhole(json, answer.work());
        });
    }

    /**
     * What cues bring to mind.
     *
     * @param answer the answer
     * @return {@code {"asOf", "results": […], "unknownCues": […]}}, with {@code "work"} if associations were left out
     */
    public byte[] of(Answers.Recall answer) {
        return document.of(json -> {
            json.writeStringProperty("asOf", iso(answer.asOfMs()));
            json.writeName("results");
            json.writeStartArray();
            for (Answers.Recalled result : answer.results()) {
                json.writeStartObject();
                json.writeStringProperty("concept", result.concept());
                JsonFields.number(json, "score", result.score());
                JsonFields.contributions(json, "because", result.because());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeName("unknownCues");
            json.writeStartArray();
            answer.unknownCues().forEach(json::writeString);
            json.writeEndArray();
            JsonFields.workUnlessWhole(json, answer.work());
        });
    }

    /**
     * How a memory stands.
     *
     * @param answer the answer
     * @return {@code {"ready", "watermark", "sourceTime", "lag", "positions", "counts", "trials", "memory", "settings",
     *     "retention"}}, with
     *     {@code "ahead"} if the watermark lies beyond every source's time, {@code "partitions"} of a learner that knows them, {@code "waiting"} if the cluster gives no answer, {@code "failure"} if learning stopped
     */
    public byte[] of(StatusAnswer answer) {
        return document.of(json -> {
            json.writeBooleanProperty("ready", answer.ready());
            Long watermarkMs = answer.watermarkMs();
            JsonFields.text(json, "watermark", watermarkMs == null ? null : iso(watermarkMs));
            Long sourceMs = answer.sourceMs();
            JsonFields.text(json, "sourceTime", sourceMs == null ? null : iso(sourceMs));
            if (answer.ahead() != null) {
                JsonFields.text(json, "ahead", answer.ahead());
            }
            Long lag = answer.lag();
            if (lag == null) {
                json.writeNullProperty("lag");
            } else {
                json.writeNumberProperty("lag", lag.longValue());
            }
            if (answer.partitions() != null) {
                json.writeNumberProperty("partitions", answer.partitions().intValue());
            }
            json.writeName("positions");
            json.writeStartArray();
            answer.positions().forEach(position -> position(json, position));
            json.writeEndArray();
            json.writeName("counts");
            json.writeStartObject();
            json.writeNumberProperty("episodes", answer.counts().episodes());
            json.writeNumberProperty("pairs", answer.counts().pairs());
            json.writeNumberProperty("concepts", answer.counts().concepts());
            json.writeNumberProperty("associations", answer.counts().associations());
            json.writeNumberProperty("deadLetters", answer.counts().deadLetters());
            json.writeNumberProperty("duplicates", answer.counts().duplicates());
            json.writeName("notPlain");
            json.writeStartObject();
            json.writeNumberProperty("strengths", answer.trials().strengths());
            json.writeNumberProperty("rewards", answer.trials().rewards());
            json.writeNumberProperty("betweenEpisodes", answer.trials().betweenEpisodes());
            json.writeEndObject();
            json.writeEndObject();
            json.writeStringProperty("trials", answer.trials().unit().toString());
            JsonFields.memory(json, answer.memory());
            json.writeName("settings");
            json.writeStartObject();
            answer.settings().forEach(json::writeStringProperty);
            json.writeEndObject();
            JsonFields.retention(json, answer.retention());
            if (answer.waiting() != null) {
                JsonFields.text(json, "waiting", answer.waiting());
            }
            if (answer.failure() != null) {
                JsonFields.text(json, "failure", answer.failure());
            }
        });
    }

    /**
     * The receipt of something forgotten.
     *
     * @param answer the answer
     * @return {@code {"context" or "concept", "episodes", "pairs", "associations", "evidence", "horizon", "asOf", "searched", "doubt",
     *     "appended", "applied", "left", "takenBackTwice", "deadLettersCount", "deadLetters"}}
     */
    public byte[] of(ForgetAnswer answer) {
        return document.of(json -> {
            ForgetAnswer.Removed removed = answer.removed();
            if (removed == null) {
                JsonFields.text(json, "concept", answer.concept());
            } else {
                JsonFields.text(json, "context", answer.context());
                json.writeNumberProperty("episodes", removed.episodes());
                json.writeNumberProperty("pairs", removed.pairs());
                json.writeNumberProperty("associations", removed.associations());
                JsonFields.number(json, "evidence", removed.evidence());
                JsonFields.text(json, "horizon", removed.horizon());
                JsonFields.text(json, "asOf", iso(removed.asOfMs()));
                json.writeName("searched");
                json.writeStartArray();
                answer.searched().forEach(json::writeString);
                json.writeEndArray();
                json.writeName("unsearched");
                json.writeStartArray();
                answer.unsearched().forEach(json::writeString);
                json.writeEndArray();
                JsonFields.text(json, "doubt", answer.doubt());
            }
            json.writeName("appended");
            json.writeStartArray();
            for (ForgetAnswer.Part part : answer.parts()) {
                json.writeStartObject();
                JsonFields.text(json, "source", part.source());
                json.writeNumberProperty("partition", part.partition());
                json.writeNumberProperty("offset", part.offset());
                JsonFields.text(json, "eventId", part.eventId());
                JsonFields.text(json, "outcome", part.outcome().label());
                JsonFields.text(json, "reason", part.reason());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeBooleanProperty("applied", answer.applied());
            Long left = answer.left();
            if (left == null) {
                json.writeNullProperty("left");
            } else {
                json.writeNumberProperty("left", left.longValue());
            }
            json.writeNumberProperty("takenBackTwice", answer.twice());
            json.writeNumberProperty("deadLettersCount", answer.deadLettersCount());
            json.writeName("deadLetters");
            json.writeStartArray();
            for (ForgetAnswer.DeadLetter letter : answer.deadLetters()) {
                json.writeStartObject();
                JsonFields.text(json, "source", letter.source());
                json.writeNumberProperty("partition", letter.partition());
                json.writeNumberProperty("offset", letter.offset());
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }

    /**
     * Both checksums.
     *
     * @param answer the answer
     * @return {@code {"learned", "state", "episodes", "associations", "concepts"}}
     */
    public byte[] of(Digest answer) {
        return document.of(json -> JsonFields.digest(json, answer));
    }

    /**
     * Where appended episodes are.
     *
     * @param accepted how many
     * @param partition the partition of the last
     * @param firstOffset the lowest offset there
     * @param lastOffset the highest offset there
     * @return {@code {"accepted", "partition", "firstOffset", "lastOffset"}}
     */
    public byte[] ofAppended(int accepted, int partition, long firstOffset, long lastOffset) {
        return document.of(json -> {
            json.writeNumberProperty("accepted", accepted);
            json.writeNumberProperty("partition", partition);
            json.writeNumberProperty("firstOffset", firstOffset);
            json.writeNumberProperty("lastOffset", lastOffset);
        });
    }

    /**
     * A problem, as RFC 9457 has it.
     *
     * @param status HTTP status
     * @param title what kind of problem
     * @param detail what exactly
     * @return {@code {"type", "title", "status", "detail"}}
     */
    public byte[] ofProblem(int status, String title, String detail) {
        return document.of(json -> {
            json.writeStringProperty("type", "about:blank");
            json.writeStringProperty("title", title);
            json.writeNumberProperty("status", status);
            json.writeStringProperty("detail", detail);
        });
    }

    /** A moment as answers write it: ISO-8601, UTC. */
    static String iso(long atMs) {
        return Instant.ofEpochMilli(atMs).toString();
    }

    private static void position(JsonGenerator json, Position position) {
        json.writeStartObject();
        json.writeStringProperty("source", position.source());
        json.writeStringProperty("sourceId", position.sourceId());
        json.writeNumberProperty("partition", position.partition());
        json.writeNumberProperty("nextOffset", position.nextOffset());
        json.writeNumberProperty("leaderEpoch", position.leaderEpoch());
        json.writeEndObject();
    }
}
