package io.synfire.query.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** Values computed by hand from the formula. */
final class RankBiasedOverlapTest {

    private static final Offset<Double> EXACT = Offset.offset(1e-12);
    private final RankBiasedOverlap measure = new RankBiasedOverlap(0.9);

    @Test
    void theSameRankingIsOneAndNothingInCommonIsZero() {
        assertThat(of("abc", "abc")).isCloseTo(1, EXACT);
        assertThat(of("abc", "xyz")).isZero();
        assertThat(of("", "")).isEqualTo(1);
        assertThat(of("", "a")).isZero();
    }

    /** X = 0, 2, 3: 0.1/0.9 · (0 + 0.81 + 0.729) + 0.729. */
    @Test
    void anExchangeAtTheTopCostsTheFirstRank() {
        assertThat(of("abc", "bac")).isCloseTo(0.1 / 0.9 * (0.81 + 0.729) + 0.729, EXACT);
        assertThat(of("abc", "bac")).isCloseTo(0.9, EXACT);
    }

    /**
     * s 2, l 4; X = 1, 1, 2, 2. The first sum is 0.9 + 0.405 + 0.486 + 0.32805, the second 1·1/(2·3)·0.729 + 1·2/(2·4)·0.6561, the rest
     * (1/4 + 1/2)·0.6561.
     */
    @Test
    void rankingsOfDifferentLengthsAreExtrapolated() {
        double expected = 0.1 / 0.9 * (0.9 + 0.405 + 0.486 + 0.32805 + 0.1215 + 0.164025) + 0.75 * 0.6561;
        assertThat(of("ab", "acbd")).isCloseTo(expected, EXACT);
        assertThat(of("acbd", "ab")).isCloseTo(expected, EXACT);
        assertThat(of("abc", "abcdef"))
                .as("what was seen of the shorter agrees")
                .isCloseTo(1, EXACT);
    }

    /** At d = 1..3 of "abc" and "cxa": X = 0, 0, 2; p 0.5: 1 · (2/3 · 0.125) + 2/3 · 0.125. */
    @Test
    void persistenceWeighsTheFirstRanks() {
        assertThat(new RankBiasedOverlap(0.5).of(list("abc"), list("cxa"))).isCloseTo(1.0 / 6, EXACT);
        assertThatThrownBy(() -> new RankBiasedOverlap(1)).hasMessage("p must be in (0, 1): p=1.0");
    }

    private double of(String first, String second) {
        return measure.of(list(first), list(second));
    }

    private static List<String> list(String letters) {
        return letters.isEmpty() ? List.of() : List.of(letters.split(""));
    }
}
