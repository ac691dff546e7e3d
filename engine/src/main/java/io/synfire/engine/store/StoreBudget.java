package io.synfire.engine.store;

/**
 * What RocksDB may use off the heap.
 *
 * @param blockCacheBytes for blocks read from disk
 * @param memtableBytes for what was written and is not yet in a file, all column families together
 */
public record StoreBudget(long blockCacheBytes, long memtableBytes) {}
