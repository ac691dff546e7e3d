package io.synfire.engine.store;

import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.DBOptions;
import org.rocksdb.RocksDBException;

/**
 * Is told at each point at which a disk may fail a store, and may let that fail as a disk would. It may also have files laid out in another way:
 * what a store holds does not depend on that. Any thread.
 */
interface DiskAccess {

    /** A disk that is as it is. */
    DiskAccess REAL = new DiskAccess() {};

    /** RocksDB is about to be opened with these options; what they say about what is kept and when it is safe must stay as it is. */
    default void layOut(DBOptions database) {}

    /** The same of each column family. */
    default void layOut(ColumnFamilyOptions family, BlockBasedTableConfig tables) {}

    /** A value is about to be read. */
    default void beforeRead(ColumnFamily family) throws RocksDBException {}

    /** Something is about to be added to what a checkpoint writes into a column family. */
    default void beforeGather(ColumnFamily family) throws RocksDBException {}

    /** Files are about to be changed other than by a checkpoint: memtables flushed, say. */
    default void beforeChange() throws RocksDBException {}

    /** A checkpoint is about to be written. */
    default void beforeWrite() throws RocksDBException {}

    /** A checkpoint was written, and who wrote it does not know yet. */
    default void afterWrite() throws RocksDBException {}

    /** A store is about to be opened by who wants to use it. */
    default void beforeOpen() throws RocksDBException {}

    /** A store that was closed after a failure is about to be opened anew, under who uses it. */
    default void beforeOpenAnew() throws RocksDBException {}
}
