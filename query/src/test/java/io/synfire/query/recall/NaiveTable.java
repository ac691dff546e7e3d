package io.synfire.query.recall;

import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The reference of measures: their definitions as they are read, over one strength and its trials. */
final class NaiveTable {

    private static final double TOLERANCE = 1e-5;

    private final double s;
    private final double row;
    private final double column;
    private final double total;

    NaiveTable(double s, double row, double column, double total) {
        this.s = s;
        this.row = row;
        this.column = column;
        this.total = total;
    }

    /** All but strength. */
    Map<Measure, @Nullable Double> measures() {
        Map<Measure, @Nullable Double> all = new EnumMap<>(Measure.class);
        double k11 = Math.min(Math.max(s, 0), Math.min(row, column));
        double k12 = row - k11;
        double k21 = column - k11;
        double k22 = Math.max(0, total - row - column + k11);
        double expected = row * column / total;
        all.put(Measure.CONFIDENCE, quotient(k11, row));
        all.put(Measure.LIFT, quotient(k11 * total, row * column));
        all.put(Measure.COSINE, quotient(k11, Math.sqrt(row * column)));
        all.put(Measure.JACCARD, quotient(k11, row + column - k11));
        if (s <= 0) {
            all.put(Measure.PMI, null);
            all.put(Measure.NPMI, null);
            all.put(Measure.LLR, null);
            return all;
        }
        double pmi = log2(k11 * total / (row * column));
        all.put(Measure.PMI, pmi);
        all.put(Measure.NPMI, Math.max(-1, Math.min(1, pmi / -log2(k11 / total))));
        all.put(Measure.LLR, Math.signum(k11 - expected) * g2(k11, k12, k21, k22));
        if (total - k11 <= TOLERANCE * total) {
            all.put(Measure.NPMI, null);
        }
        if (Math.abs(k11 - expected) <= TOLERANCE * Math.max(k11, expected)) {
            all.put(Measure.LIFT, 1.0);
            all.put(Measure.PMI, 0.0);
            all.put(Measure.LLR, 0.0);
            all.computeIfPresent(Measure.NPMI, (measure, value) -> 0.0);
        }
        return all;
    }

    private static @Nullable Double quotient(double numerator, double denominator) {
        return denominator == 0 ? null : numerator / denominator;
    }

    /** 2·Σ k·ln(k/expected). */
    static double g2(double k11, double k12, double k21, double k22) {
        double n = k11 + k12 + k21 + k22;
        return 2
                * (part(k11, (k11 + k12) * (k11 + k21) / n)
                        + part(k12, (k11 + k12) * (k12 + k22) / n)
                        + part(k21, (k21 + k22) * (k11 + k21) / n)
                        + part(k22, (k21 + k22) * (k12 + k22) / n));
    }

    private static double part(double k, double expected) {
        return k <= 0 ? 0 : k * Math.log(k / expected);
    }

    private static double log2(double x) {
        return Math.log(x) / Math.log(2);
    }
}
