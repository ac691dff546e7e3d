package io.synfire.engine.store;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The store holds what it never wrote, or lacks what it wrote: a flipped bit, a file cut short or gone. Nothing is answered from what is
 * damaged, and nothing is written any more. The message names the file, where it is known, and the commands that help.
 */
public final class StoreDamagedException extends StoreException {

    private static final long serialVersionUID = 1;

    /** Its name alone, as exceptions are to be serializable. */
    private final @Nullable String file;

    /**
     * Damage.
     *
     * @param store the store's directory
     * @param file name of the damaged file in it, or null if it is not known
     * @param detail what was found
     * @param cause what the disk or RocksDB said, or null
     */
    public StoreDamagedException(Path store, @Nullable String file, String detail, @Nullable Throwable cause) {
        super(message(store, file, detail), cause);
        this.file = file;
    }

    private StoreDamagedException(StoreDamagedException first) {
        super(String.valueOf(first.getMessage()), first);
        this.file = first.file;
    }

    /**
     * The damaged file.
     *
     * @return its name in the store's directory, or empty if it is not known
     */
    public Optional<String> file() {
        return Optional.ofNullable(file);
    }

    @Override
    public StoreDamagedException again() {
        return new StoreDamagedException(this);
    }

    private static String message(Path store, @Nullable String file, String detail) {
        return "the store is damaged: store=" + store + (file == null ? "" : " file=" + file) + ": " + detail
                + (file == null ? "; what verifies all of its files is: synfire verify --data " + dataOf(store) : "")
                + "; bring back a backup with: synfire restore BACKUP --force --data " + dataOf(store)
                + ", or learn the log anew with: " + rebuildCommand(store);
    }

    /** What learns the log of a store anew, into a directory beside its own. */
    static String rebuildCommand(Path store) {
        return "synfire rebuild --data " + dataOf(store) + " --into " + dataOf(store) + "-rebuilt";
    }

    /** What {@code --data} is for a store. */
    static Path dataOf(Path store) {
        Path parent = store.toAbsolutePath().normalize().getParent();
        return parent == null ? store : parent;
    }
}
