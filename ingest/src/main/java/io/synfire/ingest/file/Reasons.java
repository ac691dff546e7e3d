package io.synfire.ingest.file;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;

/** Says in one line what is wrong with a file, and which file it is. Thread-safe. */
public final class Reasons {

    private Reasons() {}

    /** What became of reading a file. */
    static IOException reading(Path file, IOException e) {
        return new IOException("the file cannot be read: file=" + file + ": " + of(e), e);
    }

    /**
     * What an exception says, with the file that it is of.
     *
     * @param e an exception of a file or of several
     * @return one line: what is wrong, and {@code file=PATH} where the exception knows it
     */
    public static String withFile(IOException e) {
        return e instanceof FileSystemException system && system.getFile() != null
                ? of(e) + ": file=" + system.getFile()
                : of(e);
    }

    /** What an exception says, without the file's name that some are all of. */
    static String of(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "there is no such file";
        }
        if (e instanceof AccessDeniedException) {
            return "that is not permitted";
        }
        if (e instanceof FileAlreadyExistsException) {
            return "there is a file already";
        }
        if (e instanceof NotDirectoryException) {
            return "that is not a directory";
        }
        if (e instanceof FileSystemException system && system.getReason() != null) {
            return String.valueOf(system.getReason());
        }
        return String.valueOf(e.getMessage());
    }
}
