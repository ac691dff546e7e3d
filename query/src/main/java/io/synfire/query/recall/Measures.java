package io.synfire.query.recall;

import org.jspecify.annotations.Nullable;

/**
 * All measures of one association, from its strength S and the trials it is held against: row (those with the cue), column (those with the
 * target), and total. Which trials these are is the memory's: see {@link io.synfire.engine.view.Trials}.
 *
 * <p>k11 = min(max(S, 0), row, column), k12 = row − k11, k21 = column − k11, k22 = max(0, total − row − column + k11). The cue and the
 * target would meet by chance in {@code expected} = row·column/total trials. Where k11 is that but for a share of 1e-5, lift is 1, and
 * pmi, npmi and llr are 0: what rounding leaves is no sign. Where all but a share of 1e-5 of the trials hold both, npmi is null: it is
 * a quotient of nothings. Where S is not above 0, pmi, npmi and llr are null and the others 0. What would be 0/0 is null. Confidence,
 * cosine and jaccard are in [0, 1], npmi in [−1, 1].
 *
 * <p>Sources: pmi from Church and Hanks, "Word association norms, mutual information, and lexicography" (1990); npmi from Bouma,
 * "Normalized (pointwise) mutual information in collocation extraction" (2009); llr from Dunning, "Accurate methods for the statistics
 * of surprise and coincidence" (1993).
 *
 * @param strength S
 * @param row trials with the cue
 * @param column trials with the target
 * @param total all trials
 */
public record Measures(double strength, double row, double column, double total) {

    private static final double LN_2 = Math.log(2);

    /** What is off by less than this share is off by rounding: evidence is kept within 1e-5 of what was added to it. */
    private static final double TOLERANCE = 1e-5;

    /**
     * One measure.
     *
     * @param measure which
     * @return its value, or null where it is undefined
     */
    public @Nullable Double of(Measure measure) {
        return switch (measure) {
            case STRENGTH -> strength;
            case CONFIDENCE -> ratio(both(), row);
            case LIFT -> lift();
            case COSINE -> cosine();
            case JACCARD -> ratio(both(), Math.max(row, 0) + Math.max(column, 0) - both());
            case PMI -> both() > 0 ? pmi() : null;
            case NPMI -> both() > 0 ? npmi() : null;
            case LLR -> both() > 0 ? llr() : null;
        };
    }

    /**
     * G² of a two by two table: 2·Σ k·ln(k/expected).
     *
     * @param k11 both
     * @param k12 the first without the second
     * @param k21 the second without the first
     * @param k22 neither
     * @return at least 0
     */
    static double llr(double k11, double k12, double k21, double k22) {
        double total = k11 + k12 + k21 + k22;
        double sum = term(k11, k11 + k12, k11 + k21, total)
                + term(k12, k11 + k12, k12 + k22, total)
                + term(k21, k21 + k22, k11 + k21, total)
                + term(k22, k21 + k22, k12 + k22, total);
        return Math.max(0, 2 * sum);
    }

    private static double term(double k, double row, double column, double total) {
        return k <= 0 ? 0 : k * Math.log(k / row * (total / column));
    }

    /** k11; 0 where rounding has left nothing of a sum. */
    private double both() {
        return total > 0 ? Math.max(0, Math.min(strength, Math.min(row, column))) : 0;
    }

    private double neither() {
        return Math.max(0, total - row - column + both());
    }

    private boolean isByChance() {
        double expected = row / total * column;
        return Math.abs(both() - expected) <= TOLERANCE * Math.max(both(), expected);
    }

    private @Nullable Double lift() {
        if (both() > 0) {
            return isByChance() ? Double.valueOf(1) : finite(rawLift());
        }
        return row > 0 && column > 0 && total > 0 ? Double.valueOf(0) : null;
    }

    /** Quotients of two sums at a time: products of sums that have nearly faded would be 0. */
    private double rawLift() {
        return both() / row * (total / column);
    }

    private @Nullable Double cosine() {
        return row > 0 && column > 0 ? finite(Math.sqrt(both() / row) * Math.sqrt(both() / column)) : null;
    }

    private @Nullable Double pmi() {
        return isByChance() ? Double.valueOf(0) : finite(log2(rawLift()));
    }

    private @Nullable Double npmi() {
        if (total - both() <= TOLERANCE * total) {
            return null;
        }
        if (isByChance()) {
            return 0.0;
        }
        return finite(Math.max(-1, Math.min(1, log2(rawLift()) / -log2(both() / total))));
    }

    private @Nullable Double llr() {
        if (isByChance()) {
            return 0.0;
        }
        double llr = llr(both(), row - both(), column - both(), neither());
        return finite(both() < row / total * column ? -llr : llr);
    }

    private static @Nullable Double ratio(double numerator, double denominator) {
        return denominator > 0 ? finite(numerator / denominator) : null;
    }

    private static @Nullable Double finite(double value) {
        return Double.isFinite(value) ? value : null;
    }

    private static double log2(double x) {
        return Math.log(x) / LN_2;
    }
}
