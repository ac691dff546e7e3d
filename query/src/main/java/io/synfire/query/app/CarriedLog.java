package io.synfire.query.app;

import io.synfire.engine.event.Position;
import io.synfire.ingest.file.DataLog;
import io.synfire.ingest.file.FileReplay;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * What a rebuilt memory takes along of the log that lies in the data directory it was built from. The commands that forget are copied into
 * its own, as far as it has read them, and what is known of them: it can forget, be rebuilt and be backed up when the other directory is gone. Dead letters that were
 * learned stay where they are, since the new directory has letters of its own; whoever rebuilds is told so.
 */
final class CarriedLog {

    private final Path data;
    private final Path into;

    CarriedLog(Path data, Path into) {
        this.data = data;
        this.into = into;
    }

    /**
     * Copies the commands, on the disk when this returns. Where they were copied before, nothing is done.
     *
     * @param learned how far the new memory has read each source
     * @return what is to be said of files that it still needs in another directory
     * @throws IllegalStateException if the new directory has commands that do not begin with those that were read, or those changed meanwhile
     */
    List<String> carry(List<Position> learned) throws IOException {
        List<String> said = new ArrayList<>();
        for (Position position : Stores.log(into, data).found(learned)) {
            if (position.nextOffset() == 0) {
                continue;
            }
            if (isAt(position, data.resolve(Stores.FORGOTTEN))) {
                copy(position);
                copyTurns();
            } else if (FileReplay.isLetters(position) && !isAt(position, into.resolve(Stores.DEAD_LETTERS))) {
                said.add(
                        "the new memory has learned dead letters that stay where they are: keep this file as long as you want to"
                                + " forget, to search evidence or to rebuild: "
                                + position.source());
            }
        }
        return said;
    }

    private static boolean isAt(Position position, Path file) throws IOException {
        return Files.exists(file) && position.source().equals("file:" + file.toRealPath());
    }

    private void copy(Position position) throws IOException {
        Path there = into.resolve(Stores.FORGOTTEN);
        Path growing = into.resolve(Stores.FORGOTTEN + ".copying");
        copy(data.resolve(Stores.FORGOTTEN), growing, DataLog.bytes(position));
        if (Files.exists(there)) {
            long same = Files.mismatch(there, growing);
            if (same >= 0 && same < Files.size(there)) {
                Files.delete(growing);
                throw new IllegalStateException(
                        "other commands than the rebuild has read are in its directory; move them away, and the same command goes on:"
                                + " file=" + there);
            }
        }
        Files.move(growing, there, StandardCopyOption.ATOMIC_MOVE);
        FileCopies.force(into);
        Position copied = Stores.log(into).found(List.of(position)).get(0);
        if (!isAt(copied, there)) {
            Files.delete(there);
            throw new IllegalStateException(
                    "the commands were changed while they were copied: file=" + position.source());
        }
    }

    /** What is known of the commands goes with them: backups of the other memory begin with it. */
    private void copyTurns() throws IOException {
        Path turns = data.resolve(Stores.TURNS);
        Path growing = into.resolve(Stores.TURNS + ".copying");
        if (Files.isRegularFile(turns)) {
            copy(turns, growing, Files.size(turns));
            Files.move(
                    growing,
                    into.resolve(Stores.TURNS),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
            FileCopies.force(into);
        }
    }

    private static void copy(Path from, Path to, long bytes) throws IOException {
        try (FileChannel in = FileChannel.open(from, StandardOpenOption.READ);
                FileChannel out = FileChannel.open(
                        to,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)) {
            for (long at = 0; at < bytes; ) {
                long more = in.transferTo(at, bytes - at, out);
                if (more <= 0) {
                    throw new EOFException(
                            "the file ends before what was learned of it: file=" + from + " bytes=" + at);
                }
                at += more;
            }
            out.force(true);
        }
    }
}
