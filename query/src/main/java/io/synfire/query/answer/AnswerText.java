package io.synfire.query.answer;

import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Shown;
import io.synfire.engine.view.Digest;
import io.synfire.query.recall.Answers;
import io.synfire.query.recall.Measure;
import io.synfire.query.recall.Retention;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Answers as lines for a terminal. Immutable and thread-safe. */
public final class AnswerText {

    /** Of an episode as many concepts are shown. */
    private static final int CONCEPTS_MAX = 8;

    private static final String TREND = "  %-60s %10s %12s%n";
    private static final String ASSOCIATION = "  %-40s %10s %10s %10s %10s %8s%n";

    /**
     * Known concepts.
     *
     * @param answer the answer
     * @return a table, and of whom the degree was not counted
     */
    public String of(Answers.Concepts answer) {
        StringBuilder text =
                new StringBuilder(String.format(Locale.ROOT, "  %-40s %12s %8s%n", "concept", "activation", "degree"));
        for (Answers.Concept concept : answer.concepts()) {
            text.append(String.format(
                    Locale.ROOT,
                    "  %-40s %12s %8s%n",
                    concept.concept(),
                    number(concept.activation()),
                    concept.degree() == null ? "-" : concept.degree()));
        }
        return text.append(WorkText.of(answer.work(), "")).toString();
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
                "%s, by %s, as of %s, trials are %s%n",
                answer.concept(),
                answer.measure(),
                AnswerJson.iso(answer.asOfMs()),
                answer.trials()));
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
                Locale.ROOT,
                "%s and %s, as of %s, trials are %s%n",
                answer.from(),
                answer.to(),
                AnswerJson.iso(answer.asOfMs()),
                answer.trials()));
        for (Answers.HorizonExplanation horizon : answer.horizons()) {
            text.append(String.format(
                    Locale.ROOT,
                    "horizon %s: activation %s and %s, of %s episodes%n",
                    horizon.horizon(),
                    number(horizon.fromActivation()),
                    number(horizon.toActivation()),
                    number(horizon.episodes())));
            direction(text, answer.from(), answer.to(), horizon.forward());
            direction(text, answer.to(), answer.from(), horizon.backward());
        }
        recallPath(text, answer.from(), answer.to(), answer.forwardRecall());
        recallPath(text, answer.to(), answer.from(), answer.backwardRecall());
        Long lastMs = answer.lastReinforcedMs();
        if (lastMs != null) {
            text.append(String.format("not reinforced after %s%n", AnswerJson.iso(lastMs)));
        }
        if (answer.forgetBelow() > 0) {
            text.append(String.format(
                    Locale.ROOT,
                    "falls below forget.below %s, if not used: %s → %s %s, %s → %s %s%n",
                    number(answer.forgetBelow()),
                    answer.from(),
                    answer.to(),
                    moment(answer.forwardBelowMs()),
                    answer.to(),
                    answer.from(),
                    moment(answer.backwardBelowMs())));
        }
        retention(text, answer.retention());
        return text.toString();
    }

    /**
     * Everything about a pair, with evidence from the log.
     *
     * @param answer the answer
     * @param evidence where in the log both fired
     * @return the same, then an episode in each line, and what was searched
     */
    public String of(Answers.Explanation answer, EvidenceAnswer evidence) {
        StringBuilder text = new StringBuilder(of(answer));
        text.append(String.format(
                Locale.ROOT,
                "evidence: %d found in the last %,d records%n",
                evidence.found().size(),
                evidence.records()));
        Set<String> pair = Set.copyOf(List.of(answer.from(), answer.to()));
        for (EvidenceAnswer.Together together : evidence.found()) {
            place(text, together.latest(), pair, "");
            EvidenceAnswer.Place earlier = together.earlier();
            if (earlier != null) {
                place(text, earlier, pair, "  after ");
            }
        }
        for (EvidenceAnswer.Searched searched : evidence.searched()) {
            text.append(String.format(
                    Locale.ROOT,
                    "searched %s partition %d, offsets %d to %d%n",
                    Shown.line(searched.source()),
                    searched.partition(),
                    searched.fromOffset(),
                    searched.toOffset()));
        }
        for (String gone : evidence.unsearched()) {
            text.append(String.format(Locale.ROOT, "not searched %s%n", gone));
        }
        if (evidence.doubt() != null) {
            text.append(String.format(Locale.ROOT, "in doubt: %s%n", evidence.doubt()));
        }
        return text.toString();
    }

    /**
     * What is growing fastest.
     *
     * @param answer the answer
     * @return two tables, and whose associations were left out
     */
    public String of(Answers.Trending answer) {
        if (answer.fast() == null) {
            return String.format("a trend needs two half-lives that decay, this memory has fewer%n");
        }
        StringBuilder text = new StringBuilder(String.format(
                "rate of %s over rate of %s, as of %s%n",
                answer.fast(), answer.slow(), AnswerJson.iso(answer.asOfMs())));
        text.append(String.format(TREND, "concept", "trend", "activation"));
        for (Answers.TrendingConcept concept : answer.concepts()) {
            text.append(String.format(TREND, concept.concept(), number(concept.trend()), number(concept.activation())));
        }
        text.append(String.format(TREND, "association", "trend", "strength"));
        for (Answers.TrendingAssociation association : answer.associations()) {
            text.append(String.format(
                    TREND,
                    association.from() + " → " + association.to(),
                    number(association.trend()),
                    number(association.strength())));
        }
        return text.append(WorkText.of(answer.work(), "")).toString();
    }

    /**
     * What cues bring to mind.
     *
     * @param answer the answer
     * @return a table with the reasons, and whose associations were left out
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
                    .append(Shown.line(String.join(", ", answer.unknownCues())))
                    .append(System.lineSeparator());
        }
        return text.append(WorkText.of(answer.work(), "")).toString();
    }

    /**
     * How a memory stands.
     *
     * @param answer the answer
     * @return lines of names and values
     */
    public String of(StatusAnswer answer) {
        return StatusText.of(answer);
    }

    /**
     * The receipt of something forgotten.
     *
     * @param answer the answer
     * @return lines of names and values
     */
    public String of(ForgetAnswer answer) {
        StringBuilder text = new StringBuilder();
        ForgetAnswer.Removed removed = answer.removed();
        if (removed == null) {
            line(text, "concept", String.valueOf(answer.concept()));
        } else {
            line(text, "context", String.valueOf(answer.context()));
            line(text, "episodes", removed.episodes());
            line(text, "pairs", removed.pairs());
            line(text, "associations", removed.associations());
            line(
                    text,
                    "evidence",
                    number(removed.evidence()) + " (half-life " + removed.horizon() + ", as of "
                            + AnswerJson.iso(removed.asOfMs()) + ")");
            answer.searched().forEach(searched -> line(text, "searched", searched));
            answer.unsearched().forEach(gone -> line(text, "not searched", gone + ": what was learned of it stays"));
            String doubt = answer.doubt();
            if (doubt != null) {
                line(text, "in doubt", doubt);
            }
        }
        for (ForgetAnswer.Part part : answer.parts()) {
            line(text, "appended", place(part.source(), part.partition(), part.offset()) + ": " + outcome(part));
        }
        Long left = answer.left();
        if (left == null) {
            line(text, "left", "not known: another has a transaction open in the log before what was appended");
        } else if (left > 0) {
            line(text, "left", left + " episodes came meanwhile and are not taken back, run this again");
        }
        if (answer.twice() > 0) {
            line(text, "taken back twice", answer.twice() + " episodes, or never learned as they were named");
        }
        for (ForgetAnswer.DeadLetter letter : answer.deadLetters()) {
            line(text, "dead letter", place(letter.source(), letter.partition(), letter.offset()) + " still names it");
        }
        if (answer.deadLettersCount() > answer.deadLetters().size()) {
            line(text, "dead letters", answer.deadLettersCount() + " in all still name it");
        }
        line(text, "applied", answer.applied() ? "yes" : isAwaited(answer) ? "no" : "not applied yet");
        return text.toString();
    }

    private static boolean isAwaited(ForgetAnswer answer) {
        return answer.parts().stream().noneMatch(part -> part.outcome() == ForgetAnswer.Outcome.NOT_AWAITED);
    }

    private static String place(String source, int partition, long offset) {
        return source + " partition " + partition + " offset " + offset;
    }

    private static String outcome(ForgetAnswer.Part part) {
        return switch (part.outcome()) {
                    case APPLIED -> "applied";
                    case DEAD_LETTER -> "dead letter, " + part.reason();
                    case REPEATED -> "passed over, " + part.reason();
                    case WAITING -> "not applied yet, " + part.reason();
                    case NOT_APPLIED -> "not applied, " + part.reason();
                    case NOT_AWAITED -> "not applied yet";
                    case ELSEWHERE -> String.valueOf(part.reason());
                } + " (" + part.eventId() + ")";
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

    /** The pair first: an episode may be long. */
    private static void place(StringBuilder text, EvidenceAnswer.Place place, Set<String> pair, String before) {
        Episode episode = place.episode();
        List<String> concepts =
                episode.activations().stream().map(Activation::concept).toList();
        List<String> shown = Stream.concat(
                        concepts.stream().filter(pair::contains),
                        concepts.stream().filter(concept -> !pair.contains(concept)))
                .limit(CONCEPTS_MAX)
                .toList();
        int more = concepts.size() - shown.size();
        text.append(String.format(
                Locale.ROOT,
                "  %s%s  %s partition %d offset %d%s%s: %s%s%n",
                before,
                AnswerJson.iso(episode.atMs()),
                Shown.line(place.source()),
                place.partition(),
                place.offset(),
                episode.context() == null ? "" : "  context " + episode.context(),
                episode.reward() == 1 ? "" : "  reward " + number(episode.reward()),
                String.join(", ", shown),
                more == 0 ? "" : String.format(Locale.ROOT, " and %,d more", more)));
    }

    private static void direction(StringBuilder text, String from, String to, Answers.Direction direction) {
        text.append(String.format(
                Locale.ROOT,
                "  %s → %s%s%n    row %s, column %s, total %s%n    saturated %s",
                from,
                to,
                direction.strength() < 0 ? ": " + from + " keeps " + to + " away" : "",
                number(direction.row()),
                number(direction.column()),
                number(direction.total()),
                number(direction.saturated())));
        for (Map.Entry<Measure, @Nullable Double> measure : direction.measures().entrySet()) {
            text.append(String.format(Locale.ROOT, "  %s %s", measure.getKey(), number(measure.getValue())));
            Integer rank = direction.ranks().get(measure.getKey());
            text.append(rank == null ? "" : String.format(Locale.ROOT, " (#%,d)", rank));
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

    private static void recallPath(StringBuilder text, String from, String to, Answers.RecallPath path) {
        Integer rank = path.rank();
        text.append(
                rank == null
                        ? String.format("%s does not bring %s to mind%n", from, to)
                        : String.format(
                                Locale.ROOT,
                                "%s brings %s to mind as #%,d, score %s%n",
                                from,
                                to,
                                rank,
                                number(path.score())));
        for (Answers.Contribution way : path.paths()) {
            text.append(String.format(
                    "  %s %s%n",
                    number(way.contribution()), way.via().equals(way.cue()) ? "directly" : "via " + way.via()));
        }
        for (Answers.Missing missing : path.missing()) {
            text.append(String.format("  %s: %s%n", missing.reason(), missing.detail()));
        }
        text.append(WorkText.of(path.work(), "  "));
    }

    /** What each half-life keeps. */
    static void retention(StringBuilder text, List<Retention> retention) {
        for (Retention kept : retention) {
            text.append(String.format(
                    "half-life %s: after 30/90/365 days keeps %s / %s / %s%n",
                    kept.horizon(),
                    percent(kept.after30Days()),
                    percent(kept.after90Days()),
                    percent(kept.after365Days())));
        }
    }

    private static String percent(double share) {
        // Two digits that say something, without exponents.
        BigDecimal rounded = new BigDecimal(100 * share).round(new MathContext(share > 0.1 ? 3 : 1));
        return share < 1e-6 ? "0 %" : rounded.stripTrailingZeros().toPlainString() + " %";
    }

    private static String moment(@Nullable Long atMs) {
        return atMs == null ? "never" : AnswerJson.iso(atMs);
    }

    /** A name and a value. */
    static void line(StringBuilder text, String name, Object value) {
        text.append(String.format(Locale.ROOT, "  %-18s %s%n", name, Shown.line(String.valueOf(value))));
    }

    private static String number(@Nullable Double value) {
        return value == null ? "-" : String.format(Locale.ROOT, "%.4g", value);
    }
}
