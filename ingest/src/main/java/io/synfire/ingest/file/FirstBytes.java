package io.synfire.ingest.file;

import java.io.IOException;
import java.io.InputStream;

/** The first bytes of a stream, as if it ended behind them. Closes nothing. One thread at a time. */
final class FirstBytes extends InputStream {

    private final InputStream stream;
    private long left;

    FirstBytes(InputStream stream, long bytes) {
        this.stream = stream;
        this.left = bytes;
    }

    @Override
    public int read() throws IOException {
        int read = left == 0 ? -1 : stream.read();
        left -= read < 0 ? 0 : 1;
        return read;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        int read = left == 0 ? -1 : stream.read(bytes, offset, (int) Math.min(left, length));
        left -= Math.max(0, read);
        return read;
    }
}
