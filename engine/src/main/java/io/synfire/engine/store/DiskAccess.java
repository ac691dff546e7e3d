package io.synfire.engine.store;

import org.rocksdb.RocksDBException;

/** Is told at each point at which a disk may fail a store, and may let that fail as a disk would. Any thread. */
interface DiskAccess {

    /** A disk that is as it is. */
    DiskAccess REAL = new DiskAccess() {};

    /** A value is about to be read. */
    default void beforeRead() throws RocksDBException {}

    /** Something is about to be added to what a checkpoint writes into a column family. */
    default void beforeGather(ColumnFamily family) throws RocksDBException {}

    /** Files are about to be changed other than by a checkpoint: memtables flushed, say. */
    default void beforeChange() throws RocksDBException {}

    /** A checkpoint is about to be written. */
    default void beforeWrite() throws RocksDBException {}

    /** A checkpoint was written, and who wrote it does not know yet. */
    default void afterWrite() throws RocksDBException {}

    /** A store that was closed after a failure is about to be opened anew. */
    default void beforeOpen() throws RocksDBException {}
}
