package io.synfire.query.http;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * The bytes of a request's body, in blocks: none of them is large, so that a heap has room for them wherever it has any. Filled by one thread at
 * a time, then read.
 */
final class Body {

    /** Where a request keeps it. */
    static final String ATTRIBUTE = "io.synfire.query.http.body";

    private static final int BLOCK_BITS = 16;
    private static final int BLOCK = 1 << BLOCK_BITS;
    private static final int FIRST = 1 << 10;

    private final List<byte[]> blocks = new ArrayList<>();
    private int length;

    /** The one that came with a request. */
    static Body of(Context context) {
        return Objects.requireNonNull(context.attribute(ATTRIBUTE), "a route that takes a body must be given one");
    }

    /** The one that came with a request, which lets go of it. */
    static Body taken(Context context) {
        Body body = of(context);
        context.attribute(ATTRIBUTE, null);
        return body;
    }

    /** How many bytes of heap it would take beyond those it has, if so many came. */
    int growth(int bytes) {
        return capacity((long) length + bytes) - capacity(length);
    }

    /** What blocks for so many bytes take: the first grows by doubling, since most bodies are small. */
    private static int capacity(long bytes) {
        if (bytes > BLOCK) {
            return Math.toIntExact((bytes + BLOCK - 1) >> BLOCK_BITS << BLOCK_BITS);
        }
        return bytes == 0 ? 0 : Math.max(FIRST, Integer.highestOneBit((int) bytes - 1) << 1);
    }

    void append(ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            byte[] block = blockFor(bytes.remaining());
            int at = length & (BLOCK - 1);
            int count = Math.min(bytes.remaining(), block.length - at);
            bytes.get(block, at, count);
            length += count;
        }
    }

    /** The block that the next byte goes to. */
    private byte[] blockFor(int more) {
        int index = length >> BLOCK_BITS;
        int inBlock = (int) Math.min(BLOCK, (length & (BLOCK - 1)) + (long) more);
        if (index == blocks.size()) {
            blocks.add(new byte[index == 0 ? capacity(inBlock) : BLOCK]);
        } else if (index == 0 && inBlock > blocks.get(0).length) {
            blocks.set(0, Arrays.copyOf(blocks.get(0), capacity(inBlock)));
        }
        return blocks.get(index);
    }

    int length() {
        return length;
    }

    byte at(int index) {
        return blocks.get(index >> BLOCK_BITS)[index & (BLOCK - 1)];
    }

    /** A copy of some of it. */
    byte[] copy(int from, int to) {
        byte[] copy = new byte[to - from];
        for (int at = from; at < to; ) {
            int inBlock = at & (BLOCK - 1);
            int count = Math.min(to - at, BLOCK - inBlock);
            System.arraycopy(blocks.get(at >> BLOCK_BITS), inBlock, copy, at - from, count);
            at += count;
        }
        return copy;
    }

    /** All of it, from the beginning. */
    InputStream stream() {
        return new InputStream() {
            private int next;

            @Override
            public int read() {
                return next == length ? -1 : at(next++) & 0xFF;
            }

            @Override
            public int read(byte[] into, int offset, int count) {
                if (next == length) {
                    return count == 0 ? 0 : -1;
                }
                int inBlock = next & (BLOCK - 1);
                int read = Math.min(Math.min(count, length - next), BLOCK - inBlock);
                System.arraycopy(blocks.get(next >> BLOCK_BITS), inBlock, into, offset, read);
                next += read;
                return read;
            }
        };
    }

    /** Whether it is text in UTF-8, without the character 0, which no JSON holds and which other encodings are known by. */
    boolean isText() {
        char[] chars = new char[1 << 12];
        try (Reader reader = new InputStreamReader(
                stream(),
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT))) {
            for (int read = reader.read(chars); read >= 0; read = reader.read(chars)) {
                for (int i = 0; i < read; i++) {
                    if (chars[i] == 0) {
                        return false;
                    }
                }
            }
            return true;
        } catch (IOException e) {
            // A stream over an array fails at nothing else than what it is asked for.
            return false;
        }
    }
}
