package io.synfire.ingest.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A table of offsets, held against a map. */
final class OffsetClocksTest {

    private static final long SEED = Long.getLong("synfire.seed", 20_240_201);

    @Test
    void itHoldsWhatAMapHoldsWithTheEarlierClockOfEach() {
        System.out.println("seed=" + SEED);
        SplittableRandom random = new SplittableRandom(SEED);
        OffsetClocks clocks = new OffsetClocks();
        TreeMap<Long, Long> expected = new TreeMap<>();
        for (int i = 0; i < 200_000; i++) {
            long offset = random.nextInt(20) == 0 ? random.nextLong(1L << 60) : random.nextLong(100_000);
            if (random.nextInt(2_000) == 0) {
                clocks.dropBefore(offset % 100_000);
                expected.headMap(offset % 100_000).clear();
            } else if (random.nextBoolean()) {
                long clockMs = random.nextLong(1_000);
                clocks.put(offset, clockMs);
                expected.merge(offset, clockMs, Math::min);
            }
            assertThat(clocks.clockMs(offset))
                    .as("seed %d, step %d", SEED, i)
                    .isEqualTo(expected.getOrDefault(offset, Long.MAX_VALUE));
            assertThat(clocks.size()).as("seed %d, step %d", SEED, i).isEqualTo(expected.size());
        }
        expected.forEach((offset, clockMs) -> assertThat(clocks.clockMs(offset)).isEqualTo(clockMs));
    }
}
