package io.synfire.ingest.file;

import java.io.Closeable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * A file that stays open: whoever reads it once more reads the same one, whatever lies under its name by then. One thread at a
 * time.
 */
final class OpenedFile implements Closeable {

    private final RandomAccessFile file;

    private OpenedFile(RandomAccessFile file) {
        this.file = file;
    }

    /** Opens one. An interrupt does not close it, as it would a channel. */
    static OpenedFile of(Path path) throws IOException {
        try {
            return new OpenedFile(new RandomAccessFile(path.toFile(), "r"));
        } catch (FileNotFoundException e) {
            if (!Files.exists(path)) {
                throw new NoSuchFileException(path.toString());
            }
            if (!Files.isReadable(path)) {
                throw new AccessDeniedException(path.toString());
            }
            throw e;
        }
    }

    /** What it holds, from its first byte. Fails where it is cut short or written anew meanwhile: {@link SteadyStream}. */
    Unpacked content() throws IOException {
        return Unpacked.of(new SteadyStream(file));
    }

    /** How many bytes it has now. */
    long bytes() throws IOException {
        return file.length();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
