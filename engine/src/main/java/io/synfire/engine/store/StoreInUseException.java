package io.synfire.engine.store;

import java.nio.file.Path;

/** Another writer has the store open: there is one at a time. */
public final class StoreInUseException extends StoreException {

    /**
     * The store is in use.
     *
     * @param directory the store's directory
     * @param cause what RocksDB said
     */
    public StoreInUseException(Path directory, Throwable cause) {
        super("a store has one writer at a time and another one has it open: store=" + directory, cause);
    }
}
