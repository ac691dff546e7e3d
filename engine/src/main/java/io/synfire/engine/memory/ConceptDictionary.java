package io.synfire.engine.memory;

import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.learn.Checksum;
import io.synfire.engine.learn.Salt;
import io.synfire.engine.store.ForgottenHashes;
import io.synfire.engine.store.Origin;
import io.synfire.engine.store.Retirement;
import io.synfire.engine.store.RocksStore;
import io.synfire.engine.store.StoreContents;
import io.synfire.engine.store.StoredForgets;
import it.unimi.dsi.fastutil.ints.Int2ObjectMap;
import it.unimi.dsi.fastutil.ints.Int2ObjectOpenHashMap;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Ids and their ints, dense from 0 in order of first mention. Those of known concepts are held on the heap, about 110 bytes each.
 *
 * <p>A concept that is forgotten has its int retired, which nothing else ever gets; its id may come again, with a new int. What is kept of it,
 * so that it can be told what a retraction means, is with the {@link Retirements}; on the heap there is a hole of some bytes in its place.
 *
 * <p>Ids are looked up by a hash that is salted. Their order, their ints and the hash by which digests know them do not depend on the salt.
 *
 * <p>Thread-safe for one writer and many readers: a reader that has seen an int may ask for its id, at least until two checkpoints have ended
 * since it was retired.
 */
final class ConceptDictionary implements IdSource {

    /** A place in the arrays: a reference and a hash. */
    private static final int PLACE_BYTES = 12;

    /** What a checkpoint writes of an id beside its text, with what surrounds it in its batch. */
    private static final int STORED_BYTES = 20;

    /** A slot of the index. */
    private static final int SLOT_BYTES = 16;

    private final Salt salt;
    private final int conceptsMax;
    private final ConceptIndex index = new ConceptIndex();

    // Both grow by copying; the count is published last, so that every int below it has its id.
    private volatile String[] ids = new String[1024];

    /** Those by which digests know the ids. */
    private long[] hashes = new long[1024];

    private final IdsAhead ahead = new IdsAhead();
    private IdsSince since = new IdsSince(this);

    /** Of no meaning: a look whose outcome went nowhere would be optimized away. */
    @SuppressWarnings("UnusedVariable")
    private long touched;

    private volatile int count;
    private int saved;

    /** What the texts of the ids take. */
    private long textBytes;

    /** What the next checkpoint writes of new ids, without those that were forgotten. */
    private long pendingBytes;

    /** Ints that are retired. */
    private ConceptSet retired = ConceptSet.EMPTY;

    /** Ids that a reader of the latest moment may still know by their ints, though these are retired. */
    private final Map<String, Integer> leaving = new ConcurrentHashMap<>();

    private final Retirements retirements;
    private final Fading fading;

    /** Retired ints whose ids readers may still ask for: since the last checkpoint began, in that one, and before it. */
    private IntArrayList gone = new IntArrayList();

    private IntArrayList frozenGone = new IntArrayList();
    private IntArrayList committedGone = new IntArrayList();

    /** Retired ints that stand for what is out of the reach of the retraction at hand. */
    private final Map<String, Integer> nobodies = new HashMap<>();

    private final IntArrayList spares = new IntArrayList();

    /** An empty one, which looks ids up by a salted hash. */
    ConceptDictionary(Salt salt, Fading fading, StoredForgets forgets) {
        this(salt, fading, forgets, ConceptIndex.CONCEPTS_MAX);
    }

    /** The same with room for so many concepts, those included that are forgotten. */
    ConceptDictionary(Salt salt, Fading fading, StoredForgets forgets, int conceptsMax) {
        this.salt = salt;
        this.conceptsMax = conceptsMax;
        this.fading = fading;
        this.retirements = new Retirements(forgets, fading, salt);
    }

