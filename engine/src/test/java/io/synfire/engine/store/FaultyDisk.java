package io.synfire.engine.store;

import java.nio.file.Path;
import java.util.EnumMap;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.DBOptions;
import org.rocksdb.RocksDBException;

/**
 * A disk that fails a store where it is told to, and lays it out as it is told to. What is told is for one thread; several may read where no read
 * is refused.
 */
public final class FaultyDisk implements DiskAccess {

    /** Where a store reaches for its disk. */
    public enum Point {
        READ,
        READ_ROW,
        GATHER,
        CHANGE,
        WRITE,
        WRITTEN,
        OPEN,
        OPEN_ANEW,
        OPENED_ANEW
    }

    /** How it fails there. */
    public enum Harm {
        FULL,
        BROKEN
    }

    /** How it is to fail, and how often. */
    private record Failing(Harm harm, int times) {}

    /** Hears where a store reaches for its disk, before that may fail, and where it failed. */
    public interface Watcher {
        void reached(Point point);

        void failed(Point point, Harm harm);
    }

    private static final String FULL = "IO error: No space left on device";
    private static final String BROKEN = "IO error: While appending to file: File too large";

    private Runnable onWrite = () -> {};
    private Runnable onOpening = () -> {};
    private int writesRefused;
    private int writesBroken;
    private int writesBrokenBehindTheLog;
    private int changesBroken;
    private int openingsRefused;
    private int readsUntilRefusal = Integer.MAX_VALUE;
    private int gathersUntilRefusal = Integer.MAX_VALUE;
    private boolean isEverySecondReadRefused;
    private boolean isEverySecondRowRefused;
    private boolean isSecondRead;
    private boolean isSecondRow;
    private long refusedWrites;
    private long brokenWrites;
    private long brokenWritesBehindTheLog;
    private long refusedOpenings;
    private long refusedReads;
    private long refusedGathers;
    private long openings;
    private boolean isShut;
    private boolean isOpeningAnew;
    private long failed;
    private final EnumMap<Point, Failing> failing = new EnumMap<>(Point.class);
    private @Nullable StoreLayout layout;
    private Watcher watcher = new Watcher() {
        @Override
        public void reached(Point point) {}

        @Override
        public void failed(Point point, Harm harm) {}
    };

    /** Opens a store on it. */
    public RocksStore open(Path directory, StoreBudget budget) {
        isShut = false;
        return RocksStore.open(directory, budget, this);
    }

    /** The same; {@code heard} hears of each checkpoint that is in the log. */
    public RocksStore open(Path directory, StoreBudget budget, Runnable heard) {
        onWrite = heard;
        return open(directory, budget);
    }

    @Override
    public void layOut(DBOptions database) {
        if (layout != null) {
            layout.drawn(database);
        }
    }

    @Override
    public void layOut(ColumnFamilyOptions family, BlockBasedTableConfig tables) {
        if (layout != null) {
            layout.drawn(family, tables);
        }
    }

    @Override
    public void beforeRead(ColumnFamily family) throws RocksDBException {
        Point point = family == ColumnFamily.ROWS ? Point.READ_ROW : Point.READ;
        if (isOpeningAnew) {
            point = Point.OPENED_ANEW;
            isOpeningAnew = false;
        }
        reached(point);
        try {
            refuseRead();
        } catch (RocksDBException e) {
            isShut |= point == Point.OPENED_ANEW;
            watcher.failed(point, Harm.BROKEN);
            throw e;
        }
    }

    private void reached(Point point) throws RocksDBException {
        watcher.reached(point);
        Failing next = failing.get(point);
        if (next != null) {
            failing.computeIfPresent(
                    point, (p, now) -> now.times() > 1 ? new Failing(now.harm(), now.times() - 1) : null);
            failed++;
            isShut |= point == Point.OPEN_ANEW || point == Point.OPENED_ANEW;
            watcher.failed(point, next.harm());
            throw new RocksDBException(next.harm() == Harm.FULL ? FULL : BROKEN);
        }
    }

    private void refuseRead() throws RocksDBException {
        if (isEverySecondReadRefused) {
            isSecondRead = !isSecondRead;
            if (isSecondRead) {
                refusedReads++;
                throw new RocksDBException("IO error: while reading: Input/output error");
            }
        }
        if (readsUntilRefusal != Integer.MAX_VALUE && readsUntilRefusal-- <= 0) {
            readsUntilRefusal = Integer.MAX_VALUE;
            refusedReads++;
            throw new RocksDBException("IO error: while reading: Input/output error");
        }
    }

    @Override
    public void beforeGather(ColumnFamily family) throws RocksDBException {
        reached(Point.GATHER);
        try {
            refuseGather(family);
        } catch (RocksDBException e) {
            watcher.failed(Point.GATHER, Harm.BROKEN);
            throw e;
        }
    }

    private void refuseGather(ColumnFamily family) throws RocksDBException {
        if (isEverySecondRowRefused && family == ColumnFamily.ROWS) {
            isSecondRow = !isSecondRow;
            if (isSecondRow) {
                refusedGathers++;
                throw new RocksDBException(BROKEN);
            }
        }
        if (gathersUntilRefusal != Integer.MAX_VALUE && gathersUntilRefusal-- <= 0) {
            gathersUntilRefusal = Integer.MAX_VALUE;
            refusedGathers++;
            throw new RocksDBException(BROKEN);
        }
    }

