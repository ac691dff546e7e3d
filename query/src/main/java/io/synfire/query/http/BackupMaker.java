package io.synfire.query.http;

import io.synfire.query.answer.BackupAnswer;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** Makes backups of the memory that is served. Thread-safe: one at a time. */
@FunctionalInterface
public interface BackupMaker {

    /**
     * Makes a backup.
     *
     * @param target a directory that is not there yet, or is empty
     * @return what it holds
     * @throws IllegalArgumentException if it cannot be made there
     * @throws IllegalStateException if what was copied is not sound
     * @throws UncheckedIOException if it cannot be written
     */
    BackupAnswer backup(Path target);
}
