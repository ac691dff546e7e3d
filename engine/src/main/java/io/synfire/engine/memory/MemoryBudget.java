package io.synfire.engine.memory;

/**
 * What the write-back memory may use on the heap. Half of what tables and windows may use stays after a checkpoint, so that the next has
 * room to gather.
 *
 * @param bytesMax nothing more is learned before a checkpoint has made room when all of it together is larger
 */
public record MemoryBudget(long bytesMax) {}
