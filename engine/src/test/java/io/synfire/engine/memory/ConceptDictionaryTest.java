package io.synfire.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Forget;
import io.synfire.engine.learn.ForwardDecay;
import io.synfire.engine.learn.Horizon;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.store.CheckpointRecord;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is looked up ahead of its time is what is found when its time has come, whatever came in between. */
final class ConceptDictionaryTest {

    private static final int ROUNDS = 2_000;

    @TempDir
    Path directory;

    @Test
    void whatWasLookedUpAheadIsWhatAMapFinds() {
        long seed = 20111209;
        System.out.println("seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        LearningSettings settings = LearningSettings.parse(Map.of());
        try (StoredMemory stored = new StoredMemory(directory, settings)) {
            whatWasLookedUpAheadIsWhatAMapFinds(
                    random,
                    new ConceptDictionary(
                            Salts.of(1), new Fading(settings), stored.store().forgets()));
        }
    }

    private static void whatWasLookedUpAheadIsWhatAMapFinds(SplittableRandom random, ConceptDictionary dictionary) {
        Marginals marginals =
                new Marginals(List.of(new ForwardDecay(new Horizon(3_600_000))), CheckpointRecord.none(1));
        Map<String, Integer> model = new HashMap<>();
        for (int round = 0; round < ROUNDS; round++) {
            List<Entry> entries = entries(random);
            int from = random.nextInt(entries.size());
            dictionary.fetchAhead(entries, from, entries.size(), marginals);
            for (Entry entry : entries.subList(from, entries.size())) {
                if (entry instanceof Forget forget) {
                    Integer known = model.remove(forget.concept());
                    assertThat(dictionary.find(forget.concept())).isEqualTo(known == null ? -1 : known);
                    if (known != null) {
                        dictionary.retire(known, round);
                    }
                } else if (entry instanceof Episode episode && random.nextInt(5) > 0) {
                    // Now and then an episode is passed over, and now and then somebody asks for another id.
                    for (Activation activation : episode.activations()) {
                        requireInterned(dictionary, model, activation.concept());
                        if (random.nextInt(20) == 0) {
                            requireInterned(dictionary, model, "c" + random.nextInt(300));
                        }
                    }
                }
                marginals.growTo(dictionary.count());
            }
        }
        model.forEach((id, concept) -> assertThat(dictionary.find(id)).isEqualTo(concept));
        assertThat(dictionary.count()).isGreaterThan(300);
    }

    /** An id that is not known gets the next int, one that was forgotten, too. */
    private static void requireInterned(ConceptDictionary dictionary, Map<String, Integer> model, String id) {
        int expected = model.getOrDefault(id, dictionary.count());
        assertThat(dictionary.intern(id, 0)).isEqualTo(expected);
        assertThat(dictionary.id(expected)).isEqualTo(id);
        model.put(id, expected);
    }

    private static List<Entry> entries(SplittableRandom random) {
        List<Entry> entries = new ArrayList<>();
        int count = 1 + random.nextInt(10);
        for (int i = 0; i < count; i++) {
            if (random.nextInt(10) == 0) {
                entries.add(new Forget("c" + random.nextInt(300)));
            } else {
                String[] concepts = new String[1 + random.nextInt(8)];
                for (int at = 0; at < concepts.length; at++) {
                    concepts[at] = "c" + random.nextInt(random.nextBoolean() ? 20 : 300);
                }
                entries.add(Episode.of(1, concepts));
            }
        }
        return entries;
    }
}
