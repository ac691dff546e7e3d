package io.synfire.query.recall;

import org.jspecify.annotations.Nullable;

/**
 * All measures of one association, from its strength S, both marginals and N of one horizon at one time.
 *
 * <p>Those of the contingency table take k11 = min(max(S, 0), Ma, Mb), k12 = Ma − k11, k21 = Mb − k11, k22 = max(0, N − Ma − Mb +
 * k11). What is undefined is null, never NaN: S ≤ 0 for the table's measures, a marginal or N ≤ 0, a denominator of 0.
 *
 * <p>Sources: npmi from Bouma, "Normalized (pointwise) mutual information in collocation extraction" (2009); llr from Dunning,
 * "Accurate methods for the statistics of surprise and coincidence" (1993).
 *
 * @param strength S
 * @param cueMass Ma
 * @param targetMass Mb
 * @param episodes N
 */
public record Measures(double strength, double cueMass, double targetMass, double episodes) {

    private static final double LN_2 = Math.log(2);

    /**
     * One measure.
     *
     * @param measure which
     * @return its value, or null where it is undefined
     */
    public @Nullable Double of(Measure measure) {
        return switch (measure) {
            case STRENGTH -> strength;
            case CONFIDENCE -> ratio(strength, cueMass);
            case LIFT -> ratio(strength * episodes, cueMass * targetMass);
            case COSINE -> ratio(strength, Math.sqrt(cueMass * targetMass));
            case PMI -> hasTable() ? finite(pmi()) : null;
            case NPMI -> hasTable() ? ratioOfAny(pmi(), -log2(both() / episodes)) : null;
            case JACCARD -> hasTable() ? ratio(both(), cueMass + targetMass - both()) : null;
            case LLR -> hasTable() ? finite(llr(both(), cueMass - both(), targetMass - both(), neither())) : null;
        };
    }

    /**
     * G² of a two by two table: 2·(Σ k·ln k of cells − of rows − of columns + of the whole).
     *
     * @param k11 both
     * @param k12 the first without the second
     * @param k21 the second without the first
     * @param k22 neither
     * @return at least 0
     */
    static double llr(double k11, double k12, double k21, double k22) {
        double cells = term(k11) + term(k12) + term(k21) + term(k22);
        double rows = term(k11 + k12) + term(k21 + k22);
        double columns = term(k11 + k21) + term(k12 + k22);
        return Math.max(0, 2 * (cells - rows - columns + term(k11 + k12 + k21 + k22)));
    }

    private boolean hasTable() {
        return strength > 0 && cueMass > 0 && targetMass > 0 && episodes > 0;
    }

    private double both() {
        return Math.min(Math.max(strength, 0), Math.min(cueMass, targetMass));
    }

    private double neither() {
        return Math.max(0, episodes - cueMass - targetMass + both());
    }

    private double pmi() {
        return log2(both() * episodes / (cueMass * targetMass));
    }

    private @Nullable Double ratio(double numerator, double denominator) {
        return cueMass > 0 && targetMass > 0 && episodes > 0 ? ratioOfAny(numerator, denominator) : null;
    }

    private static @Nullable Double ratioOfAny(double numerator, double denominator) {
        return denominator == 0 ? null : finite(numerator / denominator);
    }

    private static @Nullable Double finite(double value) {
        return Double.isFinite(value) ? value : null;
    }

    private static double term(double k) {
        return k <= 0 ? 0 : k * Math.log(k);
    }

    private static double log2(double x) {
        return Math.log(x) / LN_2;
    }
}
