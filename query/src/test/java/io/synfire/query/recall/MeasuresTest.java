package io.synfire.query.recall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

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
    void whatIsUndefinedIsNullNeverNaN() {
        for (double strength : new double[] {-3, 0, 2, 1e300}) {
            for (double mass : new double[] {0, 1, 2}) {
                for (double episodes : new double[] {0, 1, 2}) {
                    for (Measure measure : Measure.values()) {
                        Double value = new Measures(strength, mass, 2, episodes).of(measure);
                        assertThat(value == null || Double.isFinite(value)).isTrue();
                    }
                }
            }
        }
        assertThat(new Measures(-3, 5, 5, 10).of(Measure.NPMI)).isNull();
        assertThat(new Measures(-3, 5, 5, 10).of(Measure.CONFIDENCE)).isEqualTo(-0.6);
        assertThat(new Measures(3, 0, 5, 10).of(Measure.CONFIDENCE)).isNull();
        // Always together in every episode: pmi is 0 bits of 0 possible.
        assertThat(new Measures(10, 10, 10, 10).of(Measure.NPMI)).isNull();
    }
}
