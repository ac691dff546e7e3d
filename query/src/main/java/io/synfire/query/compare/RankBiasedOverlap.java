package io.synfire.query.compare;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * How alike two rankings are, where the first ranks count most: the extrapolated rank-biased overlap of Webber, Moffat and Zobel, "A
 * similarity measure for indefinite rankings", ACM TOIS 28(4), 2010, equation 32.
 *
 * <p>With X_d the number of items that the first d of both have in common, s and l the lengths of the shorter and of the longer ranking, and
 * p the persistence of a reader who goes on to the next rank:
 *
 * <pre>
 *   RBO_ext = (1 − p)/p · ( Σ_{d=1..l} X_d/d · p^d + Σ_{d=s+1..l} X_s·(d − s)/(s·d) · p^d ) + ( (X_l − X_s)/l + X_s/s ) · p^l
 * </pre>
 *
 * <p>What is beyond the ends is taken to agree as what was seen. 1 is the same ranking, 0 is nothing in common; at p 0.9 the first ten ranks
 * carry 86 % of the weight. Immutable and thread-safe.
 */
public final class RankBiasedOverlap {

    /** How persistent a reader is, unless asked otherwise. */
    public static final double P = 0.9;

    private final double p;

    /**
     * The measure.
     *
     * @param p persistence, in (0, 1)
     * @throws IllegalArgumentException if it is out of its range
     */
    public RankBiasedOverlap(double p) {
        if (!(p > 0 && p < 1)) {
            throw new IllegalArgumentException("p must be in (0, 1): p=" + p);
        }
        this.p = p;
    }

    /**
     * Compares.
     *
     * @param first a ranking, no item twice
     * @param second another
     * @return in [0, 1]; two empty rankings are the same, an empty one has nothing in common with any other
     */
    public double of(List<String> first, List<String> second) {
        List<String> shorter = first.size() <= second.size() ? first : second;
        List<String> longer = first.size() <= second.size() ? second : first;
        int s = shorter.size();
        int l = longer.size();
        if (s == 0) {
            return l == 0 ? 1 : 0;
        }
        Set<String> ofShorter = new HashSet<>();
        Set<String> ofLonger = new HashSet<>();
        double sum = 0;
        double power = 1;
        int common = 0;
        int commonAtS = 0;
        for (int d = 1; d <= l; d++) {
            String next = longer.get(d - 1);
            ofLonger.add(next);
            common += ofShorter.contains(next) ? 1 : 0;
            if (d <= s) {
                String other = shorter.get(d - 1);
                ofShorter.add(other);
                common += ofLonger.contains(other) ? 1 : 0;
                commonAtS = common;
            }
            power *= p;
            sum += power * common / d;
            if (d > s) {
                sum += power * commonAtS * (d - s) / ((double) s * d);
            }
        }
        return (1 - p) / p * sum + ((common - commonAtS) / (double) l + commonAtS / (double) s) * power;
    }
}
