package io.synfire.query.recall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Measures against published vectors and values worked out by hand. */
final class MeasuresTest {

    @ParameterizedTest
    @CsvSource({"110,2442,111,29114,270.72", "29,13,123,31612,263.90", "9,12,429,31327,48.94"})
    void llrGivesThePublishedValues(double k11, double k12, double k21, double k22, double expected) {
        assertThat(Measures.llr(k11, k12, k21, k22)).isCloseTo(expected, within(0.005));
        assertThat(new Measures(k11, k11 + k12, k11 + k21, k11 + k12 + k21 + k22).of(Measure.LLR))
                .isCloseTo(expected, within(0.005));
    }

    @Test
    void theOthersFollowTheirDefinitions() {
        Measures measures = new Measures(10, 20, 40, 100);
        assertThat(measures.of(Measure.STRENGTH)).isEqualTo(10);
        assertThat(measures.of(Measure.CONFIDENCE)).isEqualTo(0.5);
        assertThat(measures.of(Measure.LIFT)).isEqualTo(1.25);
        assertThat(measures.of(Measure.COSINE)).isCloseTo(10 / Math.sqrt(800), within(1e-12));
        assertThat(measures.of(Measure.PMI)).isCloseTo(Math.log(1.25) / Math.log(2), within(1e-12));
        assertThat(measures.of(Measure.NPMI)).isCloseTo(Math.log(1.25) / Math.log(10), within(1e-12));
        assertThat(measures.of(Measure.JACCARD)).isEqualTo(0.2);
    }

    @Test
    void llrHasTheSignOfWhatIsMoreOrLessThanByChance() {
        // The published vector (9, 12, 429, 31327), and the same with fewer in both cells.
        assertThat(new Measures(9, 21, 438, 31_777).of(Measure.LLR)).isPositive();
        assertThat(new Measures(1, 100, 100, 1_000).of(Measure.LLR))
                .isCloseTo(-NaiveTable.g2(1, 99, 99, 801), within(1e-9));
    }

    @Test
    void whatDiffersFromChanceByRoundingIsByChance() {
        for (double rounding : new double[] {0, 9e-6, -9e-6}) {
            Measures measures = new Measures(10 * (1 + rounding), 50, 20, 100);
            assertThat(measures.of(Measure.LIFT)).isEqualTo(1);
            assertThat(measures.of(Measure.PMI)).isEqualTo(0);
            assertThat(measures.of(Measure.NPMI)).isEqualTo(0);
            assertThat(measures.of(Measure.LLR)).isEqualTo(0);
        }
        for (double rounding : new double[] {2e-5, -2e-5}) {
            Measures measures = new Measures(10 * (1 + rounding), 50, 20, 100);
            assertThat(measures.of(Measure.LIFT)).isCloseTo(1 + rounding, within(1e-12));
            assertThat(sign(measures, Measure.PMI)).isEqualTo(Math.signum(rounding));
            assertThat(sign(measures, Measure.LLR)).isEqualTo(Math.signum(rounding));
        }
    }

    @Test
    void evidenceBeyondItsTrialsIsCutBackToThem() {
        Measures measures = new Measures(10.00005, 10, 20, 100);
        assertThat(measures.of(Measure.STRENGTH)).isEqualTo(10.00005);
        assertThat(measures.of(Measure.CONFIDENCE)).isEqualTo(1);
        assertThat(measures.of(Measure.JACCARD)).isEqualTo(0.5);
        assertThat(measures.of(Measure.LIFT)).isEqualTo(5);
    }

    @Test
    void whatIsUndefinedIsNullNeverNaN() {
        double[] values = {-3, 0, 4e-320, 1, 2, 1e300};
        for (double strength : values) {
            for (double row : values) {
                for (double column : values) {
                    for (double total : values) {
                        assertInRange(new Measures(strength, row, column, total));
                    }
                }
            }
        }
    }

    private static double sign(Measures measures, Measure measure) {
        return Math.signum(Objects.requireNonNull(measures.of(measure)));
    }

    private static void assertInRange(Measures measures) {
        for (Measure measure : Measure.values()) {
            Double value = measures.of(measure);
            assertThat(value == null || Double.isFinite(value))
                    .as("%s of %s", measure, measures)
                    .isTrue();
            if (value != null
                    && measure != Measure.STRENGTH
                    && measure != Measure.LIFT
                    && measure != Measure.PMI
                    && measure != Measure.LLR) {
                assertThat(value)
                        .as("%s of %s", measure, measures)
                        .isBetween(measure == Measure.NPMI ? -1.0 : 0.0, 1.0);
            }
        }
    }

    @Test
    void whatIsNotPositiveSaysNothing() {
        for (double strength : new double[] {-3, 0}) {
            Measures measures = new Measures(strength, 5, 5, 10);
            assertThat(measures.of(Measure.STRENGTH)).isEqualTo(strength);
            assertThat(measures.of(Measure.CONFIDENCE)).isEqualTo(0);
            assertThat(measures.of(Measure.LIFT)).isEqualTo(0);
            assertThat(measures.of(Measure.COSINE)).isEqualTo(0);
            assertThat(measures.of(Measure.JACCARD)).isEqualTo(0);
            assertThat(measures.of(Measure.PMI)).isNull();
            assertThat(measures.of(Measure.NPMI)).isNull();
            assertThat(measures.of(Measure.LLR)).isNull();
        }
        // 0/0
        assertThat(new Measures(-3, 0, 5, 10).of(Measure.CONFIDENCE)).isNull();
        assertThat(new Measures(-3, 0, 5, 10).of(Measure.LIFT)).isNull();
        assertThat(new Measures(-3, 0, 5, 10).of(Measure.COSINE)).isNull();
        assertThat(new Measures(-3, 0, 5, 10).of(Measure.JACCARD)).isEqualTo(0);
        assertThat(new Measures(0, 0, 0, 0).of(Measure.JACCARD)).isNull();
    }

    @Test
    void whereAllTrialsHoldBothThereIsNoInformation() {
        assertThat(new Measures(10, 10, 10, 10).of(Measure.NPMI)).isNull();
        assertThat(new Measures(10, 10, 10, 10.00009).of(Measure.NPMI)).isNull();
        assertThat(new Measures(10, 10, 10, 10.0002).of(Measure.NPMI)).isCloseTo(1, within(1e-6));
        assertThat(new Measures(10, 10, 10, 10).of(Measure.PMI)).isEqualTo(0);
        assertThat(new Measures(10, 10, 10, 10).of(Measure.LLR)).isEqualTo(0);
    }
}
