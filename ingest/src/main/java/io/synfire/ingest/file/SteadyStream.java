package io.synfire.ingest.file;

import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.util.Arrays;

/**
 * The bytes of an open file from its first, as long as it only grows. One that is cut short and written anew under the same name stays the
 * same file to the system, so reading would go on in the middle of something else. Therefore what lies right before each block is held
 * against what was read there, once the block was read. Closes nothing. One thread at a time.
 */
final class SteadyStream extends InputStream {

    /** So many bytes before a block are held against what they were. */
    private static final int BEFORE_BYTES = 4096;

    private final RandomAccessFile file;
    private final byte[] now = new byte[BEFORE_BYTES];
    private byte[] before = new byte[0];
    private long at;

    SteadyStream(RandomAccessFile file) {
        this.file = file;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        file.seek(at);
        int read = file.read(bytes, offset, length);
        requireSteady();
        if (read > 0) {
            keep(bytes, offset, read);
            at += read;
        }
        return read;
    }

    private void requireSteady() throws IOException {
        file.seek(at - before.length);
        int there = 0;
        int read = 0;
        while (there < before.length && read >= 0) {
            read = file.read(now, there, before.length - there);
            there += Math.max(0, read);
        }
        if (!Arrays.equals(now, 0, there, before, 0, before.length)) {
            throw new IOException("it was cut short or written anew while it was read");
        }
    }

    private void keep(byte[] bytes, int offset, int length) {
        int more = Math.min(length, BEFORE_BYTES);
        int kept = Math.min(before.length, BEFORE_BYTES - more);
        byte[] last = Arrays.copyOfRange(before, before.length - kept, before.length - kept + kept + more);
        System.arraycopy(bytes, offset + length - more, last, kept, more);
        before = last;
    }
}
