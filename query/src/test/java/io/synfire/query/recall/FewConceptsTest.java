package io.synfire.query.recall;

import static org.assertj.core.api.Assertions.assertThat;

import it.unimi.dsi.fastutil.ints.IntArrayList;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Held against a plain set. */
final class FewConceptsTest {

    @Test
    void theyAreThoseThatWereNamedInTheOrderOfTheirInts() {
        SplittableRandom random = new SplittableRandom(5);
        for (int round = 0; round < 200; round++) {
            int range = 2 << random.nextInt(20);
            IntArrayList named = new IntArrayList();
            TreeSet<Integer> expected = new TreeSet<>();
            for (int i = random.nextInt(300); i > 0; i--) {
                int concept = random.nextInt(range);
                named.add(concept);
                expected.add(concept);
            }
            FewConcepts found = FewConcepts.of(named);
            assertThat(found.size()).isEqualTo(expected.size());
            assertThat(found.isEmpty()).isEqualTo(expected.isEmpty());
            int index = 0;
            for (int concept : expected) {
                assertThat(found.indexOf(concept)).isEqualTo(index++);
            }
            for (int i = 0; i < 1_000; i++) {
                int concept = random.nextInt(2 * range);
                assertThat(found.contains(concept)).as("%d", concept).isEqualTo(expected.contains(concept));
            }
        }
    }
}
