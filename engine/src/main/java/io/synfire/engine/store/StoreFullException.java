package io.synfire.engine.store;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The disk has no room for what is to be written. What was written before can be read. It may be tried again, and is written once, however
 * far it had come: once there is room, it goes on.
 */
public final class StoreFullException extends StoreException {

    private static final long serialVersionUID = 1;

    /**
     * The disk is full.
     *
     * @param store the store's directory
     * @param freeBytes what is free on its disk
     * @param neededBytes what has to be free before something is written
     * @param cause what the disk or RocksDB said, or null
     */
    public StoreFullException(Path store, long freeBytes, long neededBytes, @Nullable Throwable cause) {
        super(
                "the disk is full, learning waits for room: store=" + store + " freeBytes=" + freeBytes
                        + " neededBytes=" + neededBytes,
                cause);
    }

    private StoreFullException(StoreFullException first) {
        super(String.valueOf(first.getMessage()), first);
    }

    @Override
    public StoreFullException again() {
        return new StoreFullException(this);
    }
}
