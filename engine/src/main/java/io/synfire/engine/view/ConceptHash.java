package io.synfire.engine.view;

import io.synfire.engine.learn.Salt;

/**
 * Where the ints of concepts lie in hash tables. Ints come in order of first mention, so whoever brings in many ids chooses many ints. The place
 * of an int is given by the high bits of its product with a secret odd number: multiply-shift, which is universal (Dietzfelbinger and others, "A
 * reliable randomized algorithm for the closest-pair problem", 1997). So two ints that were chosen without knowing the number meet about as
 * seldom as any others, on average of the numbers that may be secret. To combine ints with a secret before a product that is known would
 * not do: where the secret changes high bits alone, it turns the places of all by the same angle, and those that were close stay close.
 *
 * <p>Most ints are dense, and the golden ratio, of Fibonacci hashing, spreads those best, since no fraction of small numbers is near it. The
 * secret number is drawn from those of which that is nearly as true: its continued fraction has small terms alone. There are some
 * 20 million of them.
 *
 * <p>Nothing that is stored, learned or answered depends on it. Immutable and thread-safe.
 */
public final class ConceptHash {

    /** Of the golden ratio all terms are 1; of a number drawn at random every fifth is larger than this. */
    private static final long TERM_MAX = 5;

    /** Fractions of larger denominators are of no matter: few rows are longer. */
    private static final long DENOMINATOR_MAX = 1 << 19;

    private static final String PURPOSE = "ints of concepts";
    private static final long RANGE = 1L << Integer.SIZE;

    private final int multiplier;
    private final int inverse;

    private ConceptHash(int multiplier) {
        this.multiplier = multiplier;
        this.inverse = inverse(multiplier);
    }

    /**
     * The one of a salt: always the same.
     *
     * @param salt a store's
     * @return an odd number that follows from it and spreads dense ints; takes some hundred hashes
     */
    public static ConceptHash of(Salt salt) {
        for (long draw = 0; ; draw++) {
            int multiplier = (int) salt.hash(draw, PURPOSE) | 1;
            if (spreads(multiplier)) {
                return new ConceptHash(multiplier);
            }
        }
    }

    /**
     * By a number that is known. Whoever knows it can choose ints that meet.
     *
     * @param multiplier an odd number
     * @return places by that number
     * @throws IllegalArgumentException if it is even: different ints would be one
     */
    public static ConceptHash known(int multiplier) {
        if ((multiplier & 1) == 0) {
            throw new IllegalArgumentException("the number must be odd: multiplier=" + multiplier);
        }
        return new ConceptHash(multiplier);
    }

    /**
     * The odd number. Places are the high bits of products with it.
     *
     * @return what ints are multiplied by
     */
    public int multiplier() {
        return multiplier;
    }

    /**
     * Another int for each, as a key of maps that know no salt themselves.
     *
     * @param concept any int
     * @return an int that no other one has
     */
    public int scatter(int concept) {
        return concept * multiplier;
    }

    /**
     * The int that was {@link #scatter scattered}.
     *
     * @param scattered what came of it
     * @return the int itself
     */
    public int gather(int scattered) {
        return scattered * inverse;
    }

    /** Whether the terms of its continued fraction are small. */
    static boolean spreads(int multiplier) {
        long greater = RANGE;
        long less = Integer.toUnsignedLong(multiplier);
        // Of the fractions that come nearer and nearer.
        long denominator = 1;
        long before = 0;
        while (denominator < DENOMINATOR_MAX) {
            long term = less == 0 ? Long.MAX_VALUE : greater / less;
            if (term > TERM_MAX) {
                return false;
            }
            long rest = greater % less;
            greater = less;
            less = rest;
            long next = term * denominator + before;
            before = denominator;
            denominator = next;
        }
        return true;
    }

    /** Says nothing of what it is: who reads it in a log could choose ids. */
    @Override
    public String toString() {
        return "ConceptHash";
    }

    /** Newton's iteration doubles the bits that are right: an odd number is its own inverse in the lowest three. */
    private static int inverse(int odd) {
        int inverse = odd;
        for (int bits = 3; bits < Integer.SIZE; bits *= 2) {
            inverse *= 2 - odd * inverse;
        }
        return inverse;
    }
}
