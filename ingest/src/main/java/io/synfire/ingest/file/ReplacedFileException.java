package io.synfire.ingest.file;

import java.nio.file.Path;
import java.util.List;

/** A file does not begin any more with what was learned of it, or is gone: whatever is read there now is not what the memory knows. */
public final class ReplacedFileException extends IllegalStateException {

    private static final long serialVersionUID = 1;

    private static final String NOTHING = " Nothing was learned.";

    private final String what;
    private final String next;

    private ReplacedFileException(String what, String learned, String next) {
        super(what + learned + next);
        this.what = what;
        this.next = next;
    }

    /** The same, of a file whose turn came after others of the command had been learned. */
    ReplacedFileException atItsTurn() {
        return new ReplacedFileException(
                what,
                " That was while this command ran: nothing of what is there now was learned, and what was learned of the files"
                        + " before it stays.",
                next);
    }

    /** Such a file is to be learned. */
    static ReplacedFileException toLearn(List<Known> replaced) {
        Known first = replaced.get(0);
        String name = String.valueOf(first.path().getFileName());
        return new ReplacedFileException(
                "the file was replaced or cut short since it was learned: " + named(replaced) + ".",
                NOTHING,
                " If it was renamed, as logs are, name both: learn RENAMED " + name
                        + ". To learn what is there now as another file: --as-new");
    }

    /** Of such a file a beginning was learned, and it is to be taken for a new one. */
    static ReplacedFileException unfinished(Known known) {
        return new ReplacedFileException(
                "--as-new would learn the beginning of a file once more: " + named(List.of(known)) + ".",
                NOTHING,
                " Without --as-new it goes on behind that."
                        + " To learn all of it once more, give the file another name");
    }

    /** Such a file is to be read again. */
    static ReplacedFileException toRead(List<Known> replaced) {
        return new ReplacedFileException(
                "what was learned of a file is not there any more, the file was replaced, cut short or removed: "
                        + named(replaced) + ".",
                "",
                " If it was renamed, learn it under its new name first: that learns nothing twice."
                        + " If it is gone for good, rebuild --accept-gap builds a memory without it");
    }

    /** Such a file is that of the commands that forget. */
    static ReplacedFileException ofCommands(Known known) {
        return new ReplacedFileException(
                "the file of what was forgotten is not the one that was learned, it was replaced, cut short or removed: "
                        + named(List.of(known)) + ".",
                NOTHING,
                " Put it back. If it is lost, move away what is in its place, and `restore BACKUP --force`");
    }

    /** Such files are to be learned again before commands that were appended when they had been, by a memory that was put back. */
    static ReplacedFileException toLearnFirst(List<Known> missing, Path commands) {
        return new ReplacedFileException(
                "files are not found of which more had been learned when something was forgotten than this memory has: "
                        + named(missing) + ".",
                NOTHING,
                " Put them back, name them to `learn` if they were renamed, or restore a later backup."
                        + " To do without them, move " + commands
                        + " away: then what it forgets is not forgotten, until you forget it again");
    }

    private static String named(List<Known> replaced) {
        StringBuilder names = new StringBuilder();
        for (Known known : replaced) {
            names.append(names.isEmpty() ? "" : "; ")
                    .append("file=")
                    .append(known.path())
                    .append(" records=")
                    .append(known.records())
                    .append(" bytes=")
                    .append(known.mark().bytes());
        }
        return names.toString();
    }
}
