package io.synfire.query.answer;

import io.synfire.engine.event.Position;
import io.synfire.engine.event.Shown;
import io.synfire.engine.view.Digest;
import io.synfire.engine.view.Verification;
import java.time.Instant;
import java.util.Locale;

/** Backups and what was found in a store, as text. Thread-safe. */
public final class StoreText {

    /**
     * A backup.
     *
     * @param answer what it holds
     * @return lines
     */
    public String of(BackupAnswer answer) {
        StringBuilder text = new StringBuilder();
        line(text, "backup", answer.directory());
        line(text, "made", Instant.ofEpochMilli(answer.atMs()) + " by synfire " + answer.version());
        line(text, "bytes", number(answer.bytes()));
        digest(text, answer.digest());
        for (Position position : answer.positions()) {
            line(
                    text,
                    "position",
                    position.source() + " partition " + position.partition() + " next " + position.nextOffset());
        }
        for (BackupAnswer.File file : answer.log()) {
            line(text, "log", file.name() + ", " + number(file.bytes()) + " bytes");
        }
        return text.toString();
    }

    /**
     * What was restored.
     *
     * @param answer the answer
     * @return lines
     */
    public String of(RestoreAnswer answer) {
        StringBuilder text = new StringBuilder();
        line(text, "restored", answer.store());
        if (answer.movedTo() != null) {
            line(text, "before it", answer.movedTo());
        }
        line(
                text,
                "before",
                answer.backup().digest().learnedHex()
                        + ' '
                        + answer.backup().digest().stateHex());
        line(text, "after", answer.after().learnedHex() + ' ' + answer.after().stateHex());
        digest(text, answer.after());
        return text.toString();
    }

    /**
     * What was found in a store.
     *
     * @param answer the answer
     * @return lines
     */
    public String of(Verification answer) {
        StringBuilder text = new StringBuilder();
        line(text, "tables", number(answer.tables()) + ", " + number(answer.tableBytes()) + " bytes");
        line(text, "checkpoint", number(answer.checkpoint()));
        line(text, "rows", number(answer.rows()));
        Digest digest = answer.digest();
        if (digest != null) {
            digest(text, digest);
        }
        for (Verification.Finding finding : answer.findings()) {
            line(text, "wrong", finding.where() + ": " + finding.what());
        }
        text.append(answer.isSound() ? "the store is sound\n" : "the store is not sound\n");
        return text.toString();
    }

    private static void digest(StringBuilder text, Digest digest) {
        line(text, "learned", digest.learnedHex());
        line(text, "state", digest.stateHex());
        line(text, "episodes", number(digest.episodes()));
        line(text, "associations", number(digest.associations()));
        line(text, "concepts", number(digest.concepts()));
    }

    private static String number(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    private static void line(StringBuilder text, String name, String value) {
        text.append(String.format(Locale.ROOT, "%-13s %s%n", name, Shown.line(value)));
    }
}
