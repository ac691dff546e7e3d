package io.synfire.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What a context is expected to bring: the most of lately, by hand. */
final class WindowRateTest {

    private static final int STEPS = 15;

    private final WindowRate rate = new WindowRate(STEPS);

    @Test
    void beforeAnythingWasSeenAWindowIsFullAndEachStepIsThereAndBack() {
        assertThat(rate.impulsesOf(0)).isZero();
        assertThat(rate.impulsesOf(1)).isEqualTo(30);
        assertThat(rate.impulsesOf(7)).isEqualTo(210);
        assertThat(new WindowRate(0).impulsesOf(7)).isZero();
    }

    @Test
    void whatIsMoreCountsAtOnce() {
        rate.saw(100, 4_000);
        assertThat(rate.impulsesOf(10)).isEqualTo(400);
        rate.saw(64, 6_400);
        assertThat(rate.impulsesOf(10)).isEqualTo(1_000);
    }

    @Test
    void whatIsLessCountsByAndByAndNeverLessThanWasSeenLast() {
        rate.saw(100, 10_000);
        rate.saw(100, 0);
        assertThat(rate.impulsesOf(1_000)).isEqualTo(95_000);
        rate.saw(100, 0);
        assertThat(rate.impulsesOf(1_000)).isEqualTo(90_250);
        rate.saw(100, 9_000);
        assertThat(rate.impulsesOf(1_000)).isEqualTo(90_000);
        for (int look = 0; look < 200; look++) {
            rate.saw(100, 500);
        }
        assertThat(rate.impulsesOf(1_000)).isEqualTo(5_000);
    }

    /** A handful of activations may be the first of their contexts, or the last of a crowd. */
    @Test
    void fewActivationsTellNothing() {
        rate.saw(63, 63_000);
        assertThat(rate.impulsesOf(1)).isEqualTo(30);
        rate.saw(0, 0);
        assertThat(rate.impulsesOf(1)).isEqualTo(30);
        rate.saw(64, 64_000);
        assertThat(rate.impulsesOf(1)).isEqualTo(1_000);
    }
}
