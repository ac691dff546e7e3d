package io.synfire.engine.view;

import java.util.Locale;

/**
 * What the measures of a memory count as trials, and why. While all of its evidence is plain they are its episodes: then an association's
 * strength is the number of episodes in which both fired. Otherwise they are its pairs, the positive impulses. The counts are exact, do not
 * decay, and lose what is taken back; a count below 0 means that more was taken back than was learned.
 *
 * @param isNormalized whether the pairs of an episode are divided by its size
 * @param strengths activations of another strength than 1
 * @param rewards episodes of another reward than 1
 * @param betweenEpisodes impulses between episodes of one context
 */
public record Trials(boolean isNormalized, long strengths, long rewards, long betweenEpisodes) {

    /** What is counted. */
    public enum Unit {
        /** Each episode is a trial: row M(a), column M(b), total N. */
        EPISODES,
        /** Each positive impulse is as much of a trial as it weighs: row O(a), column I(b), total T. */
        PAIRS;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * What is counted.
     *
     * @return episodes if nothing but plain evidence was learned and not taken back
     */
    public Unit unit() {
        return isNormalized || strengths != 0 || rewards != 0 || betweenEpisodes != 0 ? Unit.PAIRS : Unit.EPISODES;
    }

    /**
     * Why, for a person.
     *
     * @return what is not plain, or that all is
     */
    public String reason() {
        if (unit() == Unit.EPISODES) {
            return "all evidence is plain";
        }
        StringBuilder reason = new StringBuilder();
        if (isNormalized) {
            reason.append(", the setting normalization divides evidence by an episode's size");
        }
        add(reason, strengths, "activations of another strength than 1");
        add(reason, rewards, "episodes of another reward than 1");
        add(reason, betweenEpisodes, "pairs between episodes of one context");
        return reason.substring(2);
    }

    private static void add(StringBuilder reason, long count, String what) {
        if (count != 0) {
            reason.append(", ").append(what).append(": ").append(count);
        }
    }
}
