package io.synfire.query.recall;

import it.unimi.dsi.fastutil.ints.IntArrays;
import java.util.Arrays;
import java.util.function.IntFunction;

/**
 * The first k of many by score, highest first, then by id. Gathers a few times k, then drops what cannot be among the first k, and so on: in
 * arrays, since a question may offer hundreds of thousands, and with a look at ids only where scores are equal, since each is a cache miss
 * or three. Items are whatever ints the caller has for them. Used for one question.
 */
final class Ranking {

    /** The score of what has none: it comes last. */
    static final double UNDEFINED = Double.NEGATIVE_INFINITY;

    private static final int GATHERED_MIN = 128;

    private final int k;
    private final IntFunction<String> idOf;
    private final int gatheredMax;
    private int[] items = new int[GATHERED_MIN];
    private double[] scores = new double[GATHERED_MIN];
    private String[] ids = {};
    private int size;

    /** What is below it is not among the first k. */
    private double floor = UNDEFINED;

    /** Of at most k, 1 or more. */
    Ranking(int k, IntFunction<String> idOf) {
        this.k = k;
        this.idOf = idOf;
        this.gatheredMax = Math.max(GATHERED_MIN, 4 * k);
    }

    /** Whether an item of this score may be among the first: worth finding out what else it takes. */
    boolean mayHold(double score) {
        return score >= floor;
    }

    void offer(int item, double score) {
        if (score < floor) {
            return;
        }
        if (size == gatheredMax) {
            keepFirst();
        }
        if (size == items.length) {
            items = Arrays.copyOf(items, 2 * size);
            scores = Arrays.copyOf(scores, 2 * size);
        }
        items[size] = item;
        scores[size++] = score;
    }

    /** Puts the first k in order; nothing may be offered any more. */
    void sort() {
        keepFirst();
        int[] unordered = Arrays.copyOf(items, size);
        double[] scoresOf = Arrays.copyOf(scores, size);
        String[] idsOf = new String[size];
        int[] order = new int[size];
        for (int i = 0; i < size; i++) {
            order[i] = i;
            idsOf[i] = idOf.apply(unordered[i]);
        }
        IntArrays.quickSort(order, (a, b) -> {
            int byScore = Double.compare(scoresOf[b], scoresOf[a]);
            return byScore != 0 ? byScore : idsOf[a].compareTo(idsOf[b]);
        });
        ids = new String[size];
        for (int i = 0; i < size; i++) {
            items[i] = unordered[order[i]];
            scores[i] = scoresOf[order[i]];
            ids[i] = idsOf[order[i]];
        }
    }

    int size() {
        return size;
    }

    int item(int index) {
        return items[index];
    }

    double score(int index) {
        return scores[index];
    }

    String id(int index) {
        return ids[index];
    }

    /** Drops all but the first k; of those that are alike at the end the first by id. */
    private void keepFirst() {
        if (size <= k) {
            return;
        }
        double[] sorted = Arrays.copyOf(scores, size);
        Arrays.sort(sorted);
        floor = sorted[size - k];
        int[] last = new int[size];
        int lastCount = 0;
        int kept = 0;
        for (int i = 0; i < size; i++) {
            if (scores[i] > floor) {
                items[kept] = items[i];
                scores[kept++] = scores[i];
            } else if (scores[i] == floor) {
                last[lastCount++] = items[i];
            }
        }
        if (lastCount > k - kept) {
            IntArrays.quickSort(last, 0, lastCount, (a, b) -> idOf.apply(a).compareTo(idOf.apply(b)));
        }
        for (int i = 0; kept < k; i++) {
            items[kept] = last[i];
            scores[kept++] = floor;
        }
        size = k;
    }
}
