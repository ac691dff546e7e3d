package io.synfire.engine.memory;

import java.util.Arrays;

/**
 * Ids that will soon be asked for, in this order, with their hashes and what was found by these: so each is hashed once. Who asks for other
 * ids in between, or not for all of them, finds nothing here, and has to look himself. Writer only.
 */
final class IdsAhead {

    private String[] ids = new String[256];
    private long[] hashes = new long[256];
    private int[] concepts = new int[256];
    private int size;
    private int next;

    /** Leaves none of them. */
    void clear() {
        Arrays.fill(ids, 0, size, null);
        size = 0;
        next = 0;
    }

    /** Adds one behind the others, which nothing is known of. */
    void add(String id) {
        if (size == ids.length) {
            ids = Arrays.copyOf(ids, 2 * size);
            hashes = Arrays.copyOf(hashes, 2 * size);
            concepts = Arrays.copyOf(concepts, 2 * size);
        }
        ids[size] = id;
        size++;
    }

    int size() {
        return size;
    }

    String id(int index) {
        return ids[index];
    }

    long hash(int index) {
        return hashes[index];
    }

    void hash(int index, long hash) {
        hashes[index] = hash;
    }

    /** The concept that has the hash, and so mostly the id; -1 if there was none. */
    int concept(int index) {
        return concepts[index];
    }

    void found(int index, int concept) {
        concepts[index] = concept;
    }

    /** Goes on to an id if it is the next; returns its index, or -1. */
    int take(String id) {
        return next < size && ids[next].equals(id) ? next++ : -1;
    }
}
