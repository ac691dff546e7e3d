package io.synfire.engine.store;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.rocksdb.Checkpoint;

/** What is done with the files of a store beside reading and writing what it holds, while it is open. Thread-safe. */
public final class StoreUpkeep {

    private final Path directory;
    private final GuardedDatabase database;
    private final StoreFailures failures;

    StoreUpkeep(Path directory, GuardedDatabase database, StoreFailures failures) {
        this.directory = directory;
        this.database = database;
        this.failures = failures;
    }

    /**
     * Makes a second name for each file of the last checkpoint, and copies what cannot have one: a store that another process may open, as
     * long as nobody writes into it, and that shares its tables with this one.
     *
     * @param target a directory beside the store's, not there yet
     * @throws StoreException if it cannot be written; the store is as sound as before
     */
    public void linkTo(Path target) {
        // RocksDB would say that a file is not there, as it says of the store's own.
        Path parent = target.toAbsolutePath().getParent();
        if (parent == null || !Files.isDirectory(parent)) {
            throw new StoreException("the store cannot be linked: no such directory: directory=" + parent, null);
        }
        database.change("the store cannot be linked", open -> {
            try (Checkpoint links = Checkpoint.create(open.db())) {
                links.createCheckpoint(target.toString());
                return target;
            }
        });
    }

    /**
     * Compares the checksums of all blocks of all tables, one table after the other.
     *
     * @return what was found
     */
    public TableCheck checkTables() {
        List<String> names = database.call("the store cannot be read", open -> open.db().getLiveFilesMetaData().stream()
                .map(table -> table.fileName().substring(1))
                .sorted()
                .toList());
        return TableFiles.check(directory, names);
    }

    /**
     * The same, and remembers the first damage as if it had been met by a read.
     *
     * @throws StoreDamagedException if a checksum is wrong
     */
    public void requireSoundTables() {
        checkTables().damaged().entrySet().stream().findFirst().ifPresent(table -> {
            throw failures.damaged(table.getKey(), table.getValue(), null);
        });
    }

    /**
     * Compares the checksums of all tables that lie in a directory, where the store itself cannot be opened.
     *
     * @param directory the store's directory
     * @return what was found
     */
    public static TableCheck checkTables(Path directory) {
        return TableFiles.check(directory, TableFiles.in(directory));
    }

    /**
     * Moves the last checkpoints out of the write-ahead log, so that the next to open the store has little to read.
     *
     * @throws StoreException if it cannot be written; nothing is lost by that
     */
    public void flush() {
        database.change("the store cannot be flushed", open -> {
            open.flush();
            return open;
        });
    }
}
