package io.synfire.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** A filter that grows by parts. */
final class HashFilterTest {

    private static final int ADDED = 100_000;

    @Test
    void itTellsNoneWrongThatWasAddedAndFewThatWereNot() {
        HashFilter filter = new HashFilter();
        SplittableRandom added = new SplittableRandom(1);
        for (int i = 0; i < ADDED; i++) {
            filter.add(added.nextLong());
        }
        SplittableRandom again = new SplittableRandom(1);
        for (int i = 0; i < ADDED; i++) {
            assertThat(filter.mayContain(again.nextLong())).isTrue();
        }
        SplittableRandom others = new SplittableRandom(2);
        int wrong = 0;
        for (int i = 0; i < ADDED; i++) {
            wrong += filter.mayContain(others.nextLong()) ? 1 : 0;
        }
        // One in two hundred for each of its four parts that are full, and less for the fifth.
        assertThat(wrong).isLessThan(ADDED / 40);
        assertThat(filter.bytes()).isBetween(ADDED * 12L / 8, 5L * ADDED * 12 / 8);
    }

    @Test
    void anEmptyOneContainsNothingAndTakesNothing() {
        HashFilter filter = new HashFilter();
        assertThat(filter.mayContain(0)).isFalse();
        assertThat(filter.mayContain(-1)).isFalse();
        assertThat(filter.bytes()).isZero();
    }
}
