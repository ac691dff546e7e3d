package io.synfire.ingest.file;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Tells a copy of a learned file from another that begins with the same records. Both begin with all that was learned of the one; how they
 * go on tells:
 *
 * <ul>
 *   <li>If the learned one is no longer where it was, there is nothing to hold the file against: it is that one, renamed.
 *   <li>If they differ behind what was learned, they are two.
 *   <li>If one holds no more than the other begins with, they are one, and either has grown. But where the file has more and none of the
 *       learned records says its time, they are two: records without times look alike in many files.
 * </ul>
 */
final class Likeness {

    private static final int BLOCK_BYTES = 1 << 16;

    private Likeness() {}

    /** Whether a file that begins with what was learned of another is a file of its own all the same. Reads both, as far as they are the same. */
    static boolean isAnother(Path file, Known known) throws IOException {
        if (!Files.isRegularFile(known.path()) || !Files.isReadable(known.path())) {
            return false;
        }
        try (Unpacked here = Unpacked.open(file);
                Unpacked there = Unpacked.open(known.path())) {
            long same = 0;
            while (true) {
                byte[] own = block(here.stream());
                byte[] others = block(there.stream());
                int end = Arrays.mismatch(own, others);
                if (end < 0 && own.length == 0) {
                    return false;
                }
                if (end >= 0) {
                    boolean isThere = same + end >= known.mark().bytes();
                    if (end < Math.min(own.length, others.length)) {
                        return isThere;
                    }
                    boolean hasMore = own.length > others.length;
                    return isThere
                            && hasMore
                            && known.mark().latestMs() < 0
                            && saysMore(Arrays.copyOfRange(own, end, own.length), here.stream());
                }
                same += own.length;
            }
        }
    }

    /** Whether a file says anything behind its first bytes. */
    static boolean hasMore(Path file, long bytes) throws IOException {
        try (Unpacked content = Unpacked.open(file)) {
            content.stream().skipNBytes(bytes);
            return saysMore(block(content.stream()), content.stream());
        }
    }

    /** Whether there is more than the end of a line. */
    private static boolean saysMore(byte[] rest, InputStream stream) throws IOException {
        for (byte[] block = rest; block.length > 0; block = block(stream)) {
            for (byte b : block) {
                if (b != '\n' && b != '\r' && b != ' ' && b != '\t') {
                    return true;
                }
            }
        }
        return false;
    }

    /** A full block, but for the last. Where packed data is damaged, what it holds ends. */
    private static byte[] block(InputStream stream) throws IOException {
        byte[] block = new byte[BLOCK_BYTES];
        int length = 0;
        try {
            int read = stream.read(block, 0, block.length);
            while (read > 0) {
                length += read;
                read = length < block.length ? stream.read(block, length, block.length - length) : -1;
            }
        } catch (BadPackingException e) {
            return Arrays.copyOf(block, length);
        }
        return Arrays.copyOf(block, length);
    }
}
