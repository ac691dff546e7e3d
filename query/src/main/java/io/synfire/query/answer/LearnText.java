package io.synfire.query.answer;

import io.synfire.engine.event.Shown;
import io.synfire.query.answer.LearnAnswer.Learned;
import java.util.Locale;

/** What became of files that were learned, as text. Thread-safe. */
public final class LearnText {

    /**
     * The answer.
     *
     * @param answer what became of the files
     * @return a line for each file, and further ones for what it needs to be known besides
     */
    public String of(LearnAnswer answer) {
        StringBuilder text = new StringBuilder();
        answer.files().forEach(file -> add(text, file));
        if (answer.rejected() > 0) {
            text.append(String.format(
                    Locale.ROOT,
                    "%,d rejected records are in %s; once the cause is mended, `learn --again` learns them%n",
                    answer.rejected(),
                    answer.deadLetters()));
        }
        return text.toString();
    }

    private static void add(StringBuilder text, Learned file) {
        text.append(String.format(
                Locale.ROOT,
                "%s: %,d episodes learned of %,d records in %.1f s (%,.0f episodes/s); %,d rejected, %,d duplicates, %,d learned before",
                Shown.line(file.file()),
                file.episodes(),
                file.records(),
                file.seconds(),
                file.episodes() / Math.max(1e-9, file.seconds()),
                file.rejected(),
                file.duplicates(),
                file.learnedBefore()));
        if (file.commands() > 0) {
            text.append(String.format(Locale.ROOT, ", %,d commands", file.commands()));
        }
        if (file.passedOver() > 0) {
            text.append(String.format(Locale.ROOT, ", %,d passed over: learned elsewhere", file.passedOver()));
        }
        text.append(System.lineSeparator());
        if (file.knownAs() != null) {
            line(text, "it is known as " + file.knownAs());
        }
        if (file.waiting()) {
            line(text, "its last line has no end yet and waits for the next time");
        }
        file.notes().forEach(note -> line(text, note));
        file.rejections().forEach(rejection -> line(text, "record " + rejection.record() + ": " + rejection.reason()));
        if (file.rejected() > file.rejections().size()) {
            line(
                    text,
                    String.format(
                            Locale.ROOT,
                            "… and %,d more rejected",
                            file.rejected() - file.rejections().size()));
        }
    }

    private static void line(StringBuilder text, String line) {
        text.append("  ").append(Shown.line(line)).append(System.lineSeparator());
    }
}
