package io.synfire.engine.memory;

/**
 * What the write-back memory may use on the heap.
 *
 * @param bytesMax a checkpoint is due when all of it together is larger
 * @param afterCheckpointBytes what tables and windows are brought back to at a checkpoint, so that the next has room to gather
 */
public record MemoryBudget(long bytesMax, long afterCheckpointBytes) {

    /**
     * A budget of which half stays after a checkpoint.
     *
     * @param bytes in all
     * @return the budget
     */
    public static MemoryBudget of(long bytes) {
        return new MemoryBudget(bytes, bytes / 2);
    }
}
