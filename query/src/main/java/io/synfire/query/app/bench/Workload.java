package io.synfire.query.app.bench;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Baskets from a seed: concepts by Zipf's law with exponent 1.1, half of each basket from the neighbourhood of its first concept.
 * Insert-heavy, which is the hard case: of 1.2 million baskets of 6 concepts on average come 57 million pairs on 27 million directed edges,
 * of 550,000 concepts, the largest hub with 370,000 edges. One thread at a time.
 */
final class Workload {

    /** How many concepts there may be. */
    static final int CONCEPTS = 700_000;

    /** How many baskets the whole of it has. */
    static final int BASKETS = 1_200_000;

    private static final double EXPONENT = 1.1;
    private static final double NEAR_SHARE = 0.5;
    private static final int NEIGHBOURHOOD = 40;
    private static final double MORE_MEAN = 4.45;
    private static final int SIZE_MAX = 40;
    static final long BEGAN_MS = 1_700_000_000_000L;

    /** Between two baskets: a day has 864,000 of them. */
    private static final long STEP_MS = 100;

    private final SplittableRandom random;
    private final double[] cumulated;
    private final int[] basket = new int[SIZE_MAX];
    private int size;
    private long number;

    /**
     * The first basket is yet to come.
     *
     * @param seed the same gives the same baskets
     */
    Workload(long seed) {
        this(new SplittableRandom(seed), cumulated(), 0);
    }

    private Workload(SplittableRandom random, double[] cumulated, long number) {
        this.random = random;
        this.cumulated = cumulated;
        this.number = number;
    }

    /**
     * The baskets of a seed again, after those that there were: concepts repeat, time goes on.
     *
     * @param seed the same gives the same baskets
     */
    Workload again(long seed) {
        return new Workload(new SplittableRandom(seed), cumulated, number);
    }

    /** Goes on to the next basket. */
    void next() {
        int wanted = size();
        int first = zipf();
        int neighbourhood = (int) (((first * 0x9E3779B97F4A7C15L) >>> 20) % CONCEPTS);
        size = 0;
        add(first);
        for (int i = 1; i < wanted; i++) {
            if (random.nextDouble() < NEAR_SHARE) {
                double near = random.nextDouble();
                add((neighbourhood + (int) (near * near * NEIGHBOURHOOD)) % CONCEPTS);
            } else {
                add(zipf());
            }
        }
        number++;
    }

    /** How many concepts the basket has, no two alike. */
    int concepts() {
        return size;
    }

    /** A concept of the basket. */
    int concept(int index) {
        return basket[index];
    }

    /** How many ordered pairs the basket makes. */
    int pairs() {
        return size * (size - 1);
    }

    /** When it was. */
    long atMs() {
        return BEGAN_MS + number * STEP_MS;
    }

    /** The basket as a record of the topic. */
    byte[] json() {
        StringBuilder json = new StringBuilder(32 + 10 * size)
                .append("{\"at\":")
                .append(atMs())
                .append(",\"concepts\":[");
        for (int i = 0; i < size; i++) {
            json.append(i == 0 ? "\"" : ",\"").append(id(basket[i])).append('"');
        }
        return json.append("]}").toString().getBytes(StandardCharsets.UTF_8);
    }

    /** The id of a concept. */
    static String id(int concept) {
        return "item-" + concept;
    }

    private int size() {
        int wanted = 2;
        while (wanted < SIZE_MAX && random.nextDouble() < MORE_MEAN / (1 + MORE_MEAN)) {
            wanted++;
        }
        return wanted;
    }

    private void add(int concept) {
        for (int i = 0; i < size; i++) {
            if (basket[i] == concept) {
                return;
            }
        }
        basket[size++] = concept;
    }

    private int zipf() {
        int found = Arrays.binarySearch(cumulated, random.nextDouble());
        return Math.min(CONCEPTS - 1, found < 0 ? -found - 1 : found);
    }

    private static double[] cumulated() {
        double[] sums = new double[CONCEPTS];
        double sum = 0;
        for (int i = 0; i < CONCEPTS; i++) {
            sum += Math.pow(i + 1, -EXPONENT);
            sums[i] = sum;
        }
        for (int i = 0; i < CONCEPTS; i++) {
            sums[i] /= sum;
        }
        return sums;
    }
}
