package io.synfire.engine.learn;

import java.nio.ByteBuffer;
import java.security.SecureRandom;

/**
 * A secret by which texts of the data are hashed: who does not know it cannot choose ids that meet in a hash table, which would make each
 * look at one of them a search through all. A store draws its own when it is made, and keeps it; nothing that is stored, learned or answered
 * depends on it.
 *
 * <p>The hash is SipHash-1-3: made for just this, and a hash of an id of 16 letters costs some 20 ns. Those that
 * are much faster (xxHash, wyhash) are not: there are known texts that meet whatever their seed is.
 *
 * <p>Immutable and thread-safe.
 */
public final class Salt {

    /** How many bytes it has. */
    public static final int BYTES = 2 * Long.BYTES;

    private static final int CHARS_A_WORD = Long.BYTES / Character.BYTES;

    private final long first;
    private final long second;

    private Salt(long first, long second) {
        this.first = first;
        this.second = second;
    }

    /**
     * A new one, which nobody can guess.
     *
     * @return 128 bits of the system's randomness
     */
    public static Salt draw() {
        SecureRandom random = new SecureRandom();
        return new Salt(random.nextLong(), random.nextLong());
    }

    /**
     * The one that is kept as these bytes.
     *
     * @param bytes as {@link #toBytes} gave them
     * @return the same salt
     * @throws IllegalArgumentException if there are not {@value #BYTES} of them
     */
    public static Salt of(byte[] bytes) {
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException("a salt has " + BYTES + " bytes: bytes=" + bytes.length);
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        return new Salt(buffer.getLong(), buffer.getLong());
    }

    /**
     * As which it is kept.
     *
     * @return {@value #BYTES} bytes
     */
    public byte[] toBytes() {
        return ByteBuffer.allocate(BYTES).putLong(first).putLong(second).array();
    }

    /**
     * The hash of a text.
     *
     * @param text any
     * @return 64 bits, of which each is as good as any other
     */
    public long hash(String text) {
        return hash(new State(first, second), 0, text);
    }

    /**
     * The hash of a number and a text.
     *
     * @param number any
     * @param text any
     * @return 64 bits
     */
    public long hash(long number, String text) {
        State state = new State(first, second);
        state.absorb(number);
        return hash(state, Long.BYTES, text);
    }

    /**
     * The hash of a number, such as a hash that knows no salt.
     *
     * @param number any
     * @return 64 bits
     */
    public long hash(long number) {
        return hash(number, "");
    }

    /** SipHash-1-3 of two bytes for each char of the text, the lower first, behind {@code before} bytes. */
    private static long hash(State state, int before, String text) {
        int length = text.length();
        int at = 0;
        for (; at + CHARS_A_WORD <= length; at += CHARS_A_WORD) {
            state.absorb(word(text, at));
        }
        state.absorb(rest(text, at) | (before + (long) Character.BYTES * length) << 56);
        return state.finished();
    }

    private static long word(String text, int at) {
        return text.charAt(at)
                | (long) text.charAt(at + 1) << 16
                | (long) text.charAt(at + 2) << 32
                | (long) text.charAt(at + 3) << 48;
    }

    /**
     * The last chars, fewer than a word has, from one on. A loop would take longer than all the rest, since the processor cannot foresee how
     * often it runs.
     */
    private static long rest(String text, int from) {
        int length = text.length();
        if (length >= CHARS_A_WORD) {
            // In two steps, since a long is not shifted by all of its bits.
            return word(text, length - CHARS_A_WORD) >>> Character.SIZE >>> (Character.SIZE * (from + 3 - length));
        }
        long rest = 0;
        for (int at = length - 1; at >= 0; at--) {
            rest = rest << Character.SIZE | text.charAt(at);
        }
        return rest;
    }

    /** Never leaves the method that makes it, so that it is made of registers. */
    private static final class State {
        private long v0;
        private long v1;
        private long v2;
        private long v3;

        State(long first, long second) {
            v0 = first ^ 0x736f6d6570736575L;
            v1 = second ^ 0x646f72616e646f6dL;
            v2 = first ^ 0x6c7967656e657261L;
            v3 = second ^ 0x7465646279746573L;
        }

        void absorb(long word) {
            v3 ^= word;
            round();
            v0 ^= word;
        }

        long finished() {
            v2 ^= 0xff;
            round();
            round();
            round();
            return v0 ^ v1 ^ v2 ^ v3;
        }

        private void round() {
            v0 += v1;
            v1 = Long.rotateLeft(v1, 13) ^ v0;
            v0 = Long.rotateLeft(v0, 32);
            v2 += v3;
            v3 = Long.rotateLeft(v3, 16) ^ v2;
            v0 += v3;
            v3 = Long.rotateLeft(v3, 21) ^ v0;
            v2 += v1;
            v1 = Long.rotateLeft(v1, 17) ^ v2;
            v2 = Long.rotateLeft(v2, 32);
        }
    }

    /** Says nothing of what it is: who reads it in a log could choose ids. */
    @Override
    public String toString() {
        return "Salt";
    }
}
