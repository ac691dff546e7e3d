package io.synfire.engine.store;

import java.nio.file.Path;
import org.rocksdb.RocksDBException;

/** A disk that refuses a number of writes, or a read, as it is told to. One thread. */
public final class FaultyDisk {

    private int writesRefused;
    private int readsUntilRefusal = Integer.MAX_VALUE;
    private long refusedWrites;
    private long refusedReads;

    /** Opens a store on it; {@code onWrite} hears of each checkpoint that is let through. */
    public RocksStore open(Path directory, StoreBudget budget, Runnable onWrite) {
        return RocksStore.open(directory, budget, new DiskAccess() {
            @Override
            public void beforeRead() throws RocksDBException {
                if (readsUntilRefusal != Integer.MAX_VALUE && readsUntilRefusal-- <= 0) {
                    readsUntilRefusal = Integer.MAX_VALUE;
                    refusedReads++;
                    throw new RocksDBException("IO error: while reading: Input/output error");
                }
            }

            @Override
            public void beforeWrite() throws RocksDBException {
                if (writesRefused > 0) {
                    writesRefused--;
                    refusedWrites++;
                    throw new RocksDBException("IO error: No space left on device");
                }
                onWrite.run();
            }
        });
    }

    /** The next so many writes fail. */
    public void refuseWrites(int count) {
        writesRefused = count;
    }

    /** The read after so many fails. */
    public void refuseReadAfter(int reads) {
        readsUntilRefusal = reads;
    }

    /** No read fails. */
    public void refuseNoRead() {
        readsUntilRefusal = Integer.MAX_VALUE;
    }

    /** From now on nothing fails. */
    public void heal() {
        writesRefused = 0;
        refuseNoRead();
    }

    /** How many writes have failed. */
    public long refusedWrites() {
        return refusedWrites;
    }

    /** How many reads have failed. */
    public long refusedReads() {
        return refusedReads;
    }
}
