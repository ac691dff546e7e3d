package io.synfire.query.answer;

import io.synfire.engine.event.Shown;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Rebuilds as text. Immutable and thread-safe. */
public final class RebuildText {

    /**
     * What became of a rebuild.
     *
     * @param answer the answer
     * @return lines
     */
    public String of(RebuildAnswer answer) {
        StringBuilder text = new StringBuilder();
        row(text, "", "before", "after");
        RebuildAnswer.Side before = answer.before();
        RebuildAnswer.Side after = answer.after();
        row(text, "learned", before == null ? "-" : before.learned(), after.learned());
        row(text, "state", before == null ? "-" : before.state(), after.state());
        row(text, "episodes", before == null ? "-" : whole(before.episodes()), whole(after.episodes()));
        row(text, "associations", before == null ? "-" : whole(before.associations()), whole(after.associations()));
        row(text, "concepts", before == null ? "-" : whole(before.concepts()), whole(after.concepts()));
        row(text, "dead letters", before == null ? "-" : whole(before.deadLetters()), whole(after.deadLetters()));
        row(
                text,
                "watermark",
                before == null ? "-" : AnswerJson.iso(before.watermarkMs()),
                AnswerJson.iso(after.watermarkMs()));
        text.append(System.lineSeparator());
        answer.positions()
                .forEach(position -> text.append(String.format(
                        Locale.ROOT,
                        "  read up to         %s partition %d offset %d%n",
                        Shown.line(position.source()),
                        position.partition(),
                        position.nextOffset())));
        answer.missing()
                .forEach(missing -> text.append(String.format(
                        Locale.ROOT,
                        "  missing            %s partition %d offsets %d to %d%n",
                        Shown.line(missing.source()),
                        missing.partition(),
                        missing.fromOffset(),
                        missing.toOffset() - 1)));
        learnedAgain(text, answer.missing());
        Long untilMs = answer.untilMs();
        if (untilMs != null) {
            text.append(String.format("  until              %s%n", AnswerJson.iso(untilMs)));
        }
        text.append(String.format(
                Locale.ROOT,
                "  records            %,d in %.1f s (%,.0f/s)%n",
                answer.records(),
                answer.seconds(),
                answer.seconds() > 0 ? answer.records() / answer.seconds() : 0));
        text.append(
                switch (answer.comparison()) {
                    case EQUAL -> String.format("  learned            the same, as it must%n");
                    case DIFFERENT ->
                        before != null && before.learned().equals(after.learned())
                                ? String.format(
                                        "  learned            the same records, but NOT the same memory: what was forgotten was forgotten at another moment%n")
                                : String.format(
                                        "  learned            NOT the same: the memory before was not learned from this log alone, or not by these settings of records%n");
                    case NOT_COMPARABLE -> "";
                });
        text.append(String.format("ask it with --data %s%n", answer.into()));
        return text.toString();
    }

    /** Commands that are gone take nothing back, and nobody is to find that out later. */
    private static void learnedAgain(StringBuilder text, List<RebuildAnswer.Missing> missing) {
        if (missing.isEmpty()) {
            return;
        }
        Optional<RebuildAnswer.Missing> commands =
                missing.stream().filter(RebuildAnswer.Missing::isCommands).findFirst();
        text.append(
                commands.isPresent()
                        ? String.format(
                                "  LEARNED AGAIN      what the commands in %s took back or forgot, since they are gone%n",
                                commands.get().source())
                        : String.format(
                                "  learned again      what commands in what is missing took back or forgot, if there were any%n"));
    }

    private static void row(StringBuilder text, String name, String before, String after) {
        text.append(String.format(Locale.ROOT, "  %-18s %-26s %s%n", name, before, after));
    }

    private static String whole(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }
}
