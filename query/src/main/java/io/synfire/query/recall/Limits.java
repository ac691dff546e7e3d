package io.synfire.query.recall;

/** Bounds of a question, so that no question costs without bound. */
public final class Limits {

    /** How many answers, unless asked otherwise. */
    public static final int K = 10;

    /** The most answers. */
    public static final int K_MAX = 1_000;

    /** The most cues. */
    public static final int CUES_MAX = 1_000;

    /** The most horizons of a blend; no memory has so many. */
    public static final int HORIZONS_MAX = 100;

    /** The most hops. */
    public static final int HOPS_MAX = 4;

    /** The most concepts that pass activation on at each hop. */
    public static final int FAN_OUT_MAX = 1_000;

    /** With so many of its strongest associations a cue counts that has too many to read. */
    public static final int HUB_STRONGEST = 256;

    /** Of how many concepts at most an answer names that their associations were left out; it counts all. */
    public static final int LEFT_OUT_NAMED = 100;

    /** The most candidates. */
    public static final int CANDIDATES_MAX = 10_000;

    /** The most concepts that are excluded. */
    public static final int EXCLUDE_MAX = 10_000;

    /** Of how many concepts, the most active, the associations are looked at for what grows. */
    public static final int TRENDING_CUES = 1_000;

    /** The largest absolute weight of a cue, or of a horizon in a blend; keeps every score finite. */
    public static final double WEIGHT_MAX = 1e6;

    private Limits() {}

    /**
     * Checks a share.
     *
     * @param name what it is called
     * @param share in [0, 1]
     * @throws BadQueryException if it is not
     */
    public static void requireShare(String name, double share) {
        require(name, share, 0, 1);
    }

    /**
     * Checks how many answers are asked for.
     *
     * @param k 1 to {@value #K_MAX}
     * @throws BadQueryException if it is not
     */
    public static void requireK(int k) {
        if (k < 1 || k > K_MAX) {
            throw new BadQueryException("k must be 1 to " + K_MAX + ": k=" + k);
        }
    }

    static void requireMinSupport(double minSupport) {
        if (!(minSupport >= 0) || Double.isInfinite(minSupport)) {
            throw new BadQueryException("min-support must be at least 0: min-support=" + minSupport);
        }
    }

    static void requireHops(String name, int hops) {
        require(name, hops, 1, HOPS_MAX);
    }

    static void requirePopularity(String name, double popularity) {
        require(name, popularity, -2, 2);
    }

    static void requireShrinkage(String name, double shrinkage) {
        require(name, shrinkage, 0, 1e9);
    }

    static void requireSelf(String name, double self) {
        require(name, self, 0, 1_000);
    }

    static void requireSize(String name, int size, int max) {
        require(name, size, 0, max);
    }

    static void require(String name, double value, double min, double max) {
        if (!(value >= min && value <= max)) {
            throw new BadQueryException(
                    name + " must be " + text(min) + " to " + text(max) + ": " + name + "=" + text(value));
        }
    }

    /** Whole numbers as such. */
    private static String text(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }
}
