package io.synfire.engine.event;

/**
 * One concept firing: which, and how strongly. The time is its episode's.
 *
 * @param concept the concept's id: 1 to {@value #CONCEPT_BYTES_MAX} bytes of UTF-8 without control characters
 * @param strength how strongly it fired, in (0, {@value #STRENGTH_MAX}]; 1 is the usual value
 */
public record Activation(String concept, double strength) {

    /** The longest concept id, in bytes of UTF-8. */
    public static final int CONCEPT_BYTES_MAX = 512;

    /**
     * The largest strength. With {@link Episode#REWARD_MAX} and the largest gain, 1000, it keeps every impulse at 10^21, below 2^70. So 10^7 of
     * them under the steepest growth between two landmarks (2^32) are below 2^126, and still fit a float32.
     */
    public static final double STRENGTH_MAX = 1e6;

    /**
     * Checks both values.
     *
     * @throws IllegalArgumentException if one is out of its range; the message names the rule, then the value
     */
    public Activation {
        Ids.require("concept", concept, CONCEPT_BYTES_MAX);
        if (!(strength > 0) || strength > STRENGTH_MAX) {
            throw new IllegalArgumentException("strength must be in (0, 1e6]: strength=" + strength);
        }
    }

    /**
     * A concept firing at the usual strength, 1.
     *
     * @param concept the concept's id
     * @return the activation
     */
    public static Activation of(String concept) {
        return new Activation(concept, 1);
    }
}
