package io.synfire.query.answer;

import io.synfire.engine.event.Position;
import io.synfire.engine.view.Digest;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a backup holds.
 *
 * @param directory where it is
 * @param version version of Synfire that made it
 * @param atMs when it was made, milliseconds since the epoch
 * @param digest both checksums of what it holds
 * @param positions how far the sources were read
 * @param files the files of its store
 * @param log what it holds of the log that is kept in the data directory, beside its store: the commands that forget what was learned from
 *     files, and dead letters that were learned again
 */
public record BackupAnswer(
        String directory,
        String version,
        long atMs,
        Digest digest,
        List<Position> positions,
        List<File> files,
        List<File> log) {

    /**
     * A file of it.
     *
     * @param name its name
     * @param bytes its length
     * @param crc32c checksum of its bytes, 8 hex digits
     */
    public record File(String name, long bytes, String crc32c) {}

    /** Takes unmodifiable copies. */
    public BackupAnswer {
        positions = List.copyOf(positions);
        files = List.copyOf(files);
        log = List.copyOf(log);
    }

    /**
     * How large it is.
     *
     * @return bytes of all its files
     */
    public long bytes() {
        return Stream.concat(files.stream(), log.stream())
                .mapToLong(File::bytes)
                .sum();
    }
}
