package io.synfire.engine.memory;

import java.util.Arrays;

/**
 * The ids of concepts and their salted hashes, by their ints, up to some number of them. It is replaced by a larger one that holds the same.
 *
 * <p>Thread-safe for one writer and many readers: who has seen an int that was published after it was put sees what was put.
 */
final class ConceptNames {

    private final String[] ids;
    private final long[] hashes;

    private ConceptNames(String[] ids, long[] hashes) {
        this.ids = ids;
        this.hashes = hashes;
    }

    /** Room for so many. */
    ConceptNames(int capacity) {
        this(new String[capacity], new long[capacity]);
    }

    /** The same with room for more. */
    ConceptNames grownTo(int capacity) {
        return new ConceptNames(Arrays.copyOf(ids, capacity), Arrays.copyOf(hashes, capacity));
    }

    int capacity() {
        return ids.length;
    }

    /** Writer only. */
    void put(int concept, String id, long hash) {
        ids[concept] = id;
        hashes[concept] = hash;
    }

    String id(int concept) {
        return ids[concept];
    }

    /** The salted hash of its id. */
    long hash(int concept) {
        return hashes[concept];
    }

    /** Whether it has this id, whose salted hash is given. */
    boolean is(int concept, long hash, String id) {
        return hashes[concept] == hash && ids[concept].equals(id);
    }
}
