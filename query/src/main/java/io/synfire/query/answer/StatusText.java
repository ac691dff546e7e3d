package io.synfire.query.answer;

import io.synfire.engine.event.Position;
import io.synfire.engine.view.MemoryUse;
import java.util.Locale;

/** How a memory stands, as lines for a terminal. */
final class StatusText {

    private StatusText() {}

    /** Lines of names and values. */
    static String of(StatusAnswer answer) {
        StringBuilder text = new StringBuilder();
        Long watermarkMs = answer.watermarkMs();
        line(text, "ready", answer.ready());
        line(text, "watermark", watermarkMs == null ? "nothing learned yet" : AnswerJson.iso(watermarkMs));
        Long sourceMs = answer.sourceMs();
        if (sourceMs != null) {
            line(text, "source time", AnswerJson.iso(sourceMs));
        }
        String ahead = answer.ahead();
        if (ahead != null) {
            line(text, "ahead", ahead);
        }
        if (answer.lag() != null) {
            line(text, "lag", answer.lag());
        }
        line(text, "episodes", answer.counts().episodes());
        line(text, "pairs", answer.counts().pairs());
        line(text, "concepts", answer.counts().concepts());
        line(text, "associations", answer.counts().associations());
        line(text, "dead letters", answer.counts().deadLetters());
        line(text, "duplicates", answer.counts().duplicates());
        line(text, "trials", answer.trials().unit() + ": " + answer.trials().reason());
        for (Position position : answer.positions()) {
            line(
                    text,
                    "position",
                    position.source() + " partition " + position.partition() + " next " + position.nextOffset());
        }
        memory(text, answer.memory());
        answer.settings().forEach((key, value) -> line(text, key, value));
        AnswerText.retention(text, answer.retention());
        if (answer.waiting() != null) {
            line(text, "waiting", answer.waiting());
        }
        if (answer.failure() != null) {
            line(text, "failure", answer.failure());
        }
        return text.toString();
    }

    /** All that is accounted, then the parts that add up to it. */
    private static void memory(StringBuilder text, MemoryUse use) {
        line(text, "memory budget", bytes(use.budgetBytes()));
        line(text, "memory used", bytes(use.usedBytes()) + ", of it");
        line(text, "  ids", bytes(use.idsBytes()));
        line(text, "  marginals", bytes(use.marginalsBytes()));
        line(text, "  tables", bytes(use.tablesBytes()));
        line(text, "  held", bytes(use.heldBytes()));
        line(text, "  rowcache", bytes(use.rowcacheBytes()));
        line(text, "  checkpoint", bytes(use.checkpointBytes()));
        line(text, "  rocksdb cache", bytes(use.rocksdbCacheBytes()));
        line(text, "  memtables", bytes(use.rocksdbMemtablesBytes()));
        line(text, "  table readers", bytes(use.rocksdbReadersBytes()));
    }

    private static String bytes(long bytes) {
        return String.format(Locale.ROOT, "%,d bytes", bytes);
    }

    private static void line(StringBuilder text, String name, Object value) {
        AnswerText.line(text, name, value);
    }
}
