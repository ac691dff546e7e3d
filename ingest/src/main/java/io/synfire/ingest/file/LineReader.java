package io.synfire.ingest.file;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** Lines of bytes; of a line that is too long only the beginning is kept in memory. One thread at a time. */
final class LineReader {

    private final InputStream input;
    private final int lineBytesMax;
    private final byte[] buffer = new byte[1 << 16];
    private int at;
    private int end;
    private boolean tooLong;

    LineReader(InputStream input, int lineBytesMax) {
        this.input = input;
        this.lineBytesMax = lineBytesMax;
    }

    /** The next line without its end, or null after the last; if {@link #wasTooLong} its first bytes alone. */
    byte @Nullable [] next() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(256);
        tooLong = false;
        boolean any = false;
        while (true) {
            if (at == end) {
                end = input.read(buffer);
                at = 0;
                if (end <= 0) {
                    end = 0;
                    return any ? line.toByteArray() : null;
                }
            }
            any = true;
            int stop = at;
            while (stop < end && buffer[stop] != '\n') {
                stop++;
            }
            keep(line, stop - at);
            boolean ended = stop < end;
            at = ended ? stop + 1 : stop;
            if (ended) {
                return line.toByteArray();
            }
        }
    }

    boolean wasTooLong() {
        return tooLong;
    }

    private void keep(ByteArrayOutputStream line, int length) {
        int room = lineBytesMax - line.size();
        line.write(buffer, at, Math.min(room, length));
        tooLong |= length > room;
    }
}
