package io.synfire.engine.store;

/**
 * What RocksDB takes off the heap, in bytes, as it says itself; 0 while it is not open.
 *
 * @param cacheBytes what the block cache holds
 * @param memtablesBytes what was written and is not yet in a file, all column families together
 * @param readersBytes indexes and filters of tables, as far as they are not in the block cache
 */
public record StoreMemory(long cacheBytes, long memtablesBytes, long readersBytes) {

    static final StoreMemory NONE = new StoreMemory(0, 0, 0);
}
