package io.synfire.query.app;

import io.synfire.engine.store.LockFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * A directory for what is not whole yet. It holds a mark, so that what a process left that was killed can be told from what somebody
 * else put there under the same name: the one is taken away, the other is refused and left as it is. The mark is locked for as long as
 * this is open, so that two never fill one directory. Closing it takes the directory away, with what was not moved out of it.
 */
final class Unfinished implements AutoCloseable {

    private static final String MARK = "made-by-synfire";

    private final Path directory;
    private final FileChannel mark;

    private Unfinished(Path directory, FileChannel mark) {
        this.directory = directory;
        this.mark = mark;
    }

    /**
     * Makes the directory.
     *
     * @throws IllegalStateException if something is there that was not made here, or is being made by another
     */
    static Unfinished begin(Path directory) throws IOException {
        if (Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
            takeAway(directory);
        }
        Files.createDirectory(directory);
        return new Unfinished(directory, locked(directory));
    }

    /** Whether a process left it that was killed, or is filling it. */
    static boolean isOurs(Path directory) throws IOException {
        return Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)
                && (Files.isRegularFile(directory.resolve(MARK), LinkOption.NOFOLLOW_LINKS)
                        || FileCopies.isEmpty(directory));
    }

    /** Where what is being made goes: not there yet. */
    Path content() {
        return directory.resolve("content");
    }

    @Override
    public void close() throws IOException {
        // As long as it is locked nobody else fills it.
        try {
            FileCopies.delete(directory);
        } finally {
            mark.close();
        }
    }

    private static void takeAway(Path directory) throws IOException {
        if (!isOurs(directory)) {
            throw new IllegalStateException(
                    "this name is needed for what is not whole yet, and what is there was not made by"
                            + " Synfire; move it away: path=" + directory);
        }
        new Unfinished(directory, locked(directory)).close();
    }

    private static FileChannel locked(Path directory) throws IOException {
        FileChannel mark = LockFile.take(directory.resolve(MARK));
        if (mark == null) {
            throw new IllegalStateException("another is being made here: path=" + directory);
        }
        return mark;
    }
}
