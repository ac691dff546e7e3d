package io.synfire.ingest.file;

import io.synfire.engine.event.Position;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.util.List;

/** The lines of a file that were learned, read again, and held against what they were then. One thread at a time. */
final class LearnedLines implements Closeable {

    private final Known known;
    private final OpenedFile file;
    private final Unpacked content;
    private final LineReader lines;
    private long next;

    private LearnedLines(Known known, OpenedFile file, Unpacked content) {
        this.known = known;
        this.file = file;
        this.content = content;
        InputStream learned = new FirstBytes(content.stream(), known.mark().bytes());
        int bytesMax = known.mark().isLetters() ? LineDecoder.LETTER_BYTES_MAX : LineDecoder.LINE_BYTES_MAX;
        this.lines = new LineReader(learned, bytesMax, Fingerprint.empty());
    }

    /**
     * Opens a file.
     *
     * @throws ReplacedFileException if it is gone
     */
    static LearnedLines of(Known known) throws IOException {
        return of(known, List.of());
    }

    /**
     * Opens a file that must begin with what is said to have been read of it.
     *
     * @throws ReplacedFileException if it does not, or is gone
     */
    static LearnedLines of(Known known, List<Known> begins) throws IOException {
        try {
            OpenedFile file = OpenedFile.of(known.path());
            try {
                if (Beginnings.of(file, begins).size() < begins.size()) {
                    throw ReplacedFileException.toRead(List.of(known));
                }
                return new LearnedLines(known, file, file.content());
            } catch (IOException | RuntimeException e) {
                file.close();
                throw e;
            }
        } catch (NoSuchFileException e) {
            throw ReplacedFileException.toRead(List.of(known));
        } catch (IOException e) {
            throw Reasons.reading(known.path(), e);
        }
    }

    /** Passes over lines, up to a record. */
    void skipTo(long record) throws IOException {
        while (next < record) {
            next();
        }
    }

    /**
     * The next line of those that were learned.
     *
     * @throws ReplacedFileException if there is none any more
     */
    byte[] next() throws IOException {
        byte[] line;
        try {
            line = lines.next();
        } catch (BadPackingException e) {
            throw ReplacedFileException.toRead(List.of(known));
        } catch (IOException e) {
            throw Reasons.reading(known.path(), e);
        }
        if (line == null) {
            throw ReplacedFileException.toRead(List.of(known));
        }
        next++;
        return line;
    }

    /** What was read of it, as if no more of it had been learned. */
    Known read() {
        Position position = known.position();
        FileMark mark = mark(-1);
        return new Known(new Position(position.source(), known.id(), 0, next, -1, mark.toText()), mark);
    }

    boolean wasTooLong() {
        return lines.wasTooLong();
    }

    /** Of the lines that were read, with a time that they said. */
    FileMark mark(long latestMs) {
        return FileMark.of(
                lines.fingerprint(), lines.wasEnded(), latestMs, known.mark().isLetters());
    }

    /**
     * Reads what is left of what was learned, and holds all of it against what it was.
     *
     * @throws ReplacedFileException if it is not the same
     */
    void requireHolds() throws IOException {
        skipTo(known.records());
        boolean holds = known.mark().isOf(lines.fingerprint()) && (known.mark().isEnded() || Beginnings.holds(known));
        if (!holds) {
            throw ReplacedFileException.toRead(List.of(known));
        }
    }

    @Override
    public void close() throws IOException {
        try {
            content.close();
        } finally {
            file.close();
        }
    }
}
