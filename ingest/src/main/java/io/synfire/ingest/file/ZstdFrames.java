package io.synfire.ingest.file;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdIOException;
import com.github.luben.zstd.ZstdInputStream;
import java.io.IOException;
import java.io.InputStream;

/** What zstd has packed: all frames, one after the other. Tells what lies behind them from what is damaged. One thread at a time. */
final class ZstdFrames extends InputStream implements Unpacked.Packed {

    private final ZstdInputStream frames;
    private boolean any;
    private boolean isOver;
    private boolean hasGarbage;

    ZstdFrames(InputStream input) throws IOException {
        this.frames = new ZstdInputStream(input);
    }

    @Override
    public boolean hasGarbage() {
        return hasGarbage;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (isOver) {
            return -1;
        }
        try {
            int read = frames.read(bytes, offset, length);
            any |= read > 0;
            isOver = read < 0;
            return read;
        } catch (ZstdIOException e) {
            if (any && e.getErrorCode() == Zstd.errPrefixUnknown()) {
                isOver = true;
                hasGarbage = true;
                return -1;
            }
            if ("Truncated source".equals(e.getMessage())) {
                throw BadPackingException.endsTooEarly("zstd", e);
            }
            throw BadPackingException.damaged("zstd", String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public void close() throws IOException {
        frames.close();
    }
}
