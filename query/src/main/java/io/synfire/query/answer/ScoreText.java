package io.synfire.query.answer;

import io.synfire.query.evaluate.Score;
import io.synfire.query.evaluate.Search;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Scores as Markdown tables, which read well in a terminal and may go into a document as they are. Immutable and thread-safe. */
public final class ScoreText {

    /**
     * How well memories predict.
     *
     * @param answer the answer
     * @return tables
     */
    public String of(EvaluateAnswer answer) {
        StringBuilder text = new StringBuilder();
        Search.Found found = answer.found();
        if (found != null) {
            trials(text, found);
        }
        List<Integer> ks = answer.scores().stream().map(Score::k).distinct().toList();
        for (int k : ks) {
            text.append(String.format(
                    Locale.ROOT,
                    "| %s | predictions | HR@%d | MRR@%d | coverage | popularity | µs per prediction |%n",
                    found == null ? "settings" : "data",
                    k,
                    k));
            text.append(String.format("| --- | --- | --- | --- | --- | --- | --- |%n"));
            for (Score score : answer.scores()) {
                if (score.k() == k) {
                    row(text, score);
                }
            }
            text.append(System.lineSeparator());
        }
        text.append(String.format(
                Locale.ROOT,
                "%s: %,d episodes learned, %,d concepts known, %,d lines or episodes not learned, %,d targets never seen%n",
                answer.protocol(),
                answer.episodes(),
                answer.concepts(),
                answer.rejected(),
                answer.scores().isEmpty() ? 0 : answer.scores().get(0).unknownTargets()));
        return text.toString();
    }

    private static void row(StringBuilder text, Score score) {
        text.append(String.format(
                Locale.ROOT,
                "| %s | %,d | %.4f | %.4f | %.3f | %.3f | %.0f |%n",
                score.settings(),
                score.predictions(),
                score.hitRate(),
                score.mrr(),
                score.coverage(),
                score.popularity(),
                score.micros().mean()));
    }

    private static void trials(StringBuilder text, Search.Found found) {
        text.append("| setting | value |");
        found.scores()
                .forEach(score -> text.append(
                        String.format(Locale.ROOT, " %s HR@%d / MRR@%d |", score.settings(), score.k(), score.k())));
        text.append(" mean of HR + MRR | |").append(System.lineSeparator());
        text.append("| --- ".repeat(found.scores().size() + 4)).append('|').append(System.lineSeparator());
        for (Search.Trial trial : found.trials()) {
            text.append(String.format(
                    "| %s | %s |", trial.setting().isEmpty() ? "defaults" : trial.setting(), trial.value()));
            trial.scores()
                    .forEach(score ->
                            text.append(String.format(Locale.ROOT, " %.4f / %.4f |", score.hitRate(), score.mrr())));
            text.append(String.format(Locale.ROOT, " %.4f | %s |%n", trial.mean(), trial.isKept() ? "kept" : ""));
        }
        text.append(System.lineSeparator());
        if (found.best().isEmpty()) {
            text.append(String.format("no value is better than the defaults by more than chance%n%n"));
        } else {
            text.append(String.format("better than the defaults:%n"));
            for (Map.Entry<String, String> setting : found.best().entrySet()) {
                text.append(String.format("  %s: %s%n", setting.getKey(), setting.getValue()));
            }
            text.append(System.lineSeparator());
        }
    }
}
