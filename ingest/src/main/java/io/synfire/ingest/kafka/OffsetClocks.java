package io.synfire.ingest.kafka;

import java.util.Arrays;

/**
 * Offsets of one partition, each with a clock: of those that are put twice the earlier counts. An open-addressing table of some 40 bytes
 * an offset, since a producer whose clock is ahead may send millions. One thread at a time.
 */
final class OffsetClocks {

    private static final int FIRST_LENGTH = 16;
    private static final long FREE = -1;

    private long[] offsets = free(FIRST_LENGTH);
    private long[] clocksMs = new long[FIRST_LENGTH];
    private int size;

    /** Offsets are at least 0. */
    void put(long offset, long clockMs) {
        int slot = slot(offsets, offset);
        if (offsets[slot] == offset) {
            clocksMs[slot] = Math.min(clocksMs[slot], clockMs);
            return;
        }
        offsets[slot] = offset;
        clocksMs[slot] = clockMs;
        size++;
        if (size > offsets.length / 2) {
            keepFrom(0, offsets.length * 2);
        }
    }

    /** The clock of an offset, or {@link Long#MAX_VALUE} if it is not here. */
    long clockMs(long offset) {
        int slot = slot(offsets, offset);
        return offsets[slot] == offset ? clocksMs[slot] : Long.MAX_VALUE;
    }

    /** Drops those before an offset. */
    void dropBefore(long offset) {
        long kept = Arrays.stream(offsets).filter(each -> each >= offset).count();
        if (kept < size) {
            int length = FIRST_LENGTH;
            while (length < 2 * kept) {
                length *= 2;
            }
            keepFrom(offset, length);
        }
    }

    int size() {
        return size;
    }

    private void keepFrom(long first, int length) {
        long[] beforeOffsets = offsets;
        long[] beforeClocksMs = clocksMs;
        offsets = free(length);
        clocksMs = new long[length];
        size = 0;
        for (int i = 0; i < beforeOffsets.length; i++) {
            if (beforeOffsets[i] != FREE && beforeOffsets[i] >= first) {
                int slot = slot(offsets, beforeOffsets[i]);
                offsets[slot] = beforeOffsets[i];
                clocksMs[slot] = beforeClocksMs[i];
                size++;
            }
        }
    }

    /** Where an offset is, or the free slot where it belongs. At most half of all are taken. */
    private static int slot(long[] offsets, long offset) {
        int mask = offsets.length - 1;
        int slot = (int) ((offset * 0x9e3779b97f4a7c15L) >>> 32) & mask;
        while (offsets[slot] != FREE && offsets[slot] != offset) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private static long[] free(int length) {
        long[] offsets = new long[length];
        Arrays.fill(offsets, FREE);
        return offsets;
    }
}
