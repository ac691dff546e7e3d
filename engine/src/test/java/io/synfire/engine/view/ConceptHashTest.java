package io.synfire.engine.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.synfire.engine.learn.Salt;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Which numbers are drawn, and that no two ints are one by them. */
final class ConceptHashTest {

    private static final long SEED = Long.getLong("synfire.seed", 20_270_101);

    @Test
    void aNumberThatIsNearAFractionOfSmallNumbersIsNotDrawn() {
        assertThat(ConceptHash.spreads(0x9E3779B9)).as("the golden ratio").isTrue();
        for (int bad : new int[] {1, -1, 3, 0x8000_0001, 0x5555_5555, 0x5555_5557, 0x3333_3335, 0x9249_2493}) {
            assertThat(ConceptHash.spreads(bad)).as("%x", bad).isFalse();
        }
    }

    @Test
    void theNumbersOfSaltsAreOddAndTheirOwn() {
        Set<Integer> multipliers = new HashSet<>();
        for (int seed = 0; seed < 1_000; seed++) {
            ConceptHash hash = ConceptHash.of(salt(seed));
            assertThat(hash.multiplier() & 1).isEqualTo(1);
            assertThat(ConceptHash.spreads(hash.multiplier())).isTrue();
            assertThat(ConceptHash.of(salt(seed)).multiplier()).isEqualTo(hash.multiplier());
            multipliers.add(hash.multiplier());
        }
        assertThat(multipliers).hasSize(1_000);
    }

    @Test
    void whatIsScatteredIsGathered() {
        System.out.println("seed=" + SEED);
        SplittableRandom random = new SplittableRandom(SEED);
        for (int seed = 0; seed < 200; seed++) {
            ConceptHash hash = ConceptHash.of(salt(seed));
            int concept = random.nextInt();
            assertThat(hash.scatter(concept)).isEqualTo(concept * hash.multiplier());
            assertThat(hash.gather(hash.scatter(concept))).isEqualTo(concept);
        }
    }

    @Test
    void anEvenNumberIsRefused() {
        assertThatThrownBy(() -> ConceptHash.known(6))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("multiplier=6");
    }

    private static Salt salt(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return Salt.of(ByteBuffer.allocate(Salt.BYTES)
                .putLong(random.nextLong())
                .putLong(random.nextLong())
                .array());
    }
}
