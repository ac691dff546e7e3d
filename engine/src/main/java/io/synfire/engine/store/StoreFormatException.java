package io.synfire.engine.store;

import java.nio.file.Path;

/**
 * The store was written by a version whose layout this one does not read. It is left as it is. Of some older layouts
 * {@link RocksStore#outline} still tells the settings and positions, so that a rebuild needs nothing else.
 */
public final class StoreFormatException extends StoreException {

    private static final long serialVersionUID = 1;

    /**
     * A foreign layout.
     *
     * @param store the store's directory
     * @param found what was found, such as {@code format=3}
     * @param readable the format that this version reads
     */
    public StoreFormatException(Path store, String found, int readable) {
        super(
                "the store has a format that this version does not read: store=" + store + " " + found + " readable="
                        + readable
                        + "; use the version that wrote it, or learn the log anew with: "
                        + StoreDamagedException.rebuildCommand(store),
                null);
    }
}
