package io.synfire.engine.memory;

/**
 * What the write-back memory may use on the heap; see {@link Room} for what follows from it.
 *
 * @param bytesMax nothing more is learned before a checkpoint has made room when all of it together is larger
 */
public record MemoryBudget(long bytesMax) {

    private static final int IMPULSES_MIN = 1 << 12;
    private static final int IMPULSES_MAX = 1 << 18;
    private static final int IMPULSE_BYTES = 16;

    /** How many impulses may be held back to be applied cue by cue: a 64th of the budget's worth. */
    int impulsesMax() {
        return (int) Math.max(IMPULSES_MIN, Math.min(IMPULSES_MAX, bytesMax / 64 / IMPULSE_BYTES));
    }
}
