package io.synfire.engine.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** Forward decay against values worked out by hand. */
final class ForwardDecayTest {

    private static final long HOUR = 3_600_000;
    private final ForwardDecay hourly = new ForwardDecay(Horizon.parse("1h"));

    @Test
    void anImpulseGrowsByTwoPerHalfLifeAfterTheLandmark() {
        assertThat(hourly.growth(0, 0)).isEqualTo(1);
        assertThat(hourly.growth(3 * HOUR, 0)).isEqualTo(8);
        assertThat(hourly.growth(HOUR / 2, 0)).isEqualTo(Math.sqrt(2));
    }

    @Test
    void aLateImpulseIsWorthLessThanOne() {
        assertThat(hourly.growth(30 * HOUR, 1)).isEqualTo(0.25);
    }

    @Test
    void strengthHalvesPerHalfLife() {
        assertThat(hourly.growth(5 * HOUR, 0) * hourly.decay(7 * HOUR, 0)).isEqualTo(0.25);
    }

    @Test
    void landmarksLieOnMultiplesOfThirtyTwoHalfLives() {
        assertThat(hourly.landmarkAt(32 * HOUR - 1)).isZero();
        assertThat(hourly.landmarkAt(32 * HOUR)).isEqualTo(1);
        assertThat(hourly.landmarkAt(1000 * HOUR)).isEqualTo(31);
    }

    @Test
    void movingToALaterLandmarkIsAnExactPowerOfTwo() {
        assertThat(ForwardDecay.move(4, 5)).isEqualTo(0x1p-32);
        assertThat(ForwardDecay.move(4, 4)).isEqualTo(1);
        assertThat(ForwardDecay.move(0, 1_000_000)).isZero();
        assertThatThrownBy(() -> ForwardDecay.move(5, 4)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void withoutDecayEverythingCountsOne() {
        ForwardDecay none = new ForwardDecay(Horizon.parse("none"));
        assertThat(none.growth(Long.MAX_VALUE / 2, 0)).isEqualTo(1);
        assertThat(none.decay(Long.MAX_VALUE / 2, 0)).isEqualTo(1);
        assertThat(none.landmarkAt(Long.MAX_VALUE / 2)).isZero();
    }
}
