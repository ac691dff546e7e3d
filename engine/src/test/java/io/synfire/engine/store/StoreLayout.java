package io.synfire.engine.store;

import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.rocksdb.AbstractEventListener;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.ChecksumType;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushJobInfo;
import org.rocksdb.IndexType;
import org.rocksdb.RocksDB;

/**
 * How RocksDB lays a store out: compression, size of blocks, tables and levels, when it flushes and compacts. Drawn anew at each opening, so that
 * files of many layouts lie in one store. Nothing of it may show in an answer.
 */
public final class StoreLayout implements AutoCloseable {

    static {
        // The listener does not load the library itself.
        RocksDB.loadLibrary();
    }

    private static final List<CompressionType> COMPRESSIONS =
            List.of(CompressionType.NO_COMPRESSION, CompressionType.LZ4_COMPRESSION, CompressionType.ZSTD_COMPRESSION);
    private static final List<ChecksumType> CHECKSUMS =
            List.of(ChecksumType.kCRC32c, ChecksumType.kxxHash64, ChecksumType.kXXH3);
    private static final List<IndexType> INDEXES = List.of(IndexType.kBinarySearch, IndexType.kTwoLevelIndexSearch);
    private static final int[] BLOCK_BYTES = {512, 4 << 10, 16 << 10, 128 << 10};
    private static final long[] LEVEL_BYTES = {16 << 10, 256 << 10, 256L << 20};
    private static final long[] LOG_BYTES = {64 << 10, 1 << 20, 16 << 20};

    private final SplittableRandom random;
    private final boolean flushesWhenItLikes;
    private final AbstractEventListener listener;

    /**
     * Draws layouts.
     *
     * @param flushesWhenItLikes whether it may also draw when RocksDB flushes by itself
     * @param onFlush hears on RocksDB's thread that a flush has begun: what is to be flushed lies in one log, what comes next in another
     */
    public StoreLayout(SplittableRandom random, boolean flushesWhenItLikes, Consumer<String> onFlush) {
        this.random = random;
        this.flushesWhenItLikes = flushesWhenItLikes;
        this.listener = new AbstractEventListener(AbstractEventListener.EnabledEventCallback.ON_FLUSH_BEGIN) {
            @Override
            public void onFlushBegin(RocksDB db, FlushJobInfo flush) {
                onFlush.accept(flush.getColumnFamilyName());
            }
        };
    }

    void drawn(DBOptions database) {
        database.setListeners(List.of(listener));
        if (flushesWhenItLikes) {
            database.setMaxTotalWalSize(LOG_BYTES[random.nextInt(LOG_BYTES.length)]);
        }
    }

    void drawn(ColumnFamilyOptions family, BlockBasedTableConfig tables) {
        long levelBytes = LEVEL_BYTES[random.nextInt(LEVEL_BYTES.length)];
        family.setCompressionType(COMPRESSIONS.get(random.nextInt(COMPRESSIONS.size())))
                .setBottommostCompressionType(COMPRESSIONS.get(random.nextInt(COMPRESSIONS.size())))
                .setMaxBytesForLevelBase(levelBytes)
                .setMaxBytesForLevelMultiplier(2 + random.nextInt(9))
                .setTargetFileSizeBase(Math.max(8 << 10, levelBytes / 4))
                .setLevel0FileNumCompactionTrigger(2 + random.nextInt(4));
        boolean isPartitioned = random.nextBoolean();
        tables.setBlockSize(BLOCK_BYTES[random.nextInt(BLOCK_BYTES.length)])
                .setBlockRestartInterval(1 + random.nextInt(16))
                .setChecksumType(CHECKSUMS.get(random.nextInt(CHECKSUMS.size())))
                .setIndexType(INDEXES.get(isPartitioned ? 1 : 0))
                .setPartitionFilters(isPartitioned)
                .setCacheIndexAndFilterBlocks(random.nextBoolean());
    }

    /** Once every store that it has laid out is closed. */
    @Override
    public void close() {
        listener.close();
    }
}
