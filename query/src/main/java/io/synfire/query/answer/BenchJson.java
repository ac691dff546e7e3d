package io.synfire.query.answer;

import io.synfire.query.answer.BenchAnswer.Checkpoints;
import io.synfire.query.answer.BenchAnswer.Contender;
import io.synfire.query.answer.BenchAnswer.Held;
import io.synfire.query.answer.BenchAnswer.Rate;
import io.synfire.query.answer.BenchAnswer.Setup;
import java.util.List;
import tools.jackson.core.JsonGenerator;

/** A benchmark as JSON: one object for each contender, null for one that did not run. Thread-safe. */
public final class BenchJson {

    private static final List<String> NAMES = List.of(
            BenchAnswer.SYNFIRE, BenchAnswer.IN_MEMORY, BenchAnswer.CEILING, BenchAnswer.STREAMS, BenchAnswer.REDIS);

    private final JsonDocument document = new JsonDocument();

    /**
     * How fast a memory learns, beside the others.
     *
     * @param answer the answer
     * @return one document
     */
    public byte[] of(BenchAnswer answer) {
        return document.of(json -> {
            setup(json, answer.setup());
            json.writeName("producing");
            json.writeStartObject();
            rate(json, answer.producing());
            json.writeEndObject();
            names(json, "order", answer.contenders());
            for (String name : NAMES) {
                Contender contender = answer.contender(name);
                if (contender == null) {
                    json.writeNullProperty(name);
                } else {
                    json.writeName(name);
                    contender(json, contender);
                }
            }
            JsonFields.number(json, "ratioToKafkaStreams", answer.ratioTo(BenchAnswer.STREAMS));
            JsonFields.number(json, "ratioToRedis", answer.ratioTo(BenchAnswer.REDIS));
            JsonFields.number(json, "ratioToInMemory", answer.ratioTo(BenchAnswer.IN_MEMORY));
            JsonFields.number(json, "ratioToCeiling", answer.ratioTo(BenchAnswer.CEILING));
            json.writeName("warmUp");
            json.writeStartObject();
            for (Contender warmUp : answer.warmUps()) {
                json.writeName(warmUp.name());
                contender(json, warmUp);
            }
            json.writeEndObject();
        });
    }

    private static void setup(JsonGenerator json, Setup setup) {
        json.writeName("setup");
        json.writeStartObject();
        json.writeNumberProperty("seed", setup.seed());
        json.writeNumberProperty("baskets", setup.baskets());
        json.writeNumberProperty("pairs", setup.pairs());
        json.writeNumberProperty("partitions", setup.partitions());
        json.writeNumberProperty("processors", setup.processors());
        json.writeStringProperty("java", setup.java());
        json.writeNumberProperty("heapBytes", setup.heapBytes());
        json.writeNumberProperty("memoryBytes", setup.memoryBytes());
        json.writeStringProperty("fileSystem", setup.fileSystem());
        json.writeName("settings");
        json.writeStartArray();
        setup.settings().forEach(json::writeString);
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void names(JsonGenerator json, String name, List<Contender> contenders) {
        json.writeName(name);
        json.writeStartArray();
        contenders.forEach(contender -> json.writeString(contender.name()));
        json.writeEndArray();
    }

    private static void contender(JsonGenerator json, Contender contender) {
        json.writeStartObject();
        rate(json, contender.rate());
        Double cappedAtSeconds = contender.cappedAtSeconds();
        if (cappedAtSeconds != null) {
            json.writeNumberProperty("cappedAtSeconds", cappedAtSeconds.doubleValue());
        }
        Held held = contender.held();
        if (held != null) {
            json.writeNumberProperty("edges", held.edges());
            json.writeNumberProperty("bytes", held.bytes());
            json.writeNumberProperty("bytesPerEdge", held.bytesPerEdge());
        }
        Checkpoints checkpoints = contender.checkpoints();
        if (checkpoints != null) {
            json.writeNumberProperty("checkpoints", checkpoints.count());
            json.writeNumberProperty("checkpointSeconds", checkpoints.seconds());
            json.writeNumberProperty("maxCheckpointMs", checkpoints.maxMs());
            json.writeNumberProperty("checkpointBytes", checkpoints.bytes());
            json.writeNumberProperty(
                    "checkpointBytesPerPair",
                    checkpoints.bytes() / (double) Math.max(1, contender.rate().pairs()));
        }
        Double maxApplyMs = contender.maxApplyMs();
        if (maxApplyMs != null) {
            json.writeNumberProperty("maxApplyMs", maxApplyMs.doubleValue());
        }
        json.writeEndObject();
    }

    private static void rate(JsonGenerator json, Rate rate) {
        json.writeNumberProperty("pairsPerSecond", rate.pairsPerSecond());
        json.writeNumberProperty("basketsPerSecond", rate.basketsPerSecond());
        json.writeNumberProperty("pairs", rate.pairs());
        json.writeNumberProperty("baskets", rate.baskets());
        json.writeNumberProperty("seconds", rate.seconds());
    }
}
