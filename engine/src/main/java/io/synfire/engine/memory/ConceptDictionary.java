package io.synfire.engine.memory;

import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.learn.Checksum;
import io.synfire.engine.learn.Salt;
import io.synfire.engine.store.RocksStore;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import it.unimi.dsi.fastutil.ints.IntOpenHashSet;
import it.unimi.dsi.fastutil.longs.Long2ObjectMap;
import it.unimi.dsi.fastutil.longs.Long2ObjectOpenCustomHashMap;
import it.unimi.dsi.fastutil.longs.LongHash;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Ids and their ints, dense from 0 in order of first mention. Held on the heap as a whole, about 110 bytes a concept.
 *
 * <p>A concept that is forgotten has its int retired, which nothing else ever gets; its id may come again, with a new int. Of what is
 * retired the hash is kept, so that digests stay what they are, and the watermark of that moment, so that it can be told what a retraction
 * means: what was forgotten, or what came since.
 *
 * <p>Ids are looked up by a hash that is salted. Their order, their ints and the hash by which digests know them do not depend on the salt.
 *
 * <p>Thread-safe for one writer and many readers: a reader that has seen an int may ask for its id.
 */
final class ConceptDictionary {

    /** A String of Latin letters, its place among the ids, its hash, and one and a half to three slots of the index; arrays have room to grow. */
    private static final int ENTRY_BYTES = 96;

    private static final int RETIREMENT_BYTES = 80;

    private final Salt salt;
    private final int conceptsMax;
    private final ConceptIndex index = new ConceptIndex();

    // Both grow by copying; the count is published last, so that every int below it has its id.
    private volatile String[] ids = new String[1024];

    /** Those by which digests know the ids. */
    private long[] hashes = new long[1024];

    private final IdsAhead ahead = new IdsAhead();

    /** Of no meaning: a look whose outcome went nowhere would be optimized away. */
    @SuppressWarnings("UnusedVariable")
    private long touched;

    private volatile int count;
    private int saved;
    private long bytes;

    /** Ints that are retired. */
    private ConceptSet retired = ConceptSet.EMPTY;

    /** The latest retirement of an id, by the hash of the id. */
    private final Long2ObjectMap<Retirement> retirements;

    /** Ints of ids that had been retired before. */
    private final IntOpenHashSet reborn = new IntOpenHashSet();

    /** Ids that a reader of the latest moment may still know by their ints, though these are retired. */
    private final Map<String, Integer> leaving = new ConcurrentHashMap<>();

    private final IntArrayList unsavedRetired = new IntArrayList();

    /** What is written of a concept that was retired. */
    private record Retired(int concept, long hash, long watermarkMs) {}

    /** Which int was retired, and the watermark then. */
    record Retirement(int concept, long watermarkMs) {}

    /** An empty one, which looks ids up by a salted hash. */
    ConceptDictionary(Salt salt) {
        this(salt, ConceptIndex.CONCEPTS_MAX);
    }

    /** The same with room for so many concepts, those included that are forgotten. */
    ConceptDictionary(Salt salt, int conceptsMax) {
        this.salt = salt;
        this.conceptsMax = conceptsMax;
        this.retirements = new Long2ObjectOpenCustomHashMap<>(new Salted(salt));
    }

    /** The hash that is stored of a forgotten id knows no salt. */
    private record Salted(Salt salt) implements LongHash.Strategy {
        @Override
        public int hashCode(long hash) {
            return (int) salt.hash(hash);
        }

        @Override
        public boolean equals(long a, long b) {
            return a == b;
        }
    }

    /** Reads all concepts of a store into an empty dictionary. */
    void load(RocksStore store) {
        ConceptSet[] gone = {ConceptSet.EMPTY};
        store.concepts(new RocksStore.ConceptVisitor() {
            @Override
            public void concept(int concept, byte[] utf8) {
                requireNext(store, concept);
                String id = new String(utf8, StandardCharsets.UTF_8);
                append(id, Checksum.id(utf8), salt.hash(id));
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
        index.remove(salt.hash(ids[concept]), concept);
        // What was found before is no longer true.
        ahead.clear();
        Retirement before = retirements.get(hash(concept));
        remember(concept, hash(concept), watermarkMs);
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
        return !reborn.isEmpty() && reborn.contains(concept) ? retirements.get(hash(concept)) : null;
    }

    /** The int of an id, or -1. */
    int find(String id) {
        return find(salt.hash(id), id);
    }

    private int find(long hash, String id) {
        return index.find(hash, id, () -> ids);
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
        int index = ahead.take(id);
        if (index < 0) {
            return intern(salt.hash(id), id);
        }
        int seen = ahead.concept(index);
        return seen >= 0 && ids[seen].equals(id) ? seen : intern(ahead.hash(index), id);
    }

    private int intern(long hash, String id) {
        int known = find(hash, id);
        return known >= 0 ? known : append(id, Checksum.id(id.getBytes(StandardCharsets.UTF_8)), hash);
    }

    /**
     * Looks for what {@link #intern} will be asked for of some entries, and looks at what the marginals will look at: step by step for all of
     * the ids, so that what is not in the cache comes for several of them at a time. Writer only.
     */
    void fetchAhead(List<Entry> entries, int from, int to, Marginals marginals) {
        ahead.clear();
        for (int i = from; i < to; i++) {
            if (entries.get(i) instanceof Episode episode) {
                for (Activation activation : episode.activations()) {
                    ahead.add(activation.concept());
                    touched += activation.concept().length();
                }
            }
        }
        for (int i = 0; i < ahead.size(); i++) {
            ahead.hash(i, salt.hash(ahead.id(i)));
        }
        for (int i = 0; i < ahead.size(); i++) {
            touched += index.touch(ahead.hash(i));
        }
        for (int i = 0; i < ahead.size(); i++) {
            ahead.found(i, index.guess(ahead.hash(i)));
        }
        for (int i = 0; i < ahead.size(); i++) {
            int seen = ahead.concept(i);
            if (seen >= 0) {
                touched += hashes[seen] + ids[seen].length() + marginals.fetchAhead(seen);
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
            Retirement retirement = retirements.get(hash(concept));
            gone.add(new Retired(concept, hash(concept), retirement.watermarkMs()));
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

    private int append(String id, long hash, long saltedHash) {
        int concept = add(id, hash);
        if (!retirements.isEmpty() && retirements.containsKey(hash)) {
            reborn.add(concept);
        }
        // Last: who finds the int finds all that belongs to it.
        index.add(saltedHash, concept);
        return concept;
    }

    private int add(String id, long hash) {
        int concept = count;
        if (concept == conceptsMax) {
            throw new IllegalStateException("a store holds at most " + conceptsMax
                    + " concepts, those included that were forgotten: concepts=" + concept);
        }
        if (concept == ids.length) {
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
