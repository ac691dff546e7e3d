package io.synfire.query.answer;

import io.synfire.query.answer.BenchAnswer.Checkpoints;
import io.synfire.query.answer.BenchAnswer.Contender;
import io.synfire.query.answer.BenchAnswer.Held;
import io.synfire.query.answer.BenchAnswer.Setup;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A benchmark as a Markdown table, which reads well in a terminal and may go into a document as it is. Immutable and thread-safe. */
public final class BenchText {

    /**
     * How fast a memory learns, beside the others.
     *
     * @param answer the answer
     * @return a table and what has to be known to read it
     */
    public String of(BenchAnswer answer) {
        StringBuilder text = new StringBuilder();
        line(text, "| | pairs/s | Synfire ÷ this | baskets/s | pairs | seconds | bytes/edge |");
        line(text, "| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
        answer.contenders().forEach(contender -> row(text, answer, contender));
        line(text, "");
        Setup setup = answer.setup();
        line(
                text,
                "workload: %,d baskets, %,d ordered pairs, seed %d; JSON in one topic of %d partitions, each contender reads all of it",
                setup.baskets(),
                setup.pairs(),
                setup.seed(),
                setup.partitions());
        line(
                text,
                "machine: %d processors for all, broker included; Java %s, heap %s, Synfire's memory %s, %s; %s",
                setup.processors(),
                setup.java(),
                mebibytes(setup.heapBytes()),
                mebibytes(setup.memoryBytes()),
                setup.fileSystem(),
                setup.settings().isEmpty() ? "default settings" : "with " + String.join(" ", setup.settings()));
        line(
                text,
                "producing (generated, acks=all): %,.0f baskets/s, %.1f s",
                answer.producing().basketsPerSecond(),
                answer.producing().seconds());
        line(
                text,
                "order: %s%nwarm-up of each, right before, on other records: %s",
                answer.contenders().stream()
                        .map(contender -> label(contender.name()))
                        .collect(Collectors.joining("; ")),
                warmUps(answer.warmUps()));
        details(text, answer);
        return text.toString();
    }

    /**
     * What a contender is called where there is little room.
     *
     * @param name its name in JSON
     * @return its name for people
     */
    static String label(String name) {
        return switch (name) {
            case BenchAnswer.SYNFIRE -> "Synfire";
            case BenchAnswer.IN_MEMORY -> "Synfire without checkpoints";
            case BenchAnswer.CEILING -> "read and decode alone";
            case BenchAnswer.STREAMS -> "Kafka Streams, naive";
            case BenchAnswer.REDIS -> "Redis ZINCRBY, pipelined";
            default -> name;
        };
    }

    /**
     * How Synfire's rate is to another's.
     *
     * @param ratio above 1 where Synfire is faster
     * @return such as {@code 95x} or {@code 0.71x}
     */
    static String times(double ratio) {
        return String.format(Locale.ROOT, ratio >= 10 ? "%.0fx" : ratio >= 2 ? "%.1fx" : "%.2fx", ratio);
    }

    private static void row(StringBuilder text, BenchAnswer answer, Contender contender) {
        boolean isOurs = contender.name().equals(BenchAnswer.SYNFIRE);
        Double ratio = isOurs ? null : answer.ratioTo(contender.name());
        Held held = contender.held();
        line(
                text,
                "| %s | %,.0f | %s | %,.0f | %,d%s | %.1f | %s |",
                isOurs ? "**Synfire**" : label(contender.name()),
                contender.rate().pairsPerSecond(),
                ratio == null ? "" : times(ratio),
                contender.rate().basketsPerSecond(),
                contender.rate().pairs(),
                contender.cappedAtSeconds() == null ? "" : " (capped)",
                contender.rate().seconds(),
                held == null
                        ? ""
                        : String.format(
                                Locale.ROOT,
                                "%.1f%s",
                                held.bytesPerEdge(),
                                contender.name().equals(BenchAnswer.REDIS) ? " (RAM)" : ""));
    }

    private static void details(StringBuilder text, BenchAnswer answer) {
        for (Contender contender : answer.contenders()) {
            Checkpoints checkpoints = contender.checkpoints();
            Double maxApplyMs = contender.maxApplyMs();
            if (checkpoints != null && maxApplyMs != null) {
                line(
                        text,
                        "%s: %d checkpoints in %.1f s, the longest %.0f ms, %.1f bytes a pair; the longest batch %.0f ms",
                        label(contender.name()),
                        checkpoints.count(),
                        checkpoints.seconds(),
                        checkpoints.maxMs(),
                        checkpoints.bytes()
                                / (double) Math.max(1, contender.rate().pairs()),
                        maxApplyMs);
            }
        }
        line(
                text,
                "bytes/edge: all files as they lie in the end, write-ahead log and what is not yet compacted away included");
        if (answer.contender(BenchAnswer.STREAMS) != null) {
            line(
                    text,
                    "Kafka Streams: flatMap to pairs, groupByKey, aggregate per edge; exactly_once_v2, 2 threads, other settings default; the clock runs"
                            + " from its first record to its last pair, start-up and commit not counted");
        }
        line(
                text,
                answer.contender(BenchAnswer.REDIS) == null
                        ? "Redis: there is no redis-server on the PATH"
                        : "Redis: one ZINCRBY a pair, 10,000 in a pipeline; nothing of it is durable, and nothing decays");
        if (answer.contenders().stream().anyMatch(contender -> contender.cappedAtSeconds() != null)) {
            line(text, "capped: stopped before it was done, so on less state than the others");
        }
    }

    private static String warmUps(List<Contender> warmUps) {
        return warmUps.stream()
                .map(warmUp -> String.format(
                        Locale.ROOT,
                        "%s %,d pairs in %.1f s",
                        label(warmUp.name()),
                        warmUp.rate().pairs(),
                        warmUp.rate().seconds()))
                .collect(Collectors.joining("; "));
    }

    private static String mebibytes(long bytes) {
        return String.format(Locale.ROOT, "%,d MiB", bytes >> 20);
    }

    private static void line(StringBuilder text, String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values)).append(System.lineSeparator());
    }
}
