package io.synfire.ingest.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ReasonsTest {

    /** The message of most of these is the name of the file alone. */
    @Test
    void whatIsWrongIsToldInWordsAndTheFileWithItsName() {
        assertThat(List.of(
                                new NoSuchFileException("a/b"),
                                new AccessDeniedException("a/b"),
                                new FileAlreadyExistsException("a/b"),
                                new NotDirectoryException("a/b"),
                                new FileSystemException("a/b", null, "Not a directory"),
                                new IOException("the disk is full"))
                        .stream()
                        .map(Reasons::withFile))
                .containsExactly(
                        "there is no such file: file=a/b",
                        "that is not permitted: file=a/b",
                        "there is a file already: file=a/b",
                        "that is not a directory: file=a/b",
                        "Not a directory: file=a/b",
                        "the disk is full");
    }
}
