package io.synfire.engine.memory;

import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.learn.Checksum;
import io.synfire.engine.store.RocksStore;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import it.unimi.dsi.fastutil.ints.IntOpenHashSet;
import it.unimi.dsi.fastutil.longs.Long2ObjectOpenHashMap;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Ids and their ints, dense from 0 in order of first mention. Held on the heap as a whole, about 90 bytes a concept.
 *
 * <p>A concept that is forgotten has its int retired, which nothing else ever gets; its id may come again, with a new int. Of what is
 * retired the hash is kept, so that digests stay what they are, and the watermark of that moment, so that it can be told what a retraction
 * means: what was forgotten, or what came since.
 *
 * <p>Thread-safe for one writer and many readers: a reader that has seen an int may ask for its id.
 */
final class ConceptDictionary {

    /** A String of Latin letters, its place among the ids, its hash, and two places in the index. */
    private static final int ENTRY_BYTES = 80;

    private static final int RETIREMENT_BYTES = 80;

    private final ConceptIndex index = new ConceptIndex();

    // Both grow by copying; the count is published last, so that every int below it has its id.
    private volatile String[] ids = new String[1024];
    private long[] hashes = new long[1024];
    private final IntArrayList guesses = new IntArrayList();

    /** Of no meaning: a look whose outcome went nowhere would be optimized away. */
    @SuppressWarnings("UnusedVariable")
    private long touched;

    private volatile int count;
    private int saved;
    private long bytes;

    /** Ints that are retired. */
    private ConceptSet retired = ConceptSet.EMPTY;

    /** The latest retirement of an id, by the hash of the id. */
    private final Long2ObjectOpenHashMap<Retirement> retirements = new Long2ObjectOpenHashMap<>();

    /** Ints of ids that had been retired before. */
    private final IntOpenHashSet reborn = new IntOpenHashSet();

    /** Ids that a reader of the latest moment may still know by their ints, though these are retired. */
    private final Map<String, Integer> leaving = new ConcurrentHashMap<>();

    private final IntArrayList unsavedRetired = new IntArrayList();

    /** What is written of a concept that was retired. */
    private record Retired(int concept, long hash, long watermarkMs) {}

    /** Which int was retired, and the watermark then. */
    record Retirement(int concept, long watermarkMs) {}

    /** Reads all concepts of a store into an empty dictionary. */
    void load(RocksStore store) {
        ConceptSet[] gone = {ConceptSet.EMPTY};
        store.concepts(new RocksStore.ConceptVisitor() {
            @Override
            public void concept(int concept, byte[] utf8) {
                requireNext(store, concept);
                append(new String(utf8, StandardCharsets.UTF_8), Checksum.id(utf8));
            }

            @Override
            public void retired(int concept, long hash, long watermarkMs) {
                requireNext(store, concept);
                add("", hash);
                gone[0] = gone[0].with(concept);
                remember(concept, hash, watermarkMs);
            }
        });
        retired = gone[0];
        saved = count;
    }

    int count() {
        return count;
    }

    long bytes() {
        return bytes;
    }

    boolean isRetired(int concept) {
        return retired.contains(concept);
    }

    /** The retired ints. Writer only. */
    ConceptSet retired() {
        return retired;
    }

    /** Retires the int of a concept at a watermark; returns the retirement of its id before that, or null. Writer only. */
    @Nullable
    Retirement retire(int concept, long watermarkMs) {
        retired = retired.with(concept);
        leaving.putIfAbsent(ids[concept], concept);
        index.remove(concept, ids);
        Retirement before = retirements.get(hashes[concept]);
        remember(concept, hashes[concept], watermarkMs);
        unsavedRetired.add(concept);
        return before;
    }

    /** The latest retirement of an id, or null if it was never forgotten. Writer only. */
    @Nullable
    Retirement retirement(String id) {
        return retirements.isEmpty() ? null : retirements.get(Checksum.id(id.getBytes(StandardCharsets.UTF_8)));
    }

    /** The latest retirement of the id of a concept that is known, or null if it was never forgotten. Writer only. */
    @Nullable
    Retirement retirement(int concept) {
        return !reborn.isEmpty() && reborn.contains(concept) ? retirements.get(hashes[concept]) : null;
    }

    /** The int of an id, or -1. */
    int find(String id) {
        return index.find(id, () -> ids);
    }

    /** The int that an id has at a moment, or -1 if it is not known there. */
    int find(String id, LearnedMoment moment) {
        int concept = find(id);
        if (concept >= 0 && moment.isKnown(concept)) {
            return concept;
        }
        Integer before = leaving.isEmpty() ? null : leaving.get(id);
        return before != null && moment.isKnown(before) ? before : -1;
    }

    /** The latest moment knows what was retired by its id no more. Writer only. */
    void published() {
        if (!leaving.isEmpty()) {
            leaving.clear();
        }
    }

    /** The int of an id, which becomes known if it was not. Writer only. */
    int intern(String id) {
        int known = find(id);
        return known >= 0 ? known : append(id, Checksum.id(id.getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * Looks at what {@link #intern} and then the marginals will look at for the concepts of some entries, and does nothing with it: it is on
     * its way to the cache meanwhile, several ids at a time. Writer only.
     */
    void fetchAhead(List<Entry> entries, int from, int to, Marginals marginals) {
        guesses.clear();
        for (int i = from; i < to; i++) {
            if (entries.get(i) instanceof Episode episode) {
                for (Activation activation : episode.activations()) {
                    guesses.add(index.guess(activation.concept()));
                }
            }
        }
        for (int i = 0; i < guesses.size(); i++) {
            int guess = guesses.getInt(i);
            if (guess >= 0 && guess < count) {
                touched += hashes[guess] + ids[guess].length() + marginals.fetchAhead(guess);
            }
        }
    }

    String id(int concept) {
        Objects.checkIndex(concept, count);
        return ids[concept];
    }

    /** The hash that stands for a concept in digests. Writer only. */
    long hash(int concept) {
        return hashes[concept];
    }

    /** What came since the last checkpoint, for the next. Writer only. */
    Part freeze() {
        int from = saved;
        int to = count;
        String[] now = ids;
        List<Retired> gone = new ArrayList<>();
        for (int i = 0; i < unsavedRetired.size(); i++) {
            int concept = unsavedRetired.getInt(i);
            Retirement retirement = retirements.get(hashes[concept]);
            gone.add(new Retired(concept, hashes[concept], retirement.watermarkMs()));
        }
        saved = to;
        unsavedRetired.clear();
        return checkpoint -> {
            for (int concept = from; concept < to; concept++) {
                checkpoint.concept(concept, now[concept]);
            }
            gone.forEach(retired -> checkpoint.retired(retired.concept(), retired.hash(), retired.watermarkMs()));
        };
    }

    private void requireNext(RocksStore store, int concept) {
        if (concept != count) {
            throw store.damaged("concepts are not dense: expected=" + count + " found=" + concept);
        }
    }

    private void remember(int concept, long hash, long watermarkMs) {
        retirements.merge(hash, new Retirement(concept, watermarkMs), (a, b) -> a.concept() > b.concept() ? a : b);
        bytes += RETIREMENT_BYTES;
    }

    private int append(String id, long hash) {
        int concept = add(id, hash);
        if (retirements.containsKey(hash)) {
            reborn.add(concept);
        }
        // Last: who finds the int finds all that belongs to it.
        index.add(concept, ids);
        return concept;
    }

    private int add(String id, long hash) {
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
        bytes += ENTRY_BYTES + id.length();
        count = concept + 1;
        return concept;
    }
}
