package io.synfire.engine.view;

/**
 * Two checksums of a memory and what they cover.
 *
 * @param learned what was learned: a sum modulo 2^64 over impulses, activations and episodes, equal for the same records in
 *     any batching and crash pattern, however their partitions are interleaved. Within a partition the order counts where records have contexts
 *     or event ids
 * @param state the values as stored, without positions, landmarks and concept ints; equal before and after a backup
 * @param episodes episodes learned, less those taken back
 * @param associations directed edges that have not faded
 * @param concepts known concepts
 */
public record Digest(long learned, long state, long episodes, long associations, long concepts) {

    /**
     * The first checksum as users see it.
     *
     * @return 16 hex digits
     */
    public String learnedHex() {
        return String.format("%016x", learned);
    }

    /**
     * The second checksum as users see it.
     *
     * @return 16 hex digits
     */
    public String stateHex() {
        return String.format("%016x", state);
    }
}
