package io.synfire.engine.store;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A growing array of bytes; numbers are written as varints (LEB128) or little-endian. One thread at a time. */
final class ByteSink {

    private byte[] bytes;
    private int size;

    ByteSink(int expected) {
        bytes = new byte[Math.max(16, expected)];
    }

    void u1(int value) {
        room(1);
        bytes[size++] = (byte) value;
    }

    /** Small numbers first: 7 bits a byte; at least 0. */
    void varint(long value) {
        if (value < 0) {
            throw new IllegalStateException("a varint must be at least 0: value=" + value);
        }
        room(10);
        long rest = value;
        while (rest > 0x7f) {
            bytes[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[size++] = (byte) rest;
    }

    void i8(long value) {
        room(8);
        for (int shift = 0; shift < 64; shift += 8) {
            bytes[size++] = (byte) (value >>> shift);
        }
    }

    void f4(float value) {
        room(4);
        int bits = Float.floatToRawIntBits(value);
        bytes[size] = (byte) bits;
        bytes[size + 1] = (byte) (bits >>> 8);
        bytes[size + 2] = (byte) (bits >>> 16);
        bytes[size + 3] = (byte) (bits >>> 24);
        size += 4;
    }

    void f8(double value) {
        i8(Double.doubleToRawLongBits(value));
    }

    void text(String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        varint(utf8.length);
        room(utf8.length);
        System.arraycopy(utf8, 0, bytes, size, utf8.length);
        size += utf8.length;
    }

    byte[] toBytes() {
        return Arrays.copyOf(bytes, size);
    }

    private void room(int more) {
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
        }
    }
}
