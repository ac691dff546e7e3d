package io.synfire.query.answer;

import io.synfire.engine.event.Position;
import io.synfire.engine.view.Digest;
import java.util.List;

/**
 * What a backup holds.
 *
 * @param directory where it is
 * @param version version of Synfire that made it
 * @param atMs when it was made, milliseconds since the epoch
 * @param digest both checksums of what it holds
 * @param positions how far the sources were read
 * @param files its files
 */
public record BackupAnswer(
        String directory, String version, long atMs, Digest digest, List<Position> positions, List<File> files) {

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
    }

    /**
     * How large it is.
     *
     * @return bytes of all its files
     */
    public long bytes() {
        return files.stream().mapToLong(File::bytes).sum();
    }
}
