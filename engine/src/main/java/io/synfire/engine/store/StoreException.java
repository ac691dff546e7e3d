package io.synfire.engine.store;

import org.jspecify.annotations.Nullable;

/** The store cannot be read or written, or holds what it never wrote: disk full, damage, a foreign format. */
public class StoreException extends RuntimeException {

    /**
     * A failure of the store.
     *
     * @param message what cannot be done, then {@code name=value}
     * @param cause what the disk or RocksDB said, or null
     */
    public StoreException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /**
     * The same, met by another thread or met again: with the stack of who meets it now.
     *
     * @return an exception caused by this one; of the same class if the disk is full, the store damaged, or in use
     */
    public StoreException again() {
        return new StoreException(String.valueOf(getMessage()), this);
    }
}
