package io.synfire.ingest.file;

import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What zstd has packed: all frames, one after the other, however they come in. The library's own stream takes the end for the end where a
 * further frame was cut short, and does not tell what lies behind from what is damaged. One thread at a time.
 */
final class ZstdFrames extends PackedStream {

    private static final int MAGIC = 0xfd2fb528;
    private static final int MAGIC_SKIPPABLE = 0x184d2a50;
    private static final int SKIPPABLE_MASK = 0xfffffff0;
    private static final int BUFFER_BYTES = 1 << 17;

    private final InputStream input;
    private final ZstdDecompressCtx decoder = new ZstdDecompressCtx();
    private final byte[] read = new byte[BUFFER_BYTES];
    private final ByteBuffer packed = ByteBuffer.allocateDirect(BUFFER_BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .limit(0);
    private final ByteBuffer unpacked = ByteBuffer.allocateDirect(BUFFER_BYTES).limit(0);
    private boolean inFrame;
    private boolean wasFull;
    private boolean isOver;

    /** Whether bytes begin a frame; some programs put one before all others that holds nothing to read. */
    static boolean begins(byte[] bytes) {
        return bytes.length >= Integer.BYTES
                && isMagic(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt());
    }

    private static boolean isMagic(int magic) {
        return magic == MAGIC || (magic & SKIPPABLE_MASK) == MAGIC_SKIPPABLE;
    }

    ZstdFrames(InputStream input) {
        this.input = input;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        while (!unpacked.hasRemaining()) {
            if (!inFrame) {
                begin();
            }
            if (isOver) {
                return -1;
            }
            unpack();
        }
        int given = Math.min(length, unpacked.remaining());
        unpacked.get(bytes, offset, given);
        return given;
    }

    /** Looks whether another frame begins. */
    private void begin() throws IOException {
        while (packed.remaining() < Integer.BYTES && fill()) {
            // Until it can be told.
        }
        if (packed.remaining() >= Integer.BYTES) {
            inFrame = isMagic(packed.getInt(packed.position()));
        }
        isOver = !inFrame;
        if (isOver && packed.hasRemaining()) {
            foundGarbage();
        }
    }

    private void unpack() throws IOException {
        // What did not fit before is given out without more to read.
        if (!packed.hasRemaining() && !wasFull && !fill()) {
            throw BadPackingException.endsTooEarly("zstd", null);
        }
        unpacked.clear();
        try {
            inFrame = !decoder.decompressDirectByteBufferStream(unpacked, packed);
        } catch (ZstdException e) {
            throw BadPackingException.damaged("zstd", String.valueOf(e.getMessage()), e);
        }
        wasFull = !unpacked.hasRemaining();
        unpacked.flip();
    }

    private boolean fill() throws IOException {
        packed.compact();
        int bytes = input.read(read, 0, packed.remaining());
        if (bytes > 0) {
            packed.put(read, 0, bytes);
        }
        packed.flip();
        return bytes > 0;
    }

    @Override
    public void close() throws IOException {
        decoder.close();
        input.close();
    }
}
