package io.synfire.engine.store;

import io.synfire.engine.event.Retraction;
import org.jspecify.annotations.Nullable;

/**
 * A retraction that waits, as it is stored, on the heap as in the store: so what it takes is known to the byte. They come due in their order.
 * Immutable.
 */
public final class StoredRetraction implements Comparable<StoredRetraction> {

    /** It, and the header of its array. */
    private static final int OBJECT_BYTES = 32 + 16;

    private final long dueMs;
    private final long number;
    private final byte[] bytes;

    StoredRetraction(long dueMs, long number, byte[] bytes) {
        this.dueMs = dueMs;
        this.number = number;
        this.bytes = bytes;
    }

    /**
     * A retraction that was read before what it takes back.
     *
     * @param number in which order it was read, at least 0
     * @param retraction what waits
     * @return as it is stored, without its ids: they did what they are for when it was read
     */
    public static StoredRetraction of(long number, Retraction retraction) {
        return new StoredRetraction(retraction.latestMs(), number, RetractionBytes.of(retraction));
    }

    /**
     * For when it waits: it comes due when the watermark reaches this.
     *
     * @return event time, milliseconds since the epoch
     */
    public long dueMs() {
        return dueMs;
    }

    /**
     * In which order it was read.
     *
     * @return at least 0
     */
    public long number() {
        return number;
    }

    /**
     * What it takes on the heap.
     *
     * @return bytes, without those of what holds it
     */
    public int heapBytes() {
        return OBJECT_BYTES + (bytes.length + 7 & ~7);
    }

    byte[] key() {
        return RetractionKeys.of(dueMs, number);
    }

    byte[] bytes() {
        return bytes;
    }

    @Override
    public int compareTo(StoredRetraction other) {
        int byTime = Long.compare(dueMs, other.dueMs);
        return byTime == 0 ? Long.compare(number, other.number) : byTime;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof StoredRetraction retraction && compareTo(retraction) == 0;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(dueMs) * 31 + Long.hashCode(number);
    }

    @Override
    public String toString() {
        return "retraction " + number + " due at " + dueMs;
    }
}
