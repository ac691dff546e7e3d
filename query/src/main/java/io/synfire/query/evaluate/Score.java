package io.synfire.query.evaluate;

/**
 * How well a memory predicts.
 *
 * @param settings the name of the settings it learned and recalls by
 * @param k how many answers count
 * @param predictions how many questions were asked
 * @param unknownTargets of these, how many were for a concept that had never fired: misses
 * @param hitRate HR@k: the share of questions whose answer was among the first k
 * @param mrr MRR@k: the mean of 1 / rank, 0 beyond k
 * @param coverage the share of known concepts that was among the first k of any question
 * @param popularity the mean activation of what was among the first k, over that of the most active concept: 0 is the long tail
 * @param micros what a question costs
 */
public record Score(
        String settings,
        int k,
        long predictions,
        long unknownTargets,
        double hitRate,
        double mrr,
        double coverage,
        double popularity,
        Micros micros) {

    /**
     * Times of one question in microseconds.
     *
     * @param mean the mean
     * @param p50 the median
     * @param p99 what one in a hundred exceeds
     */
    public record Micros(double mean, double p50, double p99) {}
}
