package io.synfire.engine.store;

import org.rocksdb.RocksDBException;

/** Is told before a store reads a value or writes a checkpoint, and may let that fail as a disk would. Any thread. */
interface DiskAccess {

    /** A disk that is as it is. */
    DiskAccess REAL = new DiskAccess() {
        @Override
        public void beforeRead() {}

        @Override
        public void beforeWrite() {}
    };

    /** A value is about to be read. */
    void beforeRead() throws RocksDBException;

    /** A checkpoint is about to be written. */
    void beforeWrite() throws RocksDBException;
}
