package io.synfire.ingest.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** When a file was last changed: the time of records that say none, where no record before them did. */
final class ModifiedTime {

    /** No file of records was changed before 1973, whatever its file system says. */
    private static final long MIN_MS = 100_000_000_000L;

    private ModifiedTime() {}

    /** Milliseconds since the epoch; {@code startMs} where the file system does not know. */
    static long ofFile(Path file, long startMs) throws IOException {
        long modifiedMs = Files.getLastModifiedTime(file).toMillis();
        return modifiedMs < MIN_MS ? startMs : modifiedMs;
    }
}
