package io.synfire.ingest.file;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Lines of bytes; of a line that is too long only the beginning is kept in memory. Takes the fingerprint of all that was read as lines, if
 * it is asked for. One thread at a time.
 */
final class LineReader {

    private final InputStream input;
    private final int lineBytesMax;
    private final byte[] buffer = new byte[1 << 16];
    private @Nullable Fingerprint fingerprint;

    /** As it was before the last line, if that one reached the end of the buffer. */
    private @Nullable Fingerprint before;

    /** Where the last line begins in the buffer, if it lies in it as a whole; the fingerprint lacks it then. */
    private int lastFrom;

    private int at;
    private int end;
    private boolean tooLong;
    private boolean ended = true;

    LineReader(InputStream input, int lineBytesMax) {
        this(input, lineBytesMax, null);
    }

    /** A reader that goes on with the fingerprint of what was read before. */
    LineReader(InputStream input, int lineBytesMax, @Nullable Fingerprint fingerprint) {
        this.input = input;
        this.lineBytesMax = lineBytesMax;
        this.fingerprint = fingerprint;
    }

    /** The next line without its end, or null after the last; if {@link #wasTooLong} its first bytes alone. */
    byte @Nullable [] next() throws IOException {
        settle();
        before = null;
        ended = true;
        int stop = endOfLine();
        if (stop == end) {
            return longerThanTheBuffer();
        }
        int length = stop - at;
        tooLong = length > lineBytesMax;
        byte[] line = Arrays.copyOfRange(buffer, at, at + Math.min(length, lineBytesMax));
        at = stop + 1;
        return line;
    }

    private byte @Nullable [] longerThanTheBuffer() throws IOException {
        before = fingerprint == null ? null : fingerprint.copy();
        tooLong = false;
        boolean any = false;
        ByteArrayOutputStream line = new ByteArrayOutputStream(256);
        while (true) {
            if (at == end && !fill()) {
                ended = false;
                return any ? line.toByteArray() : null;
            }
            any = true;
            int stop = endOfLine();
            keep(line, stop - at);
            boolean isWhole = stop < end;
            at = isWhole ? stop + 1 : stop;
            settle();
            if (isWhole) {
                return line.toByteArray();
            }
        }
    }

    boolean wasTooLong() {
        return tooLong;
    }

    /** Whether the last line had an end. */
    boolean wasEnded() {
        return ended;
    }

    /** The last line is taken for one that was not read; there is no next then. */
    void unread() {
        if (before != null) {
            fingerprint = before;
        }
        lastFrom = at;
    }

    /** Of all lines that were read, with their ends. */
    Fingerprint fingerprint() {
        settle();
        if (fingerprint == null) {
            throw new IllegalStateException("no fingerprint was asked for");
        }
        return fingerprint;
    }

    private void settle() {
        if (fingerprint != null && lastFrom < at) {
            fingerprint.update(buffer, lastFrom, at);
        }
        lastFrom = at;
    }

    private boolean fill() throws IOException {
        at = 0;
        lastFrom = 0;
        end = 0;
        try {
            end = Math.max(0, input.read(buffer));
            return end > 0;
        } catch (IOException e) {
            // Of a line that cannot be read to its end nothing was read.
            unread();
            throw e;
        }
    }

    private int endOfLine() {
        int stop = at;
        while (stop < end && buffer[stop] != '\n') {
            stop++;
        }
        return stop;
    }

    private void keep(ByteArrayOutputStream line, int length) {
        int room = lineBytesMax - line.size();
        line.write(buffer, at, Math.min(room, length));
        tooLong |= length > room;
    }
}
