package io.synfire.query.answer;

import io.synfire.engine.event.Shown;
import io.synfire.query.recall.Answers;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What an answer left out, as lines for a terminal. */
final class WorkText {

    private WorkText() {}

    /** A line for each reason, which names whose associations are missing in an answer; nothing where none are. */
    static String of(Answers.Work work, String indent) {
        StringBuilder text = new StringBuilder();
        for (Answers.LeftOut.Rule reason : Answers.LeftOut.Rule.values()) {
            List<String> named = work.leftOut().stream()
                    .filter(left -> left.reason() == reason)
                    .map(Answers.LeftOut::concept)
                    .toList();
            if (!named.isEmpty()) {
                text.append(indent)
                        .append(what(reason))
                        .append(": ")
                        .append(named.stream().map(Shown::line).collect(Collectors.joining(", ")))
                        .append(System.lineSeparator());
            }
        }
        int more = work.skipped() + work.partly() - work.leftOut().size();
        if (more > 0) {
            text.append(String.format(Locale.ROOT, "%sand of %,d more concepts%n", indent, more));
        }
        return text.toString();
    }

    private static String what(Answers.LeftOut.Rule reason) {
        return switch (reason) {
            case BUDGET -> "left out, recall.associations-max is used up, the associations of";
            case HUB -> "left out, they are more than recall.hub-max, the associations of";
            case PARTLY -> "read in part, they are more than recall.hub-max, the associations of";
        };
    }
}
