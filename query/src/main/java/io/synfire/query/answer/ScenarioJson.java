package io.synfire.query.answer;

import io.synfire.query.answer.ScenarioAnswer.Outcome;
import io.synfire.query.answer.ScenarioAnswer.Sample;
import io.synfire.query.answer.ScenarioAnswer.Setup;
import io.synfire.query.answer.ScenarioAnswer.Step;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/** A long run as JSON: what was run, what follows, and all samples. Thread-safe. */
public final class ScenarioJson {

    private final JsonDocument document = new JsonDocument();

    /**
     * How a memory bears a long run.
     *
     * @param answer the answer
     * @return one document
     */
    public byte[] of(ScenarioAnswer answer) {
        ScenarioFigures figures = new ScenarioFigures(answer);
        return document.of(json -> {
            setup(json, answer.setup());
            summary(json, answer, figures);
            json.writeName("steps");
            json.writeStartArray();
            for (Step step : answer.steps()) {
                json.writeStartObject();
                json.writeNumberProperty("edges", step.edges());
                json.writeNumberProperty("nanosPerPair", step.nanosPerPair());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeName("spans");
            json.writeStartArray();
            for (ScenarioFigures.Span span : figures.spans()) {
                json.writeStartObject();
                json.writeNumberProperty("fromSeconds", span.fromSeconds());
                json.writeNumberProperty("toSeconds", span.toSeconds());
                json.writeNumberProperty("pairsPerSecond", span.pairsPerSecond());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeName("samples");
            json.writeStartArray();
            for (int i = 0; i < answer.samples().size(); i++) {
                sample(json, answer.samples().get(i), figures.pairsPerSecond(i));
            }
            json.writeEndArray();
        });
    }

    private static void setup(JsonGenerator json, Setup setup) {
        json.writeName("setup");
        json.writeStartObject();
        json.writeStringProperty("scenario", setup.scenario().label());
        json.writeNumberProperty("seed", setup.seed());
        whole(json, "baskets", setup.baskets() == 0 ? null : Long.valueOf(setup.baskets()));
        whole(json, "edges", setup.edges() == 0 ? null : Long.valueOf(setup.edges()));
        json.writeNumberProperty("seconds", setup.seconds());
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

    private static void summary(JsonGenerator json, ScenarioAnswer answer, ScenarioFigures figures) {
        Outcome outcome = answer.outcome();
        json.writeName("summary");
        json.writeStartObject();
        json.writeNumberProperty("pairsPerSecond", outcome.rate().pairsPerSecond());
        json.writeNumberProperty("basketsPerSecond", outcome.rate().basketsPerSecond());
        json.writeNumberProperty("pairs", outcome.rate().pairs());
        json.writeNumberProperty("baskets", outcome.rate().baskets());
        json.writeNumberProperty("seconds", outcome.rate().seconds());
        JsonFields.number(json, "processorsUsed", figures.processorsUsed());
        json.writeNumberProperty("concepts", outcome.concepts());
        json.writeNumberProperty("edges", outcome.edges());
        json.writeNumberProperty("countedEdges", outcome.countedEdges());
        json.writeNumberProperty("slowestSpanPairsPerSecond", figures.slowest());
        json.writeNumberProperty("fastestSpanPairsPerSecond", figures.fastest());
        JsonFields.number(json, "flatness", figures.flatness());
        JsonFields.number(json, "costRatio", figures.costRatio());
        json.writeNumberProperty("leastAheadBaskets", figures.leastAheadBaskets());
        json.writeNumberProperty("maxAccountedBytes", figures.mostAccountedBytes());
        json.writeNumberProperty("maxHeapAccountedBytes", figures.mostHeapBytes());
        json.writeNumberProperty("maxOffHeapAccountedBytes", figures.mostOffHeapBytes());
        json.writeBooleanProperty("withinBudget", figures.isWithinBudget());
        json.writeNumberProperty("samplesAboveBudget", figures.samplesAboveBudget());
        json.writeNumberProperty("samplesAboveHeapShare", figures.samplesAboveHeapShare());
        whole(json, "maxResidentBytes", figures.peakResidentBytes());
        json.writeNumberProperty("tableRoomBytes", figures.tableRoomBytes());
        json.writeNumberProperty("tableStateBytes", figures.tableStateBytes());
        JsonFields.number(json, "roomRatio", figures.roomRatio());
        json.writeNumberProperty("checkpoints", figures.last().checkpoints());
        json.writeNumberProperty("maxCheckpointMs", figures.last().maxCheckpointMs());
        json.writeNumberProperty("maxBlockedMs", figures.last().maxBlockedMs());
        json.writeNumberProperty("storeBytes", outcome.storeBytes());
        json.writeNumberProperty("bytesPerEdge", outcome.bytesPerEdge());
        json.writeNumberProperty("closeSeconds", outcome.closeSeconds());
        json.writeNumberProperty("openSeconds", outcome.openSeconds());
        json.writeEndObject();
    }

    private static void sample(JsonGenerator json, Sample sample, double pairsPerSecond) {
        json.writeStartObject();
        json.writeNumberProperty("seconds", sample.seconds());
        json.writeNumberProperty("pairsPerSecond", pairsPerSecond);
        json.writeNumberProperty("baskets", sample.baskets());
        json.writeNumberProperty("aheadBaskets", sample.aheadBaskets());
        json.writeNumberProperty("pairs", sample.pairs());
        json.writeNumberProperty("edges", sample.edges());
        json.writeNumberProperty("accountedBytes", sample.memory().accountedBytes());
        json.writeNumberProperty("heapAccountedBytes", sample.memory().heapBytes());
        json.writeNumberProperty("fixedBytes", sample.memory().fixedBytes());
        json.writeNumberProperty("conceptBytes", sample.memory().conceptBytes());
        json.writeNumberProperty("offHeapAccountedBytes", sample.memory().offHeapBytes());
        whole(json, "residentBytes", sample.memory().residentBytes());
        JsonFields.number(json, "cpuSeconds", sample.cpuSeconds());
        json.writeNumberProperty("storeBytes", sample.storeBytes());
        json.writeNumberProperty("checkpoints", sample.checkpoints());
        json.writeNumberProperty("maxCheckpointMs", sample.maxCheckpointMs());
        json.writeNumberProperty("maxBlockedMs", sample.maxBlockedMs());
        json.writeEndObject();
    }

    private static void whole(JsonGenerator json, String name, @Nullable Long value) {
        if (value == null) {
            json.writeNullProperty(name);
        } else {
            json.writeNumberProperty(name, value.longValue());
        }
    }
}
