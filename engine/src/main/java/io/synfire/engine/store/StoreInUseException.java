package io.synfire.engine.store;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Another writer has the store open: there is one at a time. */
public final class StoreInUseException extends StoreException {

    private static final long serialVersionUID = 1;

    /**
     * The store is in use.
     *
     * @param directory the store's directory
     * @param holder who has it, such as {@code pid=4711 started=2011-12-09T12:00:00Z host=a}
     * @param cause what RocksDB said; null if it was not asked
     */
    public StoreInUseException(Path directory, String holder, @Nullable Throwable cause) {
        super("a store has one writer at a time and another one has it open: store=" + directory + " " + holder, cause);
    }

    private StoreInUseException(StoreInUseException first) {
        super(String.valueOf(first.getMessage()), first);
    }

    @Override
    public StoreInUseException again() {
        return new StoreInUseException(this);
    }
}
