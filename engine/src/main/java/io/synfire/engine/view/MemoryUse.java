package io.synfire.engine.view;

/**
 * What a memory takes of its budget, in bytes: a part each, so that all parts together are {@link #usedBytes}. Each part has the name of a metric.
 *
 * <p>Parts on the heap, but for what is kept for readers, are of one moment, the last that was counted; the others are of a moment shortly after.
 *
 * @param budgetBytes what it may use in all
 * @param tablesBytes associations, what contexts remember, event ids and waiting retractions that are not stored yet
 * @param heldBytes impulses that are not in their rows yet; clocks and positions of partitions and files; what a log takes back, while it is
 *     learned anew
 * @param idsBytes ids, with a few words in arrays for each: they cannot leave memory
 * @param marginalsBytes marginals, which cannot leave memory
 * @param rowcacheBytes what is kept for readers: rows they have read from the store, the strongest of large tables
 * @param checkpointBytes the batch of the checkpoint that is being written, off the heap; 0 if none is
 * @param rocksdbCacheBytes RocksDB's block cache, off the heap
 * @param rocksdbMemtablesBytes its memtables, off the heap
 * @param rocksdbReadersBytes its table readers, off the heap
 */
public record MemoryUse(
        long budgetBytes,
        long tablesBytes,
        long heldBytes,
        long idsBytes,
        long marginalsBytes,
        long rowcacheBytes,
        long checkpointBytes,
        long rocksdbCacheBytes,
        long rocksdbMemtablesBytes,
        long rocksdbReadersBytes) {

    /**
     * What cannot leave memory: ids, marginals and what is held.
     *
     * @return bytes, on the heap
     */
    public long fixedBytes() {
        return heldBytes + idsBytes + marginalsBytes;
    }

    /**
     * What is on the heap.
     *
     * @return bytes
     */
    public long heapBytes() {
        return tablesBytes + fixedBytes() + rowcacheBytes;
    }

    /**
     * What is off the heap.
     *
     * @return bytes
     */
    public long offHeapBytes() {
        return checkpointBytes + rocksdbCacheBytes + rocksdbMemtablesBytes + rocksdbReadersBytes;
    }

    /**
     * All that is accounted: a tenth more than the budget at most, but for ids and marginals, which take what they need.
     *
     * @return bytes
     */
    public long usedBytes() {
        return heapBytes() + offHeapBytes();
    }
}
