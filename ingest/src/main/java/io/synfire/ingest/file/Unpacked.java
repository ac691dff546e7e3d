package io.synfire.ingest.file;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** What a file or stream holds, unpacked: plain, gzip and zstd are told apart by their first bytes. One thread at a time. */
final class Unpacked implements Closeable {

    private static final int BUFFER_BYTES = 1 << 16;

    private final InputStream stream;

    private Unpacked(InputStream stream) {
        this.stream = stream;
    }

    static Unpacked open(Path file) throws IOException {
        InputStream raw = Files.newInputStream(file);
        try {
            return of(raw);
        } catch (IOException | RuntimeException e) {
            raw.close();
            throw e;
        }
    }

    static Unpacked of(InputStream raw) throws IOException {
        BufferedInputStream input = new BufferedInputStream(raw, BUFFER_BYTES);
        input.mark(4);
        byte[] magic = first(input);
        input.reset();
        if (startsWith(magic, 0x1f, 0x8b)) {
            return new Unpacked(new GzipMembers(input));
        }
        return new Unpacked(ZstdFrames.begins(magic) ? new ZstdFrames(input) : input);
    }

    /** Of a stream that is stopped before, what came; who reads on is told so. */
    private static byte[] first(InputStream input) throws IOException {
        byte[] first = new byte[4];
        int length = 0;
        try {
            for (int read = 0; read >= 0 && length < first.length; length += Math.max(0, read)) {
                read = input.read(first, length, first.length - length);
            }
        } catch (StoppedException e) {
            return Arrays.copyOf(first, length);
        }
        return Arrays.copyOf(first, length);
    }

    InputStream stream() {
        return stream;
    }

    /** Whether its end is its end: what is packed does not go on in the middle of a line. */
    boolean isPacked() {
        return stream instanceof PackedStream;
    }

    /** Whether something else lies behind the packed data; known at its end. */
    boolean hasGarbage() {
        return stream instanceof PackedStream packed && packed.hasGarbage();
    }

    @Override
    public void close() throws IOException {
        stream.close();
    }

    private static boolean startsWith(byte[] bytes, int... magic) {
        for (int i = 0; i < magic.length; i++) {
            if (i >= bytes.length || (bytes[i] & 0xff) != magic[i]) {
                return false;
            }
        }
        return true;
    }
}