    /**
     * Reads all concepts of a store into an empty dictionary.
     *
     * @return ints of which the store says nothing any more
     */
    ConceptSet load(RocksStore store) {
        int stored = store.forgets().conceptCount();
        retirements.loadedLatest(store.forgets().latestMs());
        boolean isOld = stored < 0;
        ConceptSet[] holes = {ConceptSet.EMPTY};
        store.contents().concepts(new StoreContents.ConceptVisitor() {
            @Override
            public void concept(int concept, byte[] utf8, Origin origin) {
                holesUpTo(concept);
                long hash = Checksum.id(utf8);
                String id = new String(utf8, StandardCharsets.UTF_8);
                index.add(salt.hash(id), add(id, hash));
                if (isOld) {
                    retirements.loadedOld(concept, hash);
                } else {
                    retirements.loaded(concept, origin);
                }
            }

            @Override
            public void retired(int concept, long hash, long watermarkMs) {
                holesUpTo(concept);
                add("", hash);
                retired = retired.with(concept);
                if (isOld) {
                    retirements.loadedOld(hash, new Retirement(concept, watermarkMs));
                }
            }

            @Override
            public void forgotten(long hash, Retirement retirement) {
                retirements.loaded(hash, retirement);
            }

            private void holesUpTo(int concept) {
                if (concept < count || (isOld && concept > count) || (!isOld && concept >= stored)) {
                    throw store.damaged("concepts are not those that it has: expected=" + count + " found=" + concept
                            + " count=" + stored);
                }
                holes[0] = addHoles(concept, holes[0]);
            }
        });
        holes[0] = addHoles(stored, holes[0]);
        saved = count;
        return holes[0];
    }

    private ConceptSet addHoles(int to, ConceptSet holes) {
        ConceptSet all = holes;
        while (count < to) {
            retired = retired.with(count);
            all = all.with(count);
            add("", 0);
        }
        return all;
    }

    int count() {
        return count;
    }

    long bytes() {
        return textBytes
                + (long) PLACE_BYTES * ids.length
                + (long) SLOT_BYTES * index.slotCount()
                + retirements.bytes();
    }

    /** What the next checkpoint writes of what is new, about. */
    long pendingBytes() {
        return pendingBytes + retirements.pendingBytes();
    }

    /** How many concepts came since the last checkpoint began. */
    int unsaved() {
        return count - saved;
    }

    boolean isRetired(int concept) {
        return retired.contains(concept);
    }

    /** The retired ints. Writer only. */
    ConceptSet retired() {
        return retired;
    }

    /** Retires the int of a concept at a watermark; returns what its id was before, if that was forgotten, too. Writer only. */
    @Nullable
    Retirement retire(int concept, long watermarkMs) {
        Retirement before = retirements.before(concept, -1);
        retired = retired.with(concept);
        leaving.putIfAbsent(ids[concept], concept);
        index.remove(salt.hash(ids[concept]), concept);
        // What was found before is no longer true.
        ahead.clear();
        retirements.retired(hashes[concept], new Retirement(concept, watermarkMs));
        gone.add(concept);
        return before;
    }

    /**
     * What a known concept was until its id was forgotten, if that was at a time or after it, and it is still of matter at a watermark: a unit
     * of then has not faded. Else null. Writer only.
     */
    @Nullable
    Retirement before(int concept, long atMs, long watermarkMs) {
        Retirement before = retirements.before(concept, atMs);
        return before == null || fading.hasFaded(before.watermarkMs(), watermarkMs) ? null : before;
    }

    /** The same of an id that is not known. Writer only. */
    @Nullable
    Retirement retirement(String id, long atMs, long watermarkMs) {
        Retirement latest = retirements.latest(hashOf(id), atMs);
        return latest == null || fading.hasFaded(latest.watermarkMs(), watermarkMs) ? null : latest;
    }

    /**
     * Whether nothing that happened at a time is taken back any more of a concept, at a watermark: a unit of that time has faded, and the
     * concept came only after that and after something was forgotten since that time, or its own id was forgotten after that time, and a unit
     * of then has faded, too. A concept below 0 is not known, and would come now. Writer only.
     */
    boolean isOutOfReach(int concept, long atMs, long watermarkMs) {
        if (!retirements.mayNameForgotten(atMs) || !fading.hasFaded(atMs, watermarkMs)) {
            return false;
        }
        if (concept < 0 || retirements.mayHaveBeenForgotten(concept, atMs)) {
            return true;
        }
        Retirement before = retirements.before(concept, atMs);
        return before != null && fading.hasFaded(before.watermarkMs(), watermarkMs);
    }

    /** From now on no int stands for what is out of reach. Writer only. */
    void forgetNobodies() {
        nobodies.clear();
    }

    /** A retired int that stands for an id in digests until {@link #forgetNobodies}, while nothing is learned of it. Writer only. */
    int nobody(String id) {
        return nobodies.computeIfAbsent(id, name -> {
            int used = nobodies.size();
            if (used == spares.size()) {
                int spare = add("", 0);
                retired = retired.with(spare);
                spares.add(spare);
            }
            hashes[spares.getInt(used)] = hashOf(name);
            return spares.getInt(used);
        });
    }

