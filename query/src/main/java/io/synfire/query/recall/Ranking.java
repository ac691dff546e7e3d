package io.synfire.query.recall;

import io.synfire.engine.view.Selection;
import java.util.Arrays;

/**
 * The first k of many by score, highest first, then by id. Gathers a few times k, then drops what is not among the first k, and so on: in
 * arrays, since a question may offer hundreds of thousands. Ids are looked into only of what has a score among the first k, and those side
 * by side: each is three cache misses, and events of one moment have equal scores. Items are whatever ints the caller has for them. Used for
 * one question.
 */
final class Ranking {

    /** The score of what has none: it comes last. */
    static final double UNDEFINED = Double.NEGATIVE_INFINITY;

    private static final int GATHERED_MIN = 512;

    private final int k;
    private final IdsOf idsOf;
    private final int gatheredMax;
    private int[] items = new int[GATHERED_MIN / 2];
    private double[] scores = new double[GATHERED_MIN / 2];
    private String[] ids = {};
    private int size;

    /** What is below it is not among the first k. */
    private double floor = UNDEFINED;

    /** Tells the ids of items. */
    @FunctionalInterface
    interface IdsOf {

        /** Puts the ids of so many items, from the first, into an array. */
        void tell(int[] items, int count, String[] ids);
    }

    /** Of at most k, 1 or more. */
    Ranking(int k, IdsOf idsOf) {
        this.k = k;
        this.idsOf = idsOf;
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
            sort();
        }
        if (size == items.length) {
            items = Arrays.copyOf(items, 2 * size);
            scores = Arrays.copyOf(scores, 2 * size);
        }
        items[size] = item;
        scores[size++] = score;
    }

    /** Puts the first k in order, and drops all others. */
    void sort() {
        int candidates = dropBelow(size > k ? ofRank(k) : UNDEFINED);
        fetchIds(candidates);
        int[] order = new int[Math.min(k, candidates)];
        size = 0;
        for (int i = 0; i < candidates; i++) {
            insert(i, order);
        }
        take(order);
        floor = size == k ? scores[k - 1] : UNDEFINED;
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

    /** The score of a rank, from 1. */
    private double ofRank(int rank) {
        return Selection.ofRank(Arrays.copyOf(scores, size), size - rank);
    }

    /** Returns how many are left: more than k if there are equals at the end. */
    private int dropBelow(double score) {
        int kept = 0;
        for (int i = 0; i < size; i++) {
            if (scores[i] >= score) {
                items[kept] = items[i];
                scores[kept++] = scores[i];
            }
        }
        return kept;
    }

    private void fetchIds(int count) {
        if (ids.length < count) {
            ids = new String[count];
        }
        idsOf.tell(items, count, ids);
    }

    /** Puts one in its place among those before it, of which the first k stay: where it is, since to move a number is cheap. */
    private void insert(int candidate, int[] order) {
        if (size == k && !comesBefore(candidate, order[k - 1])) {
            return;
        }
        int at = 0;
        int to = size;
        while (at < to) {
            int middle = (at + to) >>> 1;
            if (comesBefore(candidate, order[middle])) {
                to = middle;
            } else {
                at = middle + 1;
            }
        }
        System.arraycopy(order, at, order, at + 1, Math.min(size, k - 1) - at);
        order[at] = candidate;
        size = Math.min(size + 1, k);
    }

    private boolean comesBefore(int one, int other) {
        return scores[one] > scores[other] || (scores[one] == scores[other] && ids[one].compareTo(ids[other]) < 0);
    }

    private void take(int[] order) {
        int[] orderedItems = new int[items.length];
        double[] orderedScores = new double[scores.length];
        String[] orderedIds = new String[size];
        for (int i = 0; i < size; i++) {
            orderedItems[i] = items[order[i]];
            orderedScores[i] = scores[order[i]];
            orderedIds[i] = ids[order[i]];
        }
        items = orderedItems;
        scores = orderedScores;
        ids = orderedIds;
    }
}
