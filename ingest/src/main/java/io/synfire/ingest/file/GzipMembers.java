package io.synfire.ingest.file;

import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * What gzip has packed: all members, one after the other, however they come in. The JDK's own stream ends behind the first member where the
 * next has not arrived yet, as in a pipe, and passes over whatever lies behind. One thread at a time.
 */
final class GzipMembers extends PackedStream {

    private static final int DEFLATE = 8;
    private static final int FLAG_HEADER_CHECKSUM = 2;
    private static final int FLAG_EXTRA = 4;
    private static final int FLAG_NAME = 8;
    private static final int FLAG_COMMENT = 16;
    private static final int FLAGS_RESERVED = 0xe0;

    private final InputStream input;
    private final Inflater inflater = new Inflater(true);
    private final CRC32 checksum = new CRC32();
    private final byte[] packed = new byte[1 << 13];
    private int at;
    private int end;
    private long members;
    private boolean inMember;
    private boolean isOver;

    GzipMembers(InputStream input) {
        this.input = input;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (!isOver) {
            if (!inMember) {
                begin();
            } else if (inflater.finished()) {
                finish();
            } else {
                int unpacked = inflate(bytes, offset, length);
                if (unpacked > 0) {
                    checksum.update(bytes, offset, unpacked);
                    return unpacked;
                }
            }
        }
        return -1;
    }

    private int inflate(byte[] bytes, int offset, int length) throws IOException {
        if (inflater.needsInput()) {
            if (at == end && !fill()) {
                throw BadPackingException.endsTooEarly("gzip", null);
            }
            inflater.setInput(packed, at, end - at);
            at = end;
        }
        try {
            int unpacked = inflater.inflate(bytes, offset, length);
            if (unpacked == 0 && inflater.needsDictionary()) {
                throw BadPackingException.damaged("gzip", "a dictionary is asked for", null);
            }
            return unpacked;
        } catch (DataFormatException e) {
            throw BadPackingException.damaged("gzip", String.valueOf(e.getMessage()), e);
        }
    }

    /** The header of the next member, if there is one. */
    private void begin() throws IOException {
        int first = next();
        while (members > 0 && first == 0) {
            // What tapes and disks are filled up with.
            first = next();
        }
        if (first < 0 && members > 0) {
            isOver = true;
            return;
        }
        if (first != 0x1f || required() != 0x8b) {
            if (members == 0) {
                throw BadPackingException.damaged("gzip", "it has no header", null);
            }
            isOver = true;
            foundGarbage();
            return;
        }
        if (required() != DEFLATE) {
            throw BadPackingException.damaged("gzip", "the method is not deflate", null);
        }
        int flags = required();
        if ((flags & FLAGS_RESERVED) != 0) {
            throw BadPackingException.damaged("gzip", "flags=" + flags, null);
        }
        skip(6);
        if ((flags & FLAG_EXTRA) != 0) {
            skip(required() | required() << 8);
        }
        if ((flags & FLAG_NAME) != 0) {
            skipText();
        }
        if ((flags & FLAG_COMMENT) != 0) {
            skipText();
        }
        if ((flags & FLAG_HEADER_CHECKSUM) != 0) {
            skip(2);
        }
        inMember = true;
        members++;
    }

    /** The trailer of the member. */
    private void finish() throws IOException {
        at = end - inflater.getRemaining();
        long expected = number();
        long size = number();
        if (expected != checksum.getValue() || size != (inflater.getBytesWritten() & 0xffff_ffffL)) {
            throw BadPackingException.damaged("gzip", "a checksum is not what it should be", null);
        }
        inflater.reset();
        checksum.reset();
        inMember = false;
    }

    private long number() throws IOException {
        long value = 0;
        for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
            value |= (long) required() << shift;
        }
        return value;
    }

    private void skip(int bytes) throws IOException {
        for (int i = 0; i < bytes; i++) {
            required();
        }
    }

    private void skipText() throws IOException {
        while (required() != 0) {
            // Up to its end.
        }
    }

    private int required() throws IOException {
        int next = next();
        if (next < 0) {
            throw BadPackingException.endsTooEarly("gzip", null);
        }
        return next;
    }

    private int next() throws IOException {
        return at == end && !fill() ? -1 : packed[at++] & 0xff;
    }

    private boolean fill() throws IOException {
        at = 0;
        end = Math.max(0, input.read(packed));
        return end > 0;
    }

    @Override
    public void close() throws IOException {
        inflater.end();
        input.close();
    }
}
