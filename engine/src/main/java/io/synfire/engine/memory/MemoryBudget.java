package io.synfire.engine.memory;

/**
 * What the write-back memory may use on the heap; see {@link Room} for what follows from it.
 *
 * @param bytesMax nothing more is learned before a checkpoint has made room when all of it together is larger
 */
public record MemoryBudget(long bytesMax) {

    private static final int IMPULSES_MIN = 1 << 12;
    private static final int IMPULSES_MAX = 1 << 19;
    private static final int HELD_MAX = 1 << 21;
    private static final long ROW_CACHE_MAX = 1L << 28;
    private static final long BATCH_MORE_MAX = 1L << 27;
    private static final long RETRACTIONS_MAX = 1L << 20;
    private static final int IMPULSE_BYTES = 16;

    /** How much is kept for rows that readers have read: a 16th. What is learned does not depend on whether it is used. */
    long rowCacheBytesMax() {
        return Math.min(ROW_CACHE_MAX, bytesMax / 16);
    }

    /** How much is left for learning. */
    long learningBytesMax() {
        return bytesMax - rowCacheBytesMax();
    }

    /** From how much on, of windows, ids and retractions that wait, a batch is applied in parts, too: a 16th. */
    long keptBytesMax() {
        return Math.max((long) IMPULSES_MIN * IMPULSE_BYTES, bytesMax / 16);
    }

    /** How much is read at once of the retractions that wait in the store: a 64th. */
    long retractionBytesMax() {
        return Math.min(RETRACTIONS_MAX, bytesMax / 64);
    }

    /**
     * How large the batch of a checkpoint should become, which takes room off the heap: an eighth, and as much again up to so much as memtables
     * may hold. That is an eighth of all that Synfire may use, or less.
     */
    long batchBytesMax() {
        return bytesMax / 8 + Math.min(bytesMax / 8, BATCH_MORE_MAX);
    }

    /** How many impulses should be learned at once: a 64th of the budget's worth. */
    int impulsesMax() {
        return (int) Math.max(IMPULSES_MIN, Math.min(IMPULSES_MAX, bytesMax / 64 / IMPULSE_BYTES));
    }

    /**
     * From how many impulses on a batch is applied in parts, each a moment of its own: a 16th of the budget's worth. All of them are held until
     * the moment is published.
     */
    int heldMax() {
        return (int) Math.max(IMPULSES_MIN, Math.min(HELD_MAX, bytesMax / 16 / IMPULSE_BYTES));
    }
}
