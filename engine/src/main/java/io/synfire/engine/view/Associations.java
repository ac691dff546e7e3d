package io.synfire.engine.view;

/**
 * The associations of one cue at one time, and the moment that they were read of: a copy that no later learning changes. Immutable, except
 * that the arrays given to it are not copied.
 */
public final class Associations {

    private final Moment moment;
    private final long atMs;
    private final int[] targets;
    private final double[] strengths;
    private final int horizons;
    private final int size;
    private final int cuts;
    private final double cutBound;

    /**
     * Wraps arrays that the caller gives away.
     *
     * @param moment what it was read of
     * @param atMs the time it is for, milliseconds since the epoch
     * @param targets concept ints, no two alike; the first {@code size} count
     * @param strengths {@code horizons} values per target, by target
     * @param horizons how many horizons the memory keeps
     * @param size how many associations there are
     * @param cuts how often the row was cut back to its strongest associations
     * @param cutBound what any association lost by that, at most: a strength of the slowest horizon
     */
    public Associations(
            Moment moment,
            long atMs,
            int[] targets,
            double[] strengths,
            int horizons,
            int size,
            int cuts,
            double cutBound) {
        if (size > targets.length || size * horizons > strengths.length) {
            throw new IllegalArgumentException("arrays must hold size associations: size=" + size + " targets="
                    + targets.length + " strengths=" + strengths.length);
        }
        this.moment = moment;
        this.atMs = atMs;
        this.targets = targets;
        this.strengths = strengths;
        this.horizons = horizons;
        this.size = size;
        this.cuts = cuts;
        this.cutBound = cutBound;
    }

    /**
     * The associations of a cue that has none.
     *
     * @param moment what it was read of
     * @param atMs the time it is for, milliseconds since the epoch
     * @param horizons how many horizons the memory keeps
     * @return nothing
     */
    public static Associations none(Moment moment, long atMs, int horizons) {
        return new Associations(moment, atMs, new int[0], new double[0], horizons, 0, 0, 0);
    }

    /**
     * The moment of learning that all of it was read of: marginals of this moment belong to it.
     *
     * @return the moment
     */
    public Moment moment() {
        return moment;
    }

    /**
     * The time that its strengths are for.
     *
     * @return milliseconds since the epoch, not before the moment's watermark
     */
    public long atMs() {
        return atMs;
    }

    /**
     * How often the row was cut back to its {@code max-associations} strongest; 0 for most.
     *
     * @return at least 0
     */
    public int cuts() {
        return cuts;
    }

    /**
     * What any association of the cue lost by the cuts, at most.
     *
     * @return a strength of the slowest horizon, 0 if the row was never cut
     */
    public double cutBound() {
        return cutBound;
    }

    /**
     * How many associations there are: the degree of the cue.
     *
     * @return at least 0
     */
    public int size() {
        return size;
    }

    /**
     * The concept at an index.
     *
     * @param index in [0, size)
     * @return its int
     */
    public int target(int index) {
        return targets[index];
    }

    /**
     * The strength at an index: S(a→b) at the time of the read; negative for a depressed association.
     *
     * @param index in [0, size)
     * @param horizon index into the settings' half-lives
     * @return the strength
     */
    public double strength(int index, int horizon) {
        return strengths[index * horizons + horizon];
    }

    /**
     * Where a concept is.
     *
     * @param concept its int
     * @return its index, or -1 if it is not associated; a scan of the row
     */
    public int indexOf(int concept) {
        for (int i = 0; i < size; i++) {
            if (targets[i] == concept) {
                return i;
            }
        }
        return -1;
    }
}
