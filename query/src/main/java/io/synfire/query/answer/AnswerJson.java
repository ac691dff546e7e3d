package io.synfire.query.answer;

import io.synfire.engine.event.Position;
import io.synfire.engine.view.Digest;
import io.synfire.query.recall.Answers;
import io.synfire.query.recall.Measure;
import io.synfire.query.recall.Retention;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Answers as JSON, in UTF-8. What is undefined is null, never NaN. Immutable and thread-safe. */
public final class AnswerJson {

    private final JsonFactory factory = new JsonFactory();

    /**
     * Known concepts.
     *
     * @param answer the answer
     * @return {@code {"concepts": […]}}
     */
    public byte[] of(Answers.Concepts answer) {
        return object(json -> {
            json.writeName("concepts");
            json.writeStartArray();
            for (Answers.Concept concept : answer.concepts()) {
                json.writeStartObject();
                json.writeStringProperty("concept", concept.concept());
                number(json, "activation", concept.activation());
                json.writeNumberProperty("degree", concept.degree());
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }

    /**
     * What goes with a concept.
     *
     * @param answer the answer
     * @return {@code {"concept", "asOf", "measure", "associations": […]}}
     */
    public byte[] of(Answers.Associations answer) {
        return object(json -> {
            json.writeStringProperty("concept", answer.concept());
            json.writeStringProperty("asOf", iso(answer.asOfMs()));
            json.writeStringProperty("measure", answer.measure().toString());
            json.writeName("associations");
            json.writeStartArray();
            for (Answers.Association association : answer.associations()) {
                json.writeStartObject();
                json.writeStringProperty("concept", association.concept());
                number(json, "score", association.score());
                number(json, "strength", association.strength());
                number(json, "confidence", association.confidence());
                number(json, "lift", association.lift());
                number(json, "npmi", association.npmi());
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
        return object(json -> {
            json.writeStringProperty("from", answer.from());
            json.writeStringProperty("to", answer.to());
            json.writeStringProperty("asOf", iso(answer.asOfMs()));
            json.writeName("horizons");
            json.writeStartArray();
            for (Answers.HorizonExplanation horizon : answer.horizons()) {
                json.writeStartObject();
                json.writeStringProperty("horizon", horizon.horizon());
                number(json, "episodes", horizon.episodes());
                json.writeName("marginals");
                json.writeStartObject();
                number(json, "from", horizon.fromActivation());
                number(json, "to", horizon.toActivation());
                json.writeEndObject();
                direction(json, "forward", horizon.forward());
                direction(json, "backward", horizon.backward());
                json.writeEndObject();
            }
            json.writeEndArray();
            text(json, "lastReinforcement", isoOrNull(answer.lastReinforcedMs()));
            json.writeName("fallsBelow");
            json.writeStartObject();
            number(json, "strength", answer.forgetBelow());
            text(json, "forward", isoOrNull(answer.forwardBelowMs()));
            text(json, "backward", isoOrNull(answer.backwardBelowMs()));
            json.writeEndObject();
            retention(json, answer.retention());
        });
    }

    /**
     * What is growing fastest.
     *
     * @param answer the answer
     * @return {@code {"asOf", "fast", "slow", "concepts": […], "associations": […]}}
     */
    public byte[] of(Answers.Trending answer) {
        return object(json -> {
            text(json, "asOf", iso(answer.asOfMs()));
            text(json, "fast", answer.fast());
            text(json, "slow", answer.slow());
            json.writeName("concepts");
            json.writeStartArray();
            for (Answers.TrendingConcept concept : answer.concepts()) {
                json.writeStartObject();
                json.writeStringProperty("concept", concept.concept());
                number(json, "trend", concept.trend());
                number(json, "activation", concept.activation());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeName("associations");
            json.writeStartArray();
            for (Answers.TrendingAssociation association : answer.associations()) {
                json.writeStartObject();
                json.writeStringProperty("from", association.from());
                json.writeStringProperty("to", association.to());
                number(json, "trend", association.trend());
                number(json, "strength", association.strength());
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }

    /**
     * What cues bring to mind.
     *
     * @param answer the answer
     * @return {@code {"asOf", "results": […], "unknownCues": […]}}
     */
    public byte[] of(Answers.Recall answer) {
        return object(json -> {
            json.writeStringProperty("asOf", iso(answer.asOfMs()));
            json.writeName("results");
            json.writeStartArray();
            for (Answers.Recalled result : answer.results()) {
                json.writeStartObject();
                json.writeStringProperty("concept", result.concept());
                number(json, "score", result.score());
                json.writeName("because");
                json.writeStartArray();
                for (Answers.Contribution contribution : result.because()) {
                    json.writeStartObject();
                    json.writeStringProperty("cue", contribution.cue());
                    json.writeStringProperty("via", contribution.via());
                    number(json, "contribution", contribution.contribution());
                    json.writeEndObject();
                }
                json.writeEndArray();
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeName("unknownCues");
            json.writeStartArray();
            answer.unknownCues().forEach(json::writeString);
            json.writeEndArray();
            if (answer.work().skipped() > 0) {
                work(json, answer.work());
            }
        });
    }

    /**
     * How a memory stands.
     *
     * @param answer the answer
     * @return {@code {"ready", "watermark", "lag", "positions", "counts", "settings", "retention"}}, and {@code "failure"} if learning stopped
     */
    public byte[] of(StatusAnswer answer) {
        return object(json -> {
            json.writeBooleanProperty("ready", answer.ready());
            Long watermarkMs = answer.watermarkMs();
            text(json, "watermark", watermarkMs == null ? null : iso(watermarkMs));
            Long lag = answer.lag();
            if (lag == null) {
                json.writeNullProperty("lag");
            } else {
                json.writeNumberProperty("lag", lag.longValue());
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
            json.writeEndObject();
            json.writeName("settings");
            json.writeStartObject();
            answer.settings().forEach(json::writeStringProperty);
            json.writeEndObject();
            retention(json, answer.retention());
            if (answer.failure() != null) {
                text(json, "failure", answer.failure());
            }
        });
    }

    /**
     * The receipt of something forgotten.
     *
     * @param answer the answer
     * @return {@code {"context" or "concept", "episodes", "pairs", "associations", "evidence", "horizon", "asOf", "searched", "appended",
     *     "applied"}}
     */
    public byte[] of(ForgetAnswer answer) {
        return object(json -> {
            ForgetAnswer.Removed removed = answer.removed();
            if (removed == null) {
                text(json, "concept", answer.concept());
            } else {
                text(json, "context", answer.context());
                json.writeNumberProperty("episodes", removed.episodes());
                json.writeNumberProperty("pairs", removed.pairs());
                json.writeNumberProperty("associations", removed.associations());
                number(json, "evidence", removed.evidence());
                text(json, "horizon", removed.horizon());
                text(json, "asOf", iso(removed.asOfMs()));
                json.writeName("searched");
                json.writeStartArray();
                answer.searched().forEach(json::writeString);
                json.writeEndArray();
            }
            json.writeName("appended");
            json.writeStartArray();
            for (ForgetAnswer.Appended appended : answer.appended()) {
                json.writeStartObject();
                text(json, "source", appended.source());
                json.writeNumberProperty("partition", appended.partition());
                json.writeNumberProperty("offset", appended.offset());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeBooleanProperty("applied", answer.applied());
        });
    }

    /**
     * Both checksums.
     *
     * @param answer the answer
     * @return {@code {"learned", "state", "episodes", "associations", "concepts"}}
     */
    public byte[] of(Digest answer) {
        return object(json -> {
            json.writeStringProperty("learned", answer.learnedHex());
            json.writeStringProperty("state", answer.stateHex());
            json.writeNumberProperty("episodes", answer.episodes());
            json.writeNumberProperty("associations", answer.associations());
            json.writeNumberProperty("concepts", answer.concepts());
        });
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
        return object(json -> {
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
        return object(json -> {
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

    private byte[] object(Consumer<JsonGenerator> fields) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
        try (JsonGenerator json = factory.createGenerator(ObjectWriteContext.empty(), bytes)) {
            json.writeStartObject();
            fields.accept(json);
            json.writeEndObject();
        }
        return bytes.toByteArray();
    }

    private static void work(JsonGenerator json, Answers.Work work) {
        json.writeName("work");
        json.writeStartObject();
        json.writeNumberProperty("rows", work.rows());
        json.writeNumberProperty("associations", work.associations());
        json.writeNumberProperty("skipped", work.skipped());
        json.writeEndObject();
    }

    private static void direction(JsonGenerator json, String name, Answers.Direction direction) {
        json.writeName(name);
        json.writeStartObject();
        number(json, "strength", direction.strength());
        number(json, "saturated", direction.saturated());
        for (Map.Entry<Measure, @Nullable Double> measure : direction.measures().entrySet()) {
            if (measure.getKey() != Measure.STRENGTH) {
                number(json, measure.getKey().toString(), measure.getValue());
            }
        }
        json.writeNumberProperty("cuts", direction.cuts());
        number(json, "cutBound", direction.cutBound());
        json.writeEndObject();
    }

    private static void retention(JsonGenerator json, List<Retention> retention) {
        json.writeName("retention");
        json.writeStartArray();
        for (Retention kept : retention) {
            json.writeStartObject();
            json.writeStringProperty("horizon", kept.horizon());
            json.writeName("keeps");
            json.writeStartObject();
            number(json, "30d", kept.after30Days());
            number(json, "90d", kept.after90Days());
            number(json, "365d", kept.after365Days());
            json.writeEndObject();
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static @Nullable String isoOrNull(@Nullable Long atMs) {
        return atMs == null ? null : iso(atMs);
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

    private static void number(JsonGenerator json, String name, @Nullable Double value) {
        if (value == null) {
            json.writeNullProperty(name);
        } else {
            if (!Double.isFinite(value)) {
                throw new IllegalStateException("an answer must be finite: " + name + "=" + value);
            }
            json.writeNumberProperty(name, value.doubleValue());
        }
    }

    private static void text(JsonGenerator json, String name, @Nullable String value) {
        if (value == null) {
            json.writeNullProperty(name);
        } else {
            json.writeStringProperty(name, value);
        }
    }
}
