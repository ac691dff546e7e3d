package io.synfire.engine.store;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.rocksdb.AbstractImmutableNativeReference;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.IndexType;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.MergeOperator;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.StringAppendOperator;
import org.rocksdb.WALRecoveryMode;

/**
 * An open RocksDB with its column families and every native object that must be closed with it (none has a finalizer).
 *
 * <p>Recovery stops at the first damaged record of the log: a consistent prefix. The mode that skips damaged records would lose a
 * hole in the middle and is never used. All column families are flushed together: else a table of one may hold what lies behind the damage, and
 * there is no prefix. The manifest tells which logs there are: one that is gone is missed.
 */
final class RocksDatabase implements AutoCloseable {

    private static final long BLOCK_BYTES = 16 << 10;
    private static final long METADATA_BYTES = 4 << 10;

    static {
        // Before any other class of RocksDB is touched: LRUCache and BloomFilter do not load the library themselves.
        RocksDB.loadLibrary();
    }

    private final List<AbstractImmutableNativeReference> natives = new ArrayList<>();
    private final Map<ColumnFamily, ColumnFamilyHandle> handles = new EnumMap<>(ColumnFamily.class);
    private final RocksDB db;

    private RocksDatabase(Path directory, boolean writes, StoreBudget budget, DiskAccess disk) throws RocksDBException {
        List<ColumnFamilyHandle> opened = new ArrayList<>();
        try {
            LRUCache cache = owned(new LRUCache(budget.blockCacheBytes()));
            MergeOperator merge = owned(new StringAppendOperator(""));
            List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
            for (ColumnFamily family : ColumnFamily.values()) {
                descriptors.add(
                        new ColumnFamilyDescriptor(family.nameBytes(), familyOptions(cache, merge, budget, disk)));
            }
            DBOptions options = databaseOptions(budget);
            disk.layOut(options);
            db = writes
                    ? RocksDB.open(options, directory.toString(), descriptors, opened)
                    : RocksDB.openReadOnly(options, directory.toString(), descriptors, opened);
        } catch (RocksDBException | RuntimeException e) {
            closeNatives();
            throw e;
        }
        int next = 0;
        for (ColumnFamily family : ColumnFamily.values()) {
            handles.put(family, opened.get(next++));
        }
    }

    static RocksDatabase open(Path directory, StoreBudget budget, DiskAccess disk) throws RocksDBException {
        return new RocksDatabase(directory, true, budget, disk);
    }

    /**
     * Beside a writer, as of now: all tables are open from the start, and stay readable when the writer deletes them. Not as a secondary
     * instance: that one passes over tables that it cannot read.
     */
    static RocksDatabase openReadOnly(Path directory, StoreBudget budget, DiskAccess disk) throws RocksDBException {
        return new RocksDatabase(directory, false, budget, disk);
    }

    RocksDB db() {
        return db;
    }

    ColumnFamilyHandle handle(ColumnFamily family) {
        ColumnFamilyHandle handle = handles.get(family);
        if (handle == null) {
            throw new IllegalStateException("column family is not open: family=" + family);
        }
        return handle;
    }

    /** Moves what memtables hold into files, so that the next to open has no log to read. */
    void flush() throws RocksDBException {
        try (FlushOptions options = new FlushOptions().setWaitForFlush(true)) {
            db.flush(options, new ArrayList<>(handles.values()));
        }
    }

    @Override
    public void close() {
        handles.values().forEach(ColumnFamilyHandle::close);
        handles.clear();
        db.close();
        closeNatives();
    }

    /** What was written and is not in a file yet. */
    long memtableBytes() throws RocksDBException {
        return db.getAggregatedLongProperty("rocksdb.size-all-mem-tables");
    }

    /** What it takes off the heap. */
    StoreMemory memory() throws RocksDBException {
        return new StoreMemory(
                db.getAggregatedLongProperty("rocksdb.block-cache-usage"),
                memtableBytes(),
                db.getAggregatedLongProperty("rocksdb.estimate-table-readers-mem"));
    }

    /** How often a flush or compaction has failed since it was opened. */
    long backgroundErrors() throws RocksDBException {
        return db.getLongProperty("rocksdb.background-errors");
    }

    /**
     * What every opening begins with: RocksDB crashes where logs were tracked and are not when it only reads. The caller closes them.
     */
    static DBOptions optionsThatTrackLogs() {
        // Not among the setters of the Java options.
        Properties named = new Properties();
        named.setProperty("track_and_verify_wals_in_manifest", "true");
        // Each log says how the one before it ended: after a loss of power a later one must not be read behind a hole.
        named.setProperty("track_and_verify_wals", "true");
        return DBOptions.getDBOptionsFromProps(named);
    }

    private DBOptions databaseOptions(StoreBudget budget) {
        return owned(optionsThatTrackLogs()
                .setCreateIfMissing(true)
                .setCreateMissingColumnFamilies(true)
                .setWalRecoveryMode(WALRecoveryMode.PointInTimeRecovery)
                .setAtomicFlush(true)
                .setDbWriteBufferSize(budget.memtableBytes())
                .setMaxTotalWalSize(2 * budget.memtableBytes())
                .setMaxBackgroundJobs(2)
                .setBytesPerSync(1 << 20)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setKeepLogFileNum(3));
    }

    private ColumnFamilyOptions familyOptions(
            LRUCache cache, MergeOperator merge, StoreBudget budget, DiskAccess disk) {
        BlockBasedTableConfig table = new BlockBasedTableConfig()
                .setBlockCache(cache)
                .setBlockSize(BLOCK_BYTES)
                .setCacheIndexAndFilterBlocks(true)
                .setPinL0FilterAndIndexBlocksInCache(true)
                // In small parts: one filter over a whole file is megabytes, which a small cache reads anew at every
                // get.
                .setIndexType(IndexType.kTwoLevelIndexSearch)
                .setPartitionFilters(true)
                .setMetadataBlockSize(METADATA_BYTES)
                .setPinTopLevelIndexAndFilter(true)
                .setFilterPolicy(owned(new BloomFilter(10)));
        ColumnFamilyOptions options = owned(new ColumnFamilyOptions()
                .setWriteBufferSize(Math.max(1 << 20, budget.memtableBytes() / 2))
                // Rows are appended to without being read; for the other families nothing is.
                .setMergeOperator(merge)
                .setCompressionType(CompressionType.LZ4_COMPRESSION)
                .setBottommostCompressionType(CompressionType.ZSTD_COMPRESSION)
                .setLevelCompactionDynamicLevelBytes(true));
        disk.layOut(options, table);
        return options.setTableFormatConfig(table);
    }

    private <T extends AbstractImmutableNativeReference> T owned(T reference) {
        natives.add(reference);
        return reference;
    }

    private void closeNatives() {
        for (int i = natives.size() - 1; i >= 0; i--) {
            natives.get(i).close();
        }
        natives.clear();
    }
}