    private static long hashOf(String id) {
        return Checksum.id(id.getBytes(StandardCharsets.UTF_8));
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

    /** The int of an id, which becomes known at a watermark if it was not. Writer only. */
    int intern(String id, long watermarkMs) {
        int index = ahead.take(id);
        if (index < 0) {
            return intern(salt.hash(id), id, watermarkMs);
        }
        int seen = ahead.concept(index);
        return seen >= 0 && ids[seen].equals(id) ? seen : intern(ahead.hash(index), id, watermarkMs);
    }

    private int intern(long hash, String id, long watermarkMs) {
        int known = find(hash, id);
        return known >= 0 ? known : append(id, hashOf(id), hash, watermarkMs);
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

    /** The ids of all concepts that are known now or later, for the moment that is about to be published. Writer only. */
    IdsSince since() {
        return since;
    }

    @Override
    public String id(int concept) {
        Objects.checkIndex(concept, count);
        return ids[concept];
    }

    @Override
    public void ids(int[] concepts, int many, String[] into) {
        int known = count;
        String[] now = ids;
        for (int i = 0; i < many; i++) {
            into[i] = now[Objects.checkIndex(concepts[i], known)];
        }
    }

    /** The hash that stands for a concept in digests. Writer only. */
    long hash(int concept) {
        return hashes[concept];
    }

    /** Those of all that is forgotten by now, whatever comes later; any thread may ask. Writer only. */
    ForgottenHashes forgottenHashes() {
        ConceptSet gone = retired;
        long[] now = hashes;
        return new ForgottenHashes() {
            @Override
            public boolean contains(int concept) {
                return gone.contains(concept);
            }

            @Override
            public long hash(int concept) {
                return now[concept];
            }
        };
    }

    /** Takes the hash of an int of which the store says nothing any more from a window that names it. Writer only. */
    void recall(int concept, long hash) {
        Objects.checkIndex(concept, count);
        if (!retired.contains(concept) || (hashes[concept] != 0 && hashes[concept] != hash)) {
            throw new IllegalArgumentException("a window names a concept by another hash: concept=" + concept);
        }
        hashes[concept] = hash;
    }

    /**
     * What came since the last checkpoint, for the next. Writer only.
     *
     * @param windowsMs no window that was not written since can name what was retired before this watermark
     */
    Part freeze(long watermarkMs, long windowsMs) {
        int from = saved;
        int to = count;
        String[] now = ids;
        ConceptSet without = retired;
        Retirements.Frozen forgets = retirements.freeze(watermarkMs, windowsMs);
        saved = to;
        pendingBytes = 0;
        frozenGone = gone;
        gone = new IntArrayList();
        return checkpoint -> {
            for (int concept : forgets.originsBefore(from)) {
                checkpoint.concept(concept, now[concept], forgets.origin(concept));
            }
            for (int concept = from; concept < to; concept++) {
                if (!without.contains(concept)) {
                    checkpoint.concept(concept, now[concept], forgets.origin(concept));
                }
            }
            forgets.writeTo(checkpoint);
            checkpoint.conceptCount(to);
        };
    }

    /** The retired ints of which the checkpoint that began last leaves nothing; of whoever writes it, after what was frozen here. */
    BitSet swept() {
        return retirements.swept();
    }

    /**
     * What was frozen is in the store. Ids that were forgotten before the checkpoint before that leave the heap, once no reader holds a moment that
     * knows them. Writer only.
     */
    void committed() {
        retirements.committed();
        if (!committedGone.isEmpty()) {
            Int2ObjectMap<String> leaving = new Int2ObjectOpenHashMap<>(committedGone.size());
            committedGone.forEach((int concept) -> leaving.put(concept, ids[concept]));
            since = since.leave(leaving);
        }
        for (int i = 0; i < committedGone.size(); i++) {
            int concept = committedGone.getInt(i);
            textBytes -= textBytes(ids[concept]);
            ids[concept] = "";
        }
        committedGone = frozenGone;
        frozenGone = new IntArrayList();
    }

    private int append(String id, long hash, long saltedHash, long watermarkMs) {
        int concept = add(id, hash);
        retirements.born(concept, hash, watermarkMs);
        pendingBytes += STORED_BYTES + HeapBytes.stored(id);
        // Last: who finds the int finds all that belongs to it.
        index.add(saltedHash, concept);
        return concept;
    }

    /** Those of holes are one and the same. */
    private static int textBytes(String id) {
        return id.isEmpty() ? 0 : HeapBytes.of(id);
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
        textBytes += textBytes(id);
        count = concept + 1;
        return concept;
    }
}
