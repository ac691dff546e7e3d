package io.synfire.query.app;

import io.synfire.engine.event.Position;
import io.synfire.query.answer.BackupAnswer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The part of the log that lies in the data directory: commands that forget what was learned from files, what had been learned when they
 * were appended, and dead letters that were learned again. Without it a restored memory could neither forget nor be rebuilt, so a backup holds it. Who makes a backup has the store open,
 * and so nobody appends to the commands meanwhile.
 */
final class BackedUpLog {

    /** In a backup, beside its store. */
    static final String DIRECTORY = "log";

    private static final int BLOCK_BYTES = 1 << 16;

    private final Path data;

    BackedUpLog(Path data) {
        this.data = data;
    }

    /** Copies what there is of it into a backup that is being made. */
    List<BackupAnswer.File> copyTo(Path backup, List<Position> positions) throws IOException {
        List<String> names = new ArrayList<>();
        if (isFile(Stores.FORGOTTEN)) {
            // First, and so it is put back first: it is there before its commands are.
            if (isFile(Stores.TURNS)) {
                names.add(Stores.TURNS);
            }
            names.add(Stores.FORGOTTEN);
        }
        if (isFile(Stores.DEAD_LETTERS) && isLearned(Stores.DEAD_LETTERS, positions)) {
            names.add(Stores.DEAD_LETTERS);
        }
        return names.isEmpty() ? List.of() : FileCopies.copy(data, backup.resolve(DIRECTORY), names);
    }

    private boolean isFile(String name) {
        return Files.isRegularFile(data.resolve(name), LinkOption.NOFOLLOW_LINKS);
    }

    private boolean isLearned(String name, List<Position> positions) throws IOException {
        String source = "file:" + data.resolve(name).toRealPath();
        return Stores.log(data).found(positions).stream()
                .anyMatch(position -> position.source().equals(source));
    }

    /**
     * Refuses a backup whose log is damaged, or another than what is in the data directory.
     *
     * @throws IllegalStateException if it is; nothing was changed
     */
    void requireFits(BackupAnswer backup, Path source) throws IOException {
        for (BackupAnswer.File file : backup.log()) {
            Path kept = source.resolve(DIRECTORY).resolve(file.name());
            if (!List.of(Stores.TURNS, Stores.FORGOTTEN, Stores.DEAD_LETTERS).contains(file.name())) {
                throw new IllegalStateException("the backup names a log that no memory has: file=" + kept);
            }
            if (!Files.isRegularFile(kept)) {
                throw new IllegalStateException("the backup is damaged, a file is missing: file=" + kept);
            }
            if (!FileCopies.sum(kept).equals(file)) {
                throw new IllegalStateException(
                        "the backup is damaged: file=" + kept + " expected=" + file + " found=" + FileCopies.sum(kept));
            }
            Path there = data.resolve(file.name());
            if (Files.exists(there, LinkOption.NOFOLLOW_LINKS) && !isSameBeginning(there, kept)) {
                throw new IllegalStateException(
                        "another log than that of the backup is in the data directory; move it away first, if this memory is to be"
                                + " without it: file=" + there + " backup=" + kept);
            }
        }
    }

    /** Puts it back, where there is none, or no more than its beginning; one that goes on stays as it is. */
    void restore(BackupAnswer backup, Path source) throws IOException {
        for (BackupAnswer.File file : backup.log()) {
            Path there = data.resolve(file.name());
            if (Files.exists(there) && Files.size(there) >= file.bytes()) {
                continue;
            }
            Path growing = data.resolve(file.name() + ".restoring");
            try (Unfinished unfinished = Unfinished.begin(growing)) {
                Path whole = unfinished.content();
                List<BackupAnswer.File> copied =
                        FileCopies.copy(source.resolve(DIRECTORY), whole, List.of(file.name()));
                if (!copied.equals(List.of(file))) {
                    throw new IllegalStateException(
                            "the backup was changed while it was copied: expected=" + file + " found=" + copied);
                }
                Files.move(
                        whole.resolve(file.name()),
                        there,
                        StandardCopyOption.ATOMIC_MOVE,
                        StandardCopyOption.REPLACE_EXISTING);
                FileCopies.force(data);
            }
        }
    }

    /** Whether the shorter of two files is the beginning of the longer one. */
    private static boolean isSameBeginning(Path one, Path other) throws IOException {
        if (!Files.isRegularFile(one, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        long left = Math.min(Files.size(one), Files.size(other));
        try (InputStream first = Files.newInputStream(one);
                InputStream second = Files.newInputStream(other)) {
            while (left > 0) {
                int bytes = (int) Math.min(left, BLOCK_BYTES);
                if (!Arrays.equals(first.readNBytes(bytes), second.readNBytes(bytes))) {
                    return false;
                }
                left -= bytes;
            }
            return true;
        }
    }
}
