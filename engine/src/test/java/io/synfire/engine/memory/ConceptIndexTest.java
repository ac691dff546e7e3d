package io.synfire.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** The index of ids against a map, and read while it grows. */
final class ConceptIndexTest {

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
            assertThat(index.find(id, () -> ids)).isEqualTo(known == null ? -1 : known);
            ids[concept] = known == null ? id : "";
            if (known == null) {
                index.add(concept, ids);
                model.put(id, concept);
            } else if (random.nextInt(3) == 0) {
                index.remove(known, ids);
                model.remove(id);
                assertThat(index.find(id, () -> ids)).isEqualTo(-1);
            }
            assertThat(index.size()).isEqualTo(model.size());
        }
        model.forEach((id, concept) -> assertThat(index.find(id, () -> ids)).isEqualTo(concept));
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
                    if (index.find("c" + concept, () -> ids) != concept) {
                        missing.set("c" + concept + " of " + known);
                    }
                }
            }
        });
        reader.start();
        for (int concept = 0; concept < ids.length; concept++) {
            ids[concept] = "c" + concept;
            index.add(concept, ids);
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
