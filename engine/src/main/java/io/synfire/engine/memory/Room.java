package io.synfire.engine.memory;

import java.util.function.LongSupplier;

/**
 * How much room the budget leaves, and what follows from it: when to write a checkpoint, when to slow down, when to wait, what to keep. When rows are
 * written changes what is learned only by what limits of a row drop, within their bounds. Writer only.
 */
public final class Room {

    private final MemoryBudget budget;
    private final LongSupplier bytes;
    private final LongSupplier fixedBytes;
    private final LongSupplier pendingBytes;
    private final GrowthRate growth = new GrowthRate();
    private long bytesAfterLast;

    /** By how much it grew from the end of one checkpoint to that of the next, the most of the last few. */
    private long gathered;

    /** Whether the last checkpoint found it full: as long as none does, there is no need to leave more room than learning asked for. */
    private boolean wasFull;

    /**
     * The room of a memory.
     *
     * @param budget what it may use
     * @param bytes tells what it uses
     * @param fixedBytes tells what of that cannot leave memory
     * @param pendingBytes tells how much the next checkpoint will write
     */
    Room(MemoryBudget budget, LongSupplier bytes, LongSupplier fixedBytes, LongSupplier pendingBytes) {
        this.budget = budget;
        this.bytes = bytes;
        this.fixedBytes = fixedBytes;
        this.pendingBytes = pendingBytes;
        this.bytesAfterLast = bytes.getAsLong();
    }

    /**
     * Whether so much is in memory that a checkpoint should make room, or so much is to be written by it that its batch would become too large.
     *
     * @return true if three quarters of what tables and windows may use are used up, or five eighths of what a batch may use are pending
     */
    public boolean isFull() {
        return isUsed(12) || pendingBytes.getAsLong() > budget.batchBytesMax() / 8 * 5;
    }

    /**
     * Whether learning should slow down until a checkpoint has made room.
     *
     * @return true if thirteen sixteenths of what tables and windows may use are used up
     */
    public boolean isTight() {
        return isUsed(13);
    }

    /**
     * Whether nothing may be learned before a checkpoint has made room.
     *
     * @return true if the budget is used up
     */
    public boolean isOverfull() {
        return bytes.getAsLong() > budget.learningBytesMax();
    }

    /**
     * Whether so much may be learned without going beyond the budget, about: what a pair takes is guessed from what the last ones took.
     *
     * @param pairs how many ordered pairs
     * @return true if there is room for them
     */
    public boolean isEnoughFor(long pairs) {
        return bytes.getAsLong() + growth.bytesOf(pairs) <= budget.learningBytesMax()
                && pendingBytes.getAsLong() <= budget.batchBytesMax();
    }

    /**
     * How much to learn at once: the less room there is the less, so that there is time to make some in between.
     *
     * @return a number of ordered pairs, at least 0
     */
    public long pairsAtOnce() {
        long free = Math.max(0, budget.learningBytesMax() - bytes.getAsLong());
        return Math.min(budget.impulsesMax(), growth.pairsOf(free / 4));
    }

    /** Notes what some pairs took. */
    void learned(long pairs, long bytesBefore) {
        growth.saw(pairs, bytes.getAsLong() - bytesBefore);
    }

    /** Notes how much there is before what a checkpoint wrote may leave. */
    void written() {
        wasFull = isFull();
        gathered = Math.max(bytes.getAsLong() - bytesAfterLast, gathered / 2);
    }

    /** Notes how much there is when a checkpoint has ended. */
    void made() {
        bytesAfterLast = bytes.getAsLong();
    }

    /** Notes how much of that has left since. */
    void left(long bytes) {
        bytesAfterLast -= bytes;
    }

    /**
     * What stays of tables after a checkpoint: eleven sixteenths; once that is too much, as much as leaves room for what was gathered lately
     * until the next had ended, five sixteenths at least.
     */
    long tableBytesMax() {
        long sixteenth = movableBytesMax() / 16;
        return wasFull ? Math.max(5 * sixteenth, 11 * sixteenth - gathered / 4 * 5) : 11 * sixteenth;
    }

    /** What stays of context windows and event ids after a checkpoint. */
    long windowBytesMax() {
        return movableBytesMax() / 16;
    }

    private boolean isUsed(int sixteenths) {
        return bytes.getAsLong() > fixedBytes.getAsLong() + movableBytesMax() / 16 * sixteenths;
    }

    /** What may be used beside what cannot leave memory. */
    private long movableBytesMax() {
        return Math.max(0, budget.learningBytesMax() - fixedBytes.getAsLong());
    }
}
