package io.synfire.engine.memory;

import io.synfire.engine.learn.Checksum;
import io.synfire.engine.store.CheckpointWriter;
import io.synfire.engine.store.RocksStore;
import io.synfire.engine.store.StoreException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Ids and their ints, dense from 0 in order of first mention. Held on the heap as a whole, about 130 bytes a concept.
 *
 * <p>Thread-safe for one writer and many readers: a reader that has seen an int may ask for its id.
 */
final class ConceptDictionary {

    private static final int ENTRY_BYTES = 120;

    private final Map<String, Integer> ints = new ConcurrentHashMap<>();

    // Both grow by copying; the count is published last, so that every int below it has its id.
    private volatile String[] ids = new String[1024];
    private long[] hashes = new long[1024];
    private volatile int count;
    private int saved;
    private long bytes;

    /** Reads all concepts of a store into an empty dictionary. */
    void load(RocksStore store) {
        store.concepts((concept, utf8) -> {
            if (concept != count) {
                throw new StoreException(
                        "the store is damaged: concepts are not dense: expected=" + count + " found=" + concept, null);
            }
            append(new String(utf8, StandardCharsets.UTF_8), Checksum.id(utf8));
        });
        saved = count;
    }

    int count() {
        return count;
    }

    long bytes() {
        return bytes;
    }

    /** The int of an id, or -1. */
    int find(String id) {
        Integer concept = ints.get(id);
        return concept == null ? -1 : concept;
    }

    /** The int of an id, which becomes known if it was not. Writer only. */
    int intern(String id) {
        Integer known = ints.get(id);
        return known != null ? known : append(id, Checksum.id(id.getBytes(StandardCharsets.UTF_8)));
    }

    String id(int concept) {
        Objects.checkIndex(concept, count);
        return ids[concept];
    }

    /** The hash that stands for a concept in digests. Writer only. */
    long hash(int concept) {
        return hashes[concept];
    }

    /** Adds what came since the last checkpoint. Writer only. */
    void stage(CheckpointWriter checkpoint) {
        for (int concept = saved; concept < count; concept++) {
            checkpoint.concept(concept, ids[concept]);
        }
    }

    void committed() {
        saved = count;
    }

    private int append(String id, long hash) {
        int concept = count;
        if (concept == ids.length) {
            if (concept >= 1 << 30) {
                throw new IllegalStateException("a store holds at most 2^30 concepts: concepts=" + concept);
            }
            ids = Arrays.copyOf(ids, concept * 2);
            hashes = Arrays.copyOf(hashes, concept * 2);
        }
        ids[concept] = id;
        hashes[concept] = hash;
        ints.put(id, concept);
        bytes += ENTRY_BYTES + id.length();
        count = concept + 1;
        return concept;
    }
}
