package io.synfire.engine.store;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Reads what a {@link ByteSink} wrote. What does not end where it should is damage, and said to be. One thread at a time. */
final class ByteSource {

    private final String what;
    private final byte[] bytes;
    private int at;

    /** {@code what} names the record in a message. */
    ByteSource(String what, byte[] bytes) {
        this.what = what;
        this.bytes = bytes;
    }

    int u1() {
        need(1);
        return bytes[at++] & 0xff;
    }

    long varint() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            need(1);
            byte b = bytes[at++];
            value |= (b & 0x7fL) << shift;
            if (b >= 0) {
                if (value < 0) {
                    break;
                }
                return value;
            }
        }
        throw damaged("a varint is too long");
    }

    /** A varint that counts things of at least {@code bytesEach} bytes that must still follow. */
    int count(int bytesEach) {
        long count = varint();
        if (count > (bytes.length - at) / Math.max(1, bytesEach)) {
            throw damaged("a count exceeds what follows: count=" + count);
        }
        return (int) count;
    }

    int varintInt() {
        long value = varint();
        if (value > Integer.MAX_VALUE) {
            throw damaged("a number is too large: value=" + value);
        }
        return (int) value;
    }

    long i8() {
        need(8);
        long value = 0;
        for (int shift = 0; shift < 64; shift += 8) {
            value |= (bytes[at++] & 0xffL) << shift;
        }
        return value;
    }

    float f4() {
        need(4);
        int bits = (bytes[at] & 0xff)
                | (bytes[at + 1] & 0xff) << 8
                | (bytes[at + 2] & 0xff) << 16
                | (bytes[at + 3] & 0xff) << 24;
        at += 4;
        return Float.intBitsToFloat(bits);
    }

    double f8() {
        return Double.longBitsToDouble(i8());
    }

    String text() {
        int length = count(1);
        String value = new String(bytes, at, length, StandardCharsets.UTF_8);
        at += length;
        return value;
    }

    /** All that follows. */
    byte[] rest() {
        byte[] rest = Arrays.copyOfRange(bytes, at, bytes.length);
        at = bytes.length;
        return rest;
    }

    boolean hasMore() {
        return at < bytes.length;
    }

    void end() {
        if (at != bytes.length) {
            throw damaged("bytes are left over: bytes=" + (bytes.length - at));
        }
    }

    /** To be thrown, and to be told as damage by who knows the store. */
    IllegalStateException damaged(String how) {
        return new IllegalStateException(what + " at byte " + at + " of " + bytes.length + ": " + how);
    }

    private void need(int more) {
        if (bytes.length - at < more) {
            throw damaged("it ends too early");
        }
    }
}
