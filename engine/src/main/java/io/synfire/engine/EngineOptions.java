package io.synfire.engine;

import io.synfire.engine.store.StoreBudget;

/**
 * What an engine may use. It decides when rows are written, so it changes what is learned only by what {@code max-associations} and
 * {@code forget.below} drop, within their bounds.
 *
 * @param memoryBytes budget for what the engine accounts: adjacency tables, windows, ids, marginals and what is kept for readers on the heap;
 *     RocksDB's block cache and memtables and the batch of a checkpoint off it. Ids and marginals take what they need. At least
 *     {@value #MEMORY_BYTES_MIN}
 */
public record EngineOptions(long memoryBytes) {

    /** What memtables hold is in the write-ahead log alone, and is read again after a crash: 128 MiB take a second or two. */
    private static final long MEMTABLE_BYTES_MAX = 128L << 20;

    /** The smallest budget, 16 MiB. */
    public static final long MEMORY_BYTES_MIN = 16L << 20;

    /**
     * Checks the budget.
     *
     * @throws IllegalArgumentException if it is below the least
     */
    public EngineOptions {
        if (memoryBytes < MEMORY_BYTES_MIN) {
            throw new IllegalArgumentException("memory must be at least 16 MiB: memory=" + memoryBytes);
        }
    }

    /** Half is the heap's: tables, windows, dictionary, marginals. */
    long heapBytes() {
        return memoryBytes / 2;
    }

    /**
     * The other half is RocksDB's. In it is room for twice what memtables may hold: while a batch comes in, what was there before may still
     * be on its way into a file. Some is left to the batch itself, while a checkpoint is gathered and written.
     */
    StoreBudget storeBudget() {
        long memtableBytes = Math.min(memoryBytes / 8, MEMTABLE_BYTES_MAX);
        return new StoreBudget(memoryBytes / 2 - memoryBytes / 16 - 2 * memtableBytes, memtableBytes);
    }

    /**
     * A third of the heap, at least {@value #MEMORY_BYTES_MIN} bytes.
     *
     * @return the default options on this JVM
     */
    public static EngineOptions defaults() {
        return new EngineOptions(Math.max(MEMORY_BYTES_MIN, Runtime.getRuntime().maxMemory() / 3));
    }
}