    @Override
    public void beforeChange() throws RocksDBException {
        reached(Point.CHANGE);
        if (changesBroken > 0) {
            changesBroken--;
            watcher.failed(Point.CHANGE, Harm.BROKEN);
            throw new RocksDBException(BROKEN);
        }
    }

    @Override
    public void beforeWrite() throws RocksDBException {
        reached(Point.WRITE);
        if (writesRefused > 0) {
            writesRefused--;
            refusedWrites++;
            watcher.failed(Point.WRITE, Harm.FULL);
            throw new RocksDBException(FULL);
        }
        if (writesBroken > 0) {
            writesBroken--;
            brokenWrites++;
            watcher.failed(Point.WRITE, Harm.BROKEN);
            throw new RocksDBException(BROKEN);
        }
    }

    @Override
    public void afterWrite() throws RocksDBException {
        onWrite.run();
        reached(Point.WRITTEN);
        if (writesBrokenBehindTheLog > 0) {
            writesBrokenBehindTheLog--;
            brokenWritesBehindTheLog++;
            watcher.failed(Point.WRITTEN, Harm.BROKEN);
            throw new RocksDBException(BROKEN);
        }
    }

    @Override
    public void beforeOpen() throws RocksDBException {
        reached(Point.OPEN);
    }

    @Override
    public void beforeOpenAnew() throws RocksDBException {
        isOpeningAnew = false;
        openings++;
        onOpening.run();
        reached(Point.OPEN_ANEW);
        if (openingsRefused > 0) {
            openingsRefused--;
            refusedOpenings++;
            isShut = true;
            watcher.failed(Point.OPEN_ANEW, Harm.BROKEN);
            throw new RocksDBException("IO error: While open a file for appending: Too many open files");
        }
        isShut = false;
        isOpeningAnew = true;
    }

    /** From now on it hears all. */
    public void watch(Watcher heard) {
        watcher = heard;
    }

    /** From now on each store is laid out as is drawn when it is opened. */
    public void lay(StoreLayout drawn) {
        layout = drawn;
    }

    /** The next so many times that a store reaches for its disk there, that fails. */
    public void fail(Point point, Harm harm, int count) {
        failing.put(point, new Failing(harm, count));
    }

    /** The next so many writes fail, since there is no room. */
    public void refuseWrites(int count) {
        writesRefused = count;
    }

    /** The next so many writes fail for another reason, before anything of them is in the log. */
    public void breakWrites(int count) {
        writesBroken = count;
    }

    /** The next so many writes fail when all of them is in the log. */
    public void breakWritesBehindTheLog(int count) {
        writesBrokenBehindTheLog = count;
    }

    /** The next so many flushes fail, or whatever else changes files and is no checkpoint. */
    public void breakChanges(int count) {
        changesBroken = count;
    }

    /** The store cannot be opened anew the next so many times. */
    public void refuseOpenings(int count) {
        openingsRefused = count;
    }

    /** Something happens while the store is closed, before it is opened anew. */
    public void onOpening(Runnable action) {
        onOpening = action;
    }

    /** The read after so many fails. */
    public void refuseReadAfter(int reads) {
        readsUntilRefusal = reads;
    }

    /** No read fails. */
    public void refuseNoRead() {
        readsUntilRefusal = Integer.MAX_VALUE;
        isEverySecondReadRefused = false;
    }

    /** Each read fails, and not when it is tried again. */
    public void refuseEverySecondRead() {
        isEverySecondReadRefused = true;
        isSecondRead = false;
    }

    /** What is gathered after so many others fails. */
    public void refuseGatherAfter(int gathers) {
        gathersUntilRefusal = gathers;
    }

    /** Each row that is gathered fails, and not when it is tried again. */
    public void refuseEverySecondRow() {
        isEverySecondRowRefused = true;
        isSecondRow = false;
    }

    /** From now on nothing fails. */
    public void heal() {
        writesRefused = 0;
        writesBroken = 0;
        writesBrokenBehindTheLog = 0;
        changesBroken = 0;
        openingsRefused = 0;
        gathersUntilRefusal = Integer.MAX_VALUE;
        isEverySecondRowRefused = false;
        failing.clear();
        refuseNoRead();
    }

    /** How many writes have failed since there was no room. */
    public long refusedWrites() {
        return refusedWrites;
    }

    /** How many have failed for another reason. */
    public long brokenWrites() {
        return brokenWrites;
    }

    /** How many have failed when they were in the log. */
    public long brokenWritesBehindTheLog() {
        return brokenWritesBehindTheLog;
    }

    /** How often it has failed as {@link #fail} had told it to. */
    public long failures() {
        return failed;
    }

    /** How often the store was to be opened anew. */
    public long openings() {
        return openings;
    }

    /** How often that failed. */
    public long refusedOpenings() {
        return refusedOpenings;
    }

    /** Whether the store is closed, since it could not be opened anew. */
    public boolean isShut() {
        return isShut;
    }

    /** How many reads have failed. */
    public long refusedReads() {
        return refusedReads;
    }

    /** How often something could not be gathered. */
    public long refusedGathers() {
        return refusedGathers;
    }
}
