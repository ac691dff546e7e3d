package io.synfire.query.answer;

import io.synfire.engine.event.Position;
import io.synfire.engine.view.Digest;
import io.synfire.query.recall.Answers;
import io.synfire.query.recall.Measure;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Answers as lines for a terminal. Immutable and thread-safe. */
public final class AnswerText {

    private static final String ASSOCIATION = "  %-40s %10s %10s %10s %10s %8s%n";

    /**
     * Known concepts.
     *
     * @param answer the answer
     * @return a table
     */
    public String of(Answers.Concepts answer) {
        StringBuilder text =
                new StringBuilder(String.format(Locale.ROOT, "  %-40s %12s %8s%n", "concept", "activation", "degree"));
        for (Answers.Concept concept : answer.concepts()) {
            text.append(String.format(
                    Locale.ROOT,
                    "  %-40s %12s %8d%n",
                    concept.concept(),
                    number(concept.activation()),
                    concept.degree()));
        }
        return text.toString();
    }

    /**
     * What goes with a concept.
     *
     * @param answer the answer
     * @return a table
     */
    public String of(Answers.Associations answer) {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%s, by %s, as of %s%n",
                answer.concept(),
                answer.measure(),
                AnswerJson.iso(answer.asOfMs())));
        text.append(
                String.format(Locale.ROOT, ASSOCIATION, "concept", "score", "strength", "confidence", "lift", "npmi"));
        for (Answers.Association association : answer.associations()) {
            text.append(String.format(
                    Locale.ROOT,
                    ASSOCIATION,
                    association.concept(),
                    number(association.score()),
                    number(association.strength()),
                    number(association.confidence()),
                    number(association.lift()),
                    number(association.npmi())));
        }
        return text.toString();
    }

    /**
     * Everything about a pair.
     *
     * @param answer the answer
     * @return lines per horizon
     */
    public String of(Answers.Explanation answer) {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT, "%s and %s, as of %s%n", answer.from(), answer.to(), AnswerJson.iso(answer.asOfMs())));
        for (Answers.HorizonExplanation horizon : answer.horizons()) {
            text.append(String.format(
                    Locale.ROOT,
                    "horizon %s: activation %s and %s, of %s episodes%n",
                    horizon.horizon(),
                    number(horizon.fromActivation()),
                    number(horizon.toActivation()),
                    number(horizon.episodes())));
            direction(text, answer.from() + " → " + answer.to(), horizon.forward());
            direction(text, answer.to() + " → " + answer.from(), horizon.backward());
        }
        return text.toString();
    }

    /**
     * What cues bring to mind.
     *
     * @param answer the answer
     * @return a table with the reasons
     */
    public String of(Answers.Recall answer) {
        StringBuilder text = new StringBuilder();
        for (Answers.Recalled result : answer.results()) {
            text.append(String.format(Locale.ROOT, "  %-40s %10s  because", result.concept(), number(result.score())));
            for (Answers.Contribution reason : result.because()) {
                text.append(String.format(Locale.ROOT, " %s", reason.cue()));
                if (!reason.via().equals(reason.cue())) {
                    text.append(" via ").append(reason.via());
                }
                text.append(String.format(Locale.ROOT, " (%s);", number(reason.contribution())));
            }
            text.setLength(text.length() - 1);
            text.append(System.lineSeparator());
        }
        if (!answer.unknownCues().isEmpty()) {
            text.append("unknown cues: ")
                    .append(String.join(", ", answer.unknownCues()))
                    .append(System.lineSeparator());
        }
        return text.toString();
    }

    /**
     * How a memory stands.
     *
     * @param answer the answer
     * @return lines of names and values
     */
    public String of(StatusAnswer answer) {
        StringBuilder text = new StringBuilder();
        Long watermarkMs = answer.watermarkMs();
        line(text, "ready", answer.ready());
        line(text, "watermark", watermarkMs == null ? "nothing learned yet" : AnswerJson.iso(watermarkMs));
        if (answer.lag() != null) {
            line(text, "lag", answer.lag());
        }
        line(text, "episodes", answer.counts().episodes());
        line(text, "pairs", answer.counts().pairs());
        line(text, "concepts", answer.counts().concepts());
        line(text, "associations", answer.counts().associations());
        line(text, "dead letters", answer.counts().deadLetters());
        line(text, "duplicates", answer.counts().duplicates());
        for (Position position : answer.positions()) {
            line(
                    text,
                    "position",
                    position.source() + " partition " + position.partition() + " next " + position.nextOffset());
        }
        answer.settings().forEach((key, value) -> line(text, key, value));
        if (answer.failure() != null) {
            line(text, "failure", answer.failure());
        }
        return text.toString();
    }

    /**
     * Both checksums.
     *
     * @param answer the answer
     * @return lines of names and values
     */
    public String of(Digest answer) {
        StringBuilder text = new StringBuilder();
        line(text, "learned", answer.learnedHex());
        line(text, "state", answer.stateHex());
        line(text, "episodes", answer.episodes());
        line(text, "associations", answer.associations());
        line(text, "concepts", answer.concepts());
        return text.toString();
    }

    private static void direction(StringBuilder text, String name, Answers.Direction direction) {
        text.append(String.format(Locale.ROOT, "  %s%n    saturated %s", name, number(direction.saturated())));
        for (Map.Entry<Measure, @Nullable Double> measure : direction.measures().entrySet()) {
            text.append(String.format(Locale.ROOT, "  %s %s", measure.getKey(), number(measure.getValue())));
        }
        if (direction.cuts() > 0) {
            text.append(String.format(
                    Locale.ROOT,
                    "  cut back %d times, lost at most %s",
                    direction.cuts(),
                    number(direction.cutBound())));
        }
        text.append(System.lineSeparator());
    }

    private static void line(StringBuilder text, String name, Object value) {
        text.append(String.format(Locale.ROOT, "  %-18s %s%n", name, value));
    }

    private static String number(@Nullable Double value) {
        return value == null ? "-" : String.format(Locale.ROOT, "%.4g", value);
    }
}
