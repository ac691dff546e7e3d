package io.synfire.ingest.file;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.util.List;

/** The lines of a file that were learned, read again, and held against what they were then. One thread at a time. */
final class LearnedLines implements Closeable {

    private final Known known;
    private final Unpacked content;
    private final LineReader lines;
    private long next;

    /**
     * Opens a file.
     *
     * @throws ReplacedFileException if it is gone
     */
    LearnedLines(Known known) throws IOException {
        this.known = known;
        try {
            this.content = Unpacked.open(known.path());
        } catch (NoSuchFileException e) {
            throw ReplacedFileException.toRead(List.of(known));
        } catch (IOException e) {
            throw Reasons.reading(known.path(), e);
        }
        InputStream learned = new FirstBytes(content.stream(), known.mark().bytes());
        int bytesMax = known.mark().isLetters() ? LineDecoder.LETTER_BYTES_MAX : LineDecoder.LINE_BYTES_MAX;
        this.lines = new LineReader(learned, bytesMax, Fingerprint.empty());
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
        content.close();
    }
}
