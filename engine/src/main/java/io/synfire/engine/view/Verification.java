package io.synfire.engine.view;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was found in a store that was read as a whole.
 *
 * @param tables table files whose checksums were compared
 * @param tableBytes how large they are
 * @param concepts ints that were given to concepts
 * @param rows rows that were read
 * @param associations directed edges in them
 * @param checkpoint number of the last checkpoint, 0 if there was none
 * @param digest both checksums, or null if not all could be read
 * @param findings what is wrong; empty if nothing is
 */
public record Verification(
        int tables,
        long tableBytes,
        int concepts,
        long rows,
        long associations,
        long checkpoint,
        @Nullable Digest digest,
        List<Finding> findings) {

    /**
     * Something that is wrong.
     *
     * @param where a file, a row, or what else it is about
     * @param what what is wrong with it
     */
    public record Finding(String where, String what) {}

    /** Takes an unmodifiable copy. */
    public Verification {
        findings = List.copyOf(findings);
    }

    /**
     * Whether the store is what it should be.
     *
     * @return true if nothing is wrong
     */
    public boolean isSound() {
        return findings.isEmpty();
    }
}
