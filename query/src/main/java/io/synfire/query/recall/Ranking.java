package io.synfire.query.recall;

import java.util.Arrays;
import java.util.function.IntFunction;

/**
 * The first k of many by score, highest first, then by id: a heap of k with the last of them on top, in arrays, since a question may offer
 * it hundreds of thousands. Items are whatever ints the caller has for them. Used for one question.
 */
final class Ranking {

    /** The score of what has none: it comes last. */
    static final double UNDEFINED = Double.NEGATIVE_INFINITY;

    private final int k;
    private final IntFunction<String> idOf;
    private int[] items;
    private double[] scores;
    private int size;

    /** Of at most k; an id is asked for where scores are equal. */
    Ranking(int k, IntFunction<String> idOf) {
        this.k = k;
        this.idOf = idOf;
        this.items = new int[Math.min(k, 64)];
        this.scores = new double[items.length];
    }

    /** Whether an item of this score may be among the first: worth finding out what else it takes. */
    boolean mayHold(double score) {
        return size < k || (size > 0 && score >= scores[0]);
    }

    void offer(int item, double score) {
        if (size == k) {
            if (isBefore(item, score, 0)) {
                sink(item, score, size);
            }
            return;
        }
        if (size == items.length) {
            int room = (int) Math.min(k, 2L * size);
            items = Arrays.copyOf(items, room);
            scores = Arrays.copyOf(scores, room);
        }
        int at = size++;
        for (int parent = (at - 1) >>> 1; at > 0 && !isBefore(item, score, parent); parent = (at - 1) >>> 1) {
            put(at, items[parent], scores[parent]);
            at = parent;
        }
        put(at, item, score);
    }

    /** Puts them in order; nothing may be offered any more. */
    void sort() {
        for (int last = size - 1; last > 0; last--) {
            int item = items[last];
            double score = scores[last];
            put(last, items[0], scores[0]);
            sink(item, score, last);
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

    /** Puts an item on top of a heap of so many, and moves it down to its place: none below comes behind it. */
    private void sink(int item, double score, int heap) {
        int at = 0;
        for (int child = 1; child < heap; child = 2 * at + 1) {
            if (child + 1 < heap && isBefore(items[child], scores[child], child + 1)) {
                child++;
            }
            if (!isBefore(item, score, child)) {
                break;
            }
            put(at, items[child], scores[child]);
            at = child;
        }
        put(at, item, score);
    }

    private void put(int at, int item, double score) {
        items[at] = item;
        scores[at] = score;
    }

    /** Whether an item comes before the one at a place. */
    private boolean isBefore(int item, double score, int other) {
        return score > scores[other]
                || (score == scores[other] && idOf.apply(item).compareTo(idOf.apply(items[other])) < 0);
    }
}
