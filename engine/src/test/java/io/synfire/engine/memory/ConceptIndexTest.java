package io.synfire.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.synfire.engine.HostileIds;
import io.synfire.engine.learn.Salt;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/** The index of ids against a map, under ids that were chosen to meet in it, and read while it grows. */
final class ConceptIndexTest {

    private static final Salt SALT = Salts.of(20111209);

    private static void put(ConceptNames names, int concept, String id) {
        names.put(concept, id, SALT.hash(id));
    }

    private static int find(ConceptIndex index, ConceptNames names, String id) {
        return index.find(SALT.hash(id), id, () -> names);
    }

    @Test
    void itFindsWhatAMapFindsThroughAdditionsAndRemovals() {
        long seed = 20111209;
        System.out.println("seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        ConceptIndex index = new ConceptIndex();
        Map<String, Integer> model = new HashMap<>();
        ConceptNames names = new ConceptNames(200_000);
        for (int concept = 0; concept < names.capacity(); concept++) {
            String id = "item-" + random.nextInt(60_000);
            Integer known = model.get(id);
            assertThat(find(index, names, id)).isEqualTo(known == null ? -1 : known);
            put(names, concept, known == null ? id : "");
            if (known == null) {
                index.add(concept, names);
                model.put(id, concept);
            } else if (random.nextInt(3) == 0) {
                index.remove(known, names);
                model.remove(id);
                assertThat(find(index, names, id)).isEqualTo(-1);
            }
            assertThat(index.size()).isEqualTo(model.size());
        }
        model.forEach((id, concept) -> assertThat(find(index, names, id)).isEqualTo(concept));
    }

    @Test
    void idsOfOneHashCodeAreFoundAsSoonAsOthers() {
        long ordinary = probes(HostileIds::ordinary);
        long alike = probes(HostileIds::alike);
        System.out.println("slots looked at for 100,000 ids: ordinary=" + ordinary + " alike=" + alike);
        assertThat(alike).isLessThanOrEqualTo(2 * ordinary);
        // Linear probing, less than half full: at most 2.5 slots on average where nothing is found.
        assertThat(ordinary).isLessThan(250_000 + 100_000);
    }

    private static long probes(IntFunction<String> ids) {
        ConceptIndex index = new ConceptIndex();
        ConceptNames names = new ConceptNames(100_000);
        long probes = 0;
        for (int concept = 0; concept < names.capacity(); concept++) {
            put(names, concept, ids.apply(concept));
            probes += index.probes(names.hash(concept));
            index.add(concept, names);
        }
        for (int concept = 0; concept < names.capacity(); concept++) {
            assertThat(find(index, names, ids.apply(concept))).isEqualTo(concept);
        }
        return probes;
    }

    @Test
    void idsWhoseHashesAreAlikeInHalfAreToldApartByTheWhole() {
        ConceptIndex index = new ConceptIndex();
        ConceptNames names = new ConceptNames(3);
        names.put(0, "a", 0x1_0000_0007L);
        names.put(1, "b", 0x2_0000_0007L);
        // All 64 bits are those of the first: the text decides.
        names.put(2, "c", 0x1_0000_0007L);
        for (int concept = 0; concept < 3; concept++) {
            index.add(concept, names);
        }
        assertThat(index.find(0x1_0000_0007L, "a", () -> names)).isZero();
        assertThat(index.find(0x2_0000_0007L, "b", () -> names)).isEqualTo(1);
        assertThat(index.find(0x1_0000_0007L, "c", () -> names)).isEqualTo(2);
        assertThat(index.find(0x1_0000_0007L, "b", () -> names)).isEqualTo(-1);
        assertThat(index.find(0x3_0000_0007L, "a", () -> names)).isEqualTo(-1);
    }

    @Test
    void moreConceptsThanTheIndexHasSlotsForAreRefused() {
        ConceptDictionary dictionary = new ConceptDictionary(SALT, 3);
        for (int concept = 0; concept < 3; concept++) {
            assertThat(dictionary.intern("c" + concept)).isEqualTo(concept);
        }
        dictionary.retire(2, 0);
        assertThatThrownBy(() -> dictionary.intern("d"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("a store holds at most 3 concepts, those included that were forgotten: concepts=3");
        assertThat(dictionary.intern("c1")).isEqualTo(1);
        assertThat(dictionary.count()).isEqualTo(3);
        // So many slots are twice as many, and the longest array of a power of two.
        assertThat(2 * ConceptIndex.CONCEPTS_MAX).isEqualTo(1 << 30);
    }

    @Test
    void whoReadsWhileItGrowsFindsEachIdThatWasAddedBefore() throws InterruptedException {
        ConceptIndex index = new ConceptIndex();
        ConceptNames names = new ConceptNames(300_000);
        int[] added = new int[1];
        AtomicReference<String> missing = new AtomicReference<>();
        Thread reader = new Thread(() -> {
            for (int round = 0; added(added) < names.capacity(); round++) {
                int known = added(added);
                if (known > 0) {
                    int concept = (int) ((round * 0x9E3779B9L & 0x7fffffff) % known);
                    if (find(index, names, "c" + concept) != concept) {
                        missing.set("c" + concept + " of " + known);
                    }
                }
            }
        });
        reader.start();
        for (int concept = 0; concept < names.capacity(); concept++) {
            put(names, concept, "c" + concept);
            index.add(concept, names);
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
