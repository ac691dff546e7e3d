package io.synfire.ingest.file;

import java.io.IOException;
import java.io.InputStream;

/** What packed data holds: it ends where that does, whatever lies behind. One thread at a time. */
abstract class PackedStream extends InputStream {

    private boolean hasGarbage;

    /** Whether something else lies behind the packed data; known at its end. */
    final boolean hasGarbage() {
        return hasGarbage;
    }

    /** Something else does. */
    final void foundGarbage() {
        hasGarbage = true;
    }

    @Override
    public abstract int read(byte[] bytes, int offset, int length) throws IOException;

    @Override
    public final int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }
}
