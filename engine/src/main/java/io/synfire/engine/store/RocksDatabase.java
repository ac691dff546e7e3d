package io.synfire.engine.store;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
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
 * hole in the middle and is never used.
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

    private RocksDatabase(Path directory, @Nullable Path secondary, StoreBudget budget) throws RocksDBException {
        List<ColumnFamilyHandle> opened = new ArrayList<>();
        try {
            LRUCache cache = owned(new LRUCache(budget.blockCacheBytes()));
            MergeOperator merge = owned(new StringAppendOperator(""));
            List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
            for (ColumnFamily family : ColumnFamily.values()) {
                descriptors.add(new ColumnFamilyDescriptor(family.nameBytes(), familyOptions(cache, merge, budget)));
            }
            DBOptions options = databaseOptions(budget);
            db = secondary == null
                    ? RocksDB.open(options, directory.toString(), descriptors, opened)
                    : RocksDB.openAsSecondary(
                            options.setMaxOpenFiles(-1),
                            directory.toString(),
                            secondary.toString(),
                            descriptors,
                            opened);
        } catch (RocksDBException | RuntimeException e) {
            closeNatives();
            throw e;
        }
        int next = 0;
        for (ColumnFamily family : ColumnFamily.values()) {
            handles.put(family, opened.get(next++));
        }
    }

    static RocksDatabase open(Path directory, StoreBudget budget) throws RocksDBException {
        return new RocksDatabase(directory, null, budget);
    }

    static RocksDatabase openSecondary(Path directory, Path secondary, StoreBudget budget) throws RocksDBException {
        return new RocksDatabase(directory, secondary, budget);
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

    private DBOptions databaseOptions(StoreBudget budget) {
        return owned(verifyingLogs()
                .setCreateIfMissing(true)
                .setCreateMissingColumnFamilies(true)
                .setWalRecoveryMode(WALRecoveryMode.PointInTimeRecovery)
                .setDbWriteBufferSize(budget.memtableBytes())
                .setMaxTotalWalSize(2 * budget.memtableBytes())
                .setMaxBackgroundJobs(2)
                .setBytesPerSync(1 << 20)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setKeepLogFileNum(3));
    }

    /**
     * Each log says which one came before it, and how long that was. Else, after a loss of power that took the end of a log, and not the one
     * behind it, a hole would be left between the two. There is no setter for it.
     */
    private static DBOptions verifyingLogs() {
        Properties properties = new Properties();
        properties.setProperty("track_and_verify_wals", "true");
        DBOptions options = DBOptions.getDBOptionsFromProps(properties);
        if (options == null) {
            throw new IllegalStateException("RocksDB does not know an option: option=track_and_verify_wals");
        }
        return options;
    }

    private ColumnFamilyOptions familyOptions(LRUCache cache, MergeOperator merge, StoreBudget budget) {
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
        return owned(new ColumnFamilyOptions()
                .setTableFormatConfig(table)
                .setWriteBufferSize(Math.max(1 << 20, budget.memtableBytes() / 2))
                // Rows are appended to without being read; for the other families nothing is.
                .setMergeOperator(merge)
                .setCompressionType(CompressionType.LZ4_COMPRESSION)
                .setBottommostCompressionType(CompressionType.ZSTD_COMPRESSION)
                .setLevelCompactionDynamicLevelBytes(true));
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
