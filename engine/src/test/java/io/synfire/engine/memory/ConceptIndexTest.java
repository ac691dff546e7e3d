package io.synfire.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.synfire.engine.HostileIds;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.learn.Salt;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The index of ids against a map, under ids that were chosen to meet in it, and read while it grows. */
final class ConceptIndexTest {

    private static final Salt SALT = Salts.of(20111209);

    @TempDir
    Path directory;

    private static void add(ConceptIndex index, String[] ids, int concept, String id) {
        ids[concept] = id;
        index.add(SALT.hash(id), concept);
    }

    private static int find(ConceptIndex index, String[] ids, String id) {
        return index.find(SALT.hash(id), id, () -> ids);
    }

    @Test
    void itFindsWhatAMapFindsThroughAdditionsAndRemovals() {
        long seed = 20111209;
        System.out.println("seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        ConceptIndex index = new ConceptIndex();
        Map<String, Integer> model = new HashMap<>();
        String[] ids = new String[200_000];
        for (int concept = 0; concept < ids.length; concept++) {
            String id = "item-" + random.nextInt(60_000);
            Integer known = model.get(id);
            assertThat(find(index, ids, id)).isEqualTo(known == null ? -1 : known);
            assertThat(index.guess(SALT.hash(id))).isEqualTo(known == null ? -1 : known);
            if (known == null) {
                add(index, ids, concept, id);
                model.put(id, concept);
            } else if (random.nextInt(3) == 0) {
                index.remove(SALT.hash(id), known);
                model.remove(id);
                assertThat(find(index, ids, id)).isEqualTo(-1);
                assertThat(index.guess(SALT.hash(id))).isEqualTo(-1);
            }
            assertThat(index.size()).isEqualTo(model.size());
        }
        model.forEach((id, concept) -> assertThat(find(index, ids, id)).isEqualTo(concept));
    }

    /** However many come and go, it is no larger than those need that are there. */
    @Test
    void whatWasRemovedTakesNoRoom() {
        ConceptIndex index = new ConceptIndex();
        String[] ids = new String[100_000];
        for (int concept = 0; concept < ids.length; concept++) {
            add(index, ids, concept, "c" + concept);
            if (concept >= 100) {
                index.remove(SALT.hash("c" + (concept - 100)), concept - 100);
            }
        }
        assertThat(index.size()).isEqualTo(100);
        assertThat(index.slotCount()).isLessThanOrEqualTo(2_048);
        assertThat(find(index, ids, "c99950")).isEqualTo(99_950);
        assertThat(find(index, ids, "c99800")).isEqualTo(-1);
    }

    @Test
    void idsOfOneHashCodeAreFoundAsSoonAsOthers() {
        long ordinary = probes(HostileIds::ordinary);
        long alike = probes(HostileIds::alike);
        System.out.println("slots looked at for 100,000 ids: ordinary=" + ordinary + " alike=" + alike);
        assertThat(alike).isLessThanOrEqualTo(2 * ordinary);
        // Linear probing, at most two thirds full: (1 + 1 / (1 - 2/3)²) / 2 slots on average where nothing is found.
        assertThat(ordinary).isLessThan(500_000);
    }

    private static long probes(IntFunction<String> idOf) {
        ConceptIndex index = new ConceptIndex();
        String[] ids = new String[100_000];
        long probes = 0;
        for (int concept = 0; concept < ids.length; concept++) {
            probes += index.probes(SALT.hash(idOf.apply(concept)));
            add(index, ids, concept, idOf.apply(concept));
        }
        for (int concept = 0; concept < ids.length; concept++) {
            assertThat(find(index, ids, idOf.apply(concept))).isEqualTo(concept);
        }
        return probes;
    }

    @Test
    void idsWhoseHashesAreAlikeInHalfAreToldApartByTheWhole() {
        ConceptIndex index = new ConceptIndex();
        String[] ids = {"a", "b", "c", "d"};
        // All 64 bits of the third are those of the first: the text decides.
        long[] hashes = {0x1_0000_0007L, 0x2_0000_0007L, 0x1_0000_0007L, 0x1_0000_0008L};
        for (int concept = 0; concept < ids.length; concept++) {
            index.add(hashes[concept], concept);
        }
        for (int concept = 0; concept < ids.length; concept++) {
            assertThat(index.find(hashes[concept], ids[concept], () -> ids)).isEqualTo(concept);
        }
        assertThat(index.find(0x1_0000_0007L, "b", () -> ids)).isEqualTo(-1);
        // No text is looked at where the hash is another.
        assertThat(index.find(0x3_0000_0007L, "a", () -> new String[0])).isEqualTo(-1);
        assertThat(index.guess(0x1_0000_0007L)).isZero();
        assertThat(index.guess(0x3_0000_0007L)).isEqualTo(-1);
        index.remove(0x1_0000_0007L, 0);
        assertThat(index.find(0x1_0000_0007L, "a", () -> ids)).isEqualTo(-1);
        assertThat(index.find(0x1_0000_0007L, "c", () -> ids)).isEqualTo(2);
    }

    @Test
    void moreConceptsThanTheIndexHasSlotsForAreRefused() {
        LearningSettings settings = LearningSettings.parse(Map.of());
        try (StoredMemory stored = new StoredMemory(directory, settings)) {
            moreConceptsThanTheIndexHasSlotsForAreRefused(new ConceptDictionary(
                    SALT, new Fading(settings), stored.store().forgets(), 3));
        }
    }

    private static void moreConceptsThanTheIndexHasSlotsForAreRefused(ConceptDictionary dictionary) {
        for (int concept = 0; concept < 3; concept++) {
            assertThat(dictionary.intern("c" + concept, 0)).isEqualTo(concept);
        }
        dictionary.retire(2, 0);
        assertThatThrownBy(() -> dictionary.intern("d", 0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("a store holds at most 3 concepts, those included that were forgotten: concepts=3");
        assertThat(dictionary.intern("c1", 0)).isEqualTo(1);
        assertThat(dictionary.count()).isEqualTo(3);
        // Of three slots two are taken; a slot is two longs, and the longest array of a power of two has 2^30.
        assertThat(3L * ConceptIndex.CONCEPTS_MAX).isBetween((1L << 30) - 5, 1L << 30);
    }

    @Test
    void whoReadsWhileItGrowsFindsEachIdThatWasAddedBefore() throws InterruptedException {
        ConceptIndex index = new ConceptIndex();
        String[] ids = new String[300_000];
        int[] added = new int[1];
        AtomicReference<String> missing = new AtomicReference<>();
        Thread reader = new Thread(() -> {
            for (int round = 0; added(added) < ids.length; round++) {
                int known = added(added);
                if (known > 0) {
                    int concept = (int) ((round * 0x9E3779B9L & 0x7fffffff) % known);
                    if (find(index, ids, "c" + concept) != concept) {
                        missing.set("c" + concept + " of " + known);
                    }
                }
            }
        });
        reader.start();
        for (int concept = 0; concept < ids.length; concept++) {
            add(index, ids, concept, "c" + concept);
            synchronized (added) {
                added[0] = concept + 1;
            }
        }
        reader.join();
        assertThat(missing.get()).isNull();
    }

    private static int added(int[] added) {
        synchronized (added) {
            return added[0];
        }
    }
}
