package io.synfire.engine.store;

import java.nio.file.Path;
import org.rocksdb.RocksDBException;

/** A disk that fails a store where it is told to. What is told is for one thread; several may read where no read is refused. */
public final class FaultyDisk implements DiskAccess {

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
    public void beforeRead() throws RocksDBException {
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
        if (changesBroken > 0) {
            changesBroken--;
            throw new RocksDBException(BROKEN);
        }
    }

    @Override
    public void beforeWrite() throws RocksDBException {
        if (writesRefused > 0) {
            writesRefused--;
            refusedWrites++;
            throw new RocksDBException(FULL);
        }
        if (writesBroken > 0) {
            writesBroken--;
            brokenWrites++;
            throw new RocksDBException(BROKEN);
        }
    }

    @Override
    public void afterWrite() throws RocksDBException {
        onWrite.run();
        if (writesBrokenBehindTheLog > 0) {
            writesBrokenBehindTheLog--;
            brokenWritesBehindTheLog++;
            throw new RocksDBException(BROKEN);
        }
    }

    @Override
    public void beforeOpen() throws RocksDBException {
        openings++;
        onOpening.run();
        if (openingsRefused > 0) {
            openingsRefused--;
            refusedOpenings++;
            isShut = true;
            throw new RocksDBException("IO error: While open a file for appending: Too many open files");
        }
        isShut = false;
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
