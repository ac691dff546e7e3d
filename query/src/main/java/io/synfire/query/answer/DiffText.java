package io.synfire.query.answer;

import io.synfire.query.compare.MemoryComparison;
import io.synfire.query.evaluate.Score;
import java.util.List;
import java.util.Locale;

/** What changed between two memories as text. Immutable and thread-safe. */
public final class DiffText {

    /**
     * What changed.
     *
     * @param answer the answer
     * @return lines
     */
    public String of(DiffAnswer answer) {
        MemoryComparison found = answer.comparison();
        StringBuilder text = new StringBuilder();
        side(text, "first", answer.first(), found.first());
        side(text, "second", answer.second(), found.second());
        found.settings()
                .forEach((key, change) -> text.append(String.format("  %-10s %s: %s%n", "setting", key, change)));
        text.append(String.format(
                Locale.ROOT,
                "%n%,d concepts are active in both, %,d with associations; of their strongest %d:%n",
                found.shared(),
                found.compared(),
                found.k()));
        means(text, "mean", found.plain());
        means(text, "by activation", found.weighted());
        moved(text, found);
        if (!found.shifted().isEmpty()) {
            text.append(String.format("%nmore or less active than before (share of all activation):%n"));
        }
        for (MemoryComparison.Shifted shifted : found.shifted()) {
            text.append(String.format(
                    Locale.ROOT,
                    "  %-42s %.4f %% -> %.4f %%%n",
                    shifted.concept(),
                    100 * shifted.firstShare(),
                    100 * shifted.secondShare()));
        }
        only(text, "the first", found.onlyFirst());
        only(text, "the second", found.onlySecond());
        scores(text, answer.scores());
        return text.toString();
    }

    private static void side(StringBuilder text, String name, String data, MemoryComparison.Side side) {
        text.append(String.format(
                Locale.ROOT,
                "  %-10s %s: %,d episodes, %,d concepts, %,d associations, as of %s, half-life %s%n",
                name,
                data,
                side.episodes(),
                side.concepts(),
                side.associations(),
                AnswerJson.iso(side.watermarkMs()),
                side.horizon()));
    }

    private static void means(StringBuilder text, String name, MemoryComparison.Means means) {
        text.append(String.format(
                Locale.ROOT, "  %-16s overlap %.4f  rank-biased overlap %.4f%n", name, means.overlap(), means.rbo()));
    }

    private static void moved(StringBuilder text, MemoryComparison found) {
        if (found.moved().isEmpty()) {
            return;
        }
        text.append(String.format(
                Locale.ROOT,
                "%nmoved most, of those with an activation of %s or more in both:%n",
                String.format(Locale.ROOT, "%.4g", found.minSupport())));
        for (MemoryComparison.Moved moved : found.moved()) {
            text.append(String.format(
                    Locale.ROOT,
                    "  %-42s rbo %.4f  overlap %.2f  gained %s; lost %s%n",
                    moved.concept(),
                    moved.rbo(),
                    moved.overlap(),
                    list(moved.gained()),
                    list(moved.lost())));
        }
    }

    private static void only(StringBuilder text, String which, MemoryComparison.Only only) {
        if (only.count() > 0) {
            text.append(String.format(
                    Locale.ROOT,
                    "%n%,d concepts are active in %s alone: %s%n",
                    only.count(),
                    which,
                    list(only.most())));
        }
    }

    private static void scores(StringBuilder text, List<Score> scores) {
        for (Score score : scores) {
            text.append(String.format(
                    Locale.ROOT,
                    "%s%s: HR@%d %.4f  MRR@%d %.4f over %,d predictions, %,d of them of concepts it does not know%n",
                    score.equals(scores.get(0)) ? System.lineSeparator() : "",
                    score.settings(),
                    score.k(),
                    score.hitRate(),
                    score.k(),
                    score.mrr(),
                    score.predictions(),
                    score.unknownTargets()));
        }
    }

    private static String list(List<String> ids) {
        return ids.isEmpty() ? "none" : String.join(", ", ids);
    }
}
