package io.synfire.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The value of a rank, against sorting. */
final class SelectionTest {

    @Test
    void aRankHasTheValueThatSortingPutsThereAndPartsTheRest() {
        long seed = 65;
        System.out.println("seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 5_000; round++) {
            double[] values = new double[1 + random.nextInt(200)];
            int distinct = 1 + random.nextInt(300);
            for (int i = 0; i < values.length; i++) {
                values[i] = random.nextInt(distinct);
            }
            if (round % 3 == 0) {
                Arrays.sort(values);
            }
            double[] sorted = values.clone();
            Arrays.sort(sorted);
            int rank = random.nextInt(values.length);
            assertThat(Selection.ofRank(values, rank)).isEqualTo(sorted[rank]);
            for (int i = 0; i < values.length; i++) {
                if (i < rank) {
                    assertThat(values[i]).isLessThanOrEqualTo(sorted[rank]);
                } else {
                    assertThat(values[i]).isGreaterThanOrEqualTo(sorted[rank]);
                }
            }
        }
    }
}
