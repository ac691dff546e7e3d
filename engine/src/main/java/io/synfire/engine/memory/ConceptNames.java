package io.synfire.engine.memory;

import java.util.Arrays;

/**
 * The ids of concepts and their hashes, by their ints, up to some number of them. It is replaced by a larger one that holds the same.
 *
 * <p>Thread-safe for one writer and many readers: who has seen an int that was published after it was put sees what was put.
 */
final class ConceptNames {

    private final String[] ids;

    /** Of each the hash that stands for it in digests, then the salted one: who learns it looks at both. */
    private final long[] hashes;

    private ConceptNames(String[] ids, long[] hashes) {
        this.ids = ids;
        this.hashes = hashes;
    }

    /** Room for so many. */
    ConceptNames(int capacity) {
        this(new String[capacity], new long[2 * capacity]);
    }

    /** The same with room for more. */
    ConceptNames grownTo(int capacity) {
        return new ConceptNames(Arrays.copyOf(ids, capacity), Arrays.copyOf(hashes, 2 * capacity));
    }

    int capacity() {
        return ids.length;
    }

    /** Writer only. */
    void put(int concept, String id, long hash, long saltedHash) {
        ids[concept] = id;
        hashes[2 * concept] = hash;
        hashes[2 * concept + 1] = saltedHash;
    }

    String id(int concept) {
        return ids[concept];
    }

    /** The hash that stands for it in digests. */
    long hash(int concept) {
        return hashes[2 * concept];
    }

    long saltedHash(int concept) {
        return hashes[2 * concept + 1];
    }

    /** Whether it has this id, whose salted hash is given. */
    boolean is(int concept, long saltedHash, String id) {
        return hashes[2 * concept + 1] == saltedHash && ids[concept].equals(id);
    }
}
