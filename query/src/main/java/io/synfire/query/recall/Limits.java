package io.synfire.query.recall;

/** Bounds of a question, so that no question costs without bound. */
public final class Limits {

    /** How many answers, unless asked otherwise. */
    public static final int K = 10;

    /** The most answers. */
    public static final int K_MAX = 1_000;

    /** The most cues. */
    public static final int CUES_MAX = 1_000;

    /** The most hops. */
    public static final int HOPS_MAX = 4;

    /** How many concepts pass activation on at each hop. */
    public static final int FAN_OUT = 30;

    /** Of how many concepts, the most active, the associations are looked at for what grows. */
    public static final int TRENDING_CUES = 1_000;

    /** The largest absolute weight of a cue, or of a horizon in a blend; keeps every score finite. */
    public static final double WEIGHT_MAX = 1e6;

    private Limits() {}

    static void requireK(int k) {
        if (k < 1 || k > K_MAX) {
            throw new BadQueryException("k must be 1 to " + K_MAX + ": k=" + k);
        }
    }

    static void requireMinSupport(double minSupport) {
        if (!(minSupport >= 0) || Double.isInfinite(minSupport)) {
            throw new BadQueryException("min-support must be at least 0: min-support=" + minSupport);
        }
    }
}
