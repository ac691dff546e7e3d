package io.synfire.engine.memory;

import java.util.ArrayList;
import java.util.List;

/**
 * Tells of most hashes that were not added that they were not: a Bloom filter, twelve bits a hash. It
 * grows by parts, each four times as large as the one before, and each that is full tells about one in two hundred wrongly: of half a million
 * hashes about one in fifty. The sixth, of two megabytes, takes what comes then, and tells less and less. Of one thread.
 */
final class HashFilter {

    private static final int WORDS_MIN = 1 << 8;
    private static final int WORDS_MAX = 1 << 18;
    private static final int GROWTH = 4;
    private static final int BITS_EACH = 12;
    private static final int PROBES = 6;

    private final List<long[]> parts = new ArrayList<>();

    /** How many hashes the last part still has room for. */
    private int room;

    private long bytes;

    void add(long hash) {
        if (parts.isEmpty() || (room == 0 && last().length < WORDS_MAX)) {
            long[] part = new long[parts.isEmpty() ? WORDS_MIN : last().length * GROWTH];
            parts.add(part);
            room = part.length * Long.SIZE / BITS_EACH;
            bytes += 16 + (long) part.length * Long.BYTES;
        }
        long[] part = last();
        for (int probe = 0; probe < PROBES; probe++) {
            int bit = bit(hash, probe, part);
            part[bit >>> 6] |= 1L << bit;
        }
        room = Math.max(0, room - 1);
    }

    /** False if a hash was never added. */
    boolean mayContain(long hash) {
        for (long[] part : parts) {
            if (mayContain(hash, part)) {
                return true;
            }
        }
        return false;
    }

    /** What it takes on the heap. */
    long bytes() {
        return bytes;
    }

    private long[] last() {
        return parts.get(parts.size() - 1);
    }

    private static boolean mayContain(long hash, long[] part) {
        for (int probe = 0; probe < PROBES; probe++) {
            int bit = bit(hash, probe, part);
            if ((part[bit >>> 6] & 1L << bit) == 0) {
                return false;
            }
        }
        return true;
    }

    private static int bit(long hash, int probe, long[] part) {
        return (int) hash + probe * ((int) (hash >>> 32) | 1) & part.length * Long.SIZE - 1;
    }
}
