package io.synfire.query.answer;

import io.synfire.query.answer.ScenarioAnswer.Outcome;
import io.synfire.query.answer.ScenarioAnswer.Sample;
import io.synfire.query.answer.ScenarioAnswer.Scenario;
import io.synfire.query.answer.ScenarioAnswer.Setup;
import io.synfire.query.answer.ScenarioAnswer.Step;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A long run as a Markdown table and what has to be known to read it. Immutable and thread-safe. */
public final class ScenarioText {

    /**
     * How a memory bears a long run.
     *
     * @param answer the answer
     * @return a table of ten spans, one of what a pair costs where the scenario asks for it, and the summary
     */
    public String of(ScenarioAnswer answer) {
        ScenarioFigures figures = new ScenarioFigures(answer);
        StringBuilder text = new StringBuilder();
        line(text, "| minutes | pairs/s | pairs | edges | accounted MiB | resident MiB | store MiB |");
        line(text, "| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
        figures.spans().forEach(span -> row(text, span));
        line(text, "");
        if (!answer.steps().isEmpty()) {
            line(text, "| edges | ns/pair since the step before |");
            line(text, "| ---: | ---: |");
            for (Step step : answer.steps()) {
                line(text, "| %,d | %,.0f |", step.edges(), step.nanosPerPair());
            }
            line(text, "");
        }
        learned(text, answer, figures);
        memory(text, answer, figures);
        line(
                text,
                "checkpoints: %d, the longest %,.0f ms, beside learning; learning waited for one at most %,.0f ms",
                figures.last().checkpoints(),
                figures.last().maxCheckpointMs(),
                figures.last().maxBlockedMs());
        Outcome outcome = answer.outcome();
        line(
                text,
                "store: %s in all files once closed (%.1f s), %.1f bytes/edge; opened again in %.2f s, from the system's cache",
                mebibytes(outcome.storeBytes()),
                outcome.closeSeconds(),
                outcome.bytesPerEdge(),
                outcome.openSeconds());
        machine(text, answer.setup(), figures.processorsUsed());
        return text.toString();
    }

    private static void row(StringBuilder text, ScenarioFigures.Span span) {
        Sample last = span.last();
        Long resident = last.memory().residentBytes();
        line(
                text,
                "| %.1f to %.1f | %,.0f | %,d | %,d | %,d | %s | %,d |",
                span.fromSeconds() / 60,
                span.toSeconds() / 60,
                span.pairsPerSecond(),
                last.pairs(),
                last.edges(),
                last.memory().accountedBytes() >> 20,
                resident == null ? "" : String.format(Locale.ROOT, "%,d", resident >> 20),
                last.storeBytes() >> 20);
    }

    private static void learned(StringBuilder text, ScenarioAnswer answer, ScenarioFigures figures) {
        Setup setup = answer.setup();
        Outcome outcome = answer.outcome();
        boolean isGrowth = setup.scenario() == Scenario.GROWTH;
        line(
                text,
                "%s: %,.0f pairs/s over %.1f s, until the last was durable: %,d baskets, %,d ordered pairs, %,d concepts, %,d edges%s",
                setup.scenario().label(),
                outcome.rate().pairsPerSecond(),
                outcome.rate().seconds(),
                outcome.rate().baskets(),
                outcome.rate().pairs(),
                outcome.concepts(),
                outcome.edges(),
                isGrowth && outcome.countedEdges() < setup.edges()
                        ? String.format(Locale.ROOT, " of %,d that were wanted", setup.edges())
                        : "");
        Double flatness = figures.flatness();
        if (outcome.edges() != outcome.countedEdges()) {
            line(
                    text,
                    "edges in the tables above are as the memory counts them while it learns, %,d in the end: what was added to a row that is not in memory may count twice",
                    outcome.countedEdges());
        }
        line(
                text,
                "ten spans: slowest %,.0f pairs/s, fastest %,.0f; without the first, slowest ÷ fastest is %s",
                figures.slowest(),
                figures.fastest(),
                flatness == null ? "not known" : String.format(Locale.ROOT, "%.2f", flatness));
        Double cost = figures.costRatio();
        if (cost != null) {
            line(
                    text,
                    "cost: a pair at %,d edges is %.2fx one at %,d",
                    answer.steps().get(answer.steps().size() - 1).edges(),
                    cost,
                    answer.steps().get(0).edges());
        }
        line(
                text,
                "workload: seed %d, %s; a producer in the process keeps ahead, by %,d baskets at the least",
                setup.seed(),
                isGrowth
                        ? "never the same basket twice"
                        : String.format(Locale.ROOT, "the same %,d baskets again and again", setup.baskets()),
                figures.leastAheadBaskets());
    }

    private static void memory(StringBuilder text, ScenarioAnswer answer, ScenarioFigures figures) {
        Setup setup = answer.setup();
        Long resident = figures.peakResidentBytes();
        line(
                text,
                "memory: budget %s, accounted at most %s: %s; heap at most %s of its half, %s%s; ids and marginals of that %s; RocksDB at most %s",
                mebibytes(setup.memoryBytes()),
                mebibytes(figures.mostAccountedBytes()),
                figures.isWithinBudget() ? "within it" : "above it " + often(answer, figures.samplesAboveBudget()),
                mebibytes(figures.mostHeapBytes()),
                mebibytes(figures.heapShareBytes()),
                figures.samplesAboveHeapShare() == 0
                        ? ""
                        : ", above it " + often(answer, figures.samplesAboveHeapShare()),
                mebibytes(figures.last().memory().conceptBytes()),
                mebibytes(figures.mostOffHeapBytes()));
        line(
                text,
                "process: resident at most %s, producer and broker included; its heap may become %s",
                resident == null ? "an unknown size" : mebibytes(resident),
                mebibytes(setup.heapBytes()));
        Double ratio = figures.roomRatio();
        if (ratio != null) {
            line(
                    text,
                    "room for tables: %s on the heap beside dictionary and marginals, %.2f of the %s or so that all edges would take; on disk they take %s",
                    mebibytes(figures.tableRoomBytes()),
                    ratio,
                    mebibytes(figures.tableStateBytes()),
                    mebibytes(answer.outcome().storeBytes()));
        }
    }

    private static void machine(StringBuilder text, Setup setup, @Nullable Double used) {
        line(
                text,
                "machine: %d processors for all, producer and broker included%s; Java %s, %s; one topic of %d partitions; %s",
                setup.processors(),
                used == null ? "" : String.format(Locale.ROOT, ", of which the process had %.1f on average", used),
                setup.java(),
                setup.fileSystem(),
                setup.partitions(),
                setup.settings().isEmpty() ? "default settings" : "with " + String.join(" ", setup.settings()));
    }

    private static String often(ScenarioAnswer answer, long samples) {
        return String.format(
                Locale.ROOT, "in %d of %d samples", samples, answer.samples().size());
    }

    private static String mebibytes(long bytes) {
        return String.format(Locale.ROOT, "%,d MiB", bytes >> 20);
    }

    private static void line(StringBuilder text, String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values)).append(System.lineSeparator());
    }
}
