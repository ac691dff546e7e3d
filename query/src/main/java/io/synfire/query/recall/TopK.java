package io.synfire.query.recall;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** The first k of many, by an order: a heap of k, so that a hub is ranked without being sorted. */
final class TopK<T> {

    private final int k;
    private final Comparator<T> order;
    private final PriorityQueue<T> lastFirst;

    TopK(int k, Comparator<T> order) {
        this.k = k;
        this.order = order;
        this.lastFirst = new PriorityQueue<>(order.reversed());
    }

    void offer(T candidate) {
        if (lastFirst.size() < k) {
            lastFirst.add(candidate);
            return;
        }
        T last = lastFirst.peek();
        if (last != null && order.compare(candidate, last) < 0) {
            lastFirst.poll();
            lastFirst.add(candidate);
        }
    }

    List<T> inOrder() {
        List<T> ranked = new ArrayList<>(lastFirst);
        ranked.sort(order);
        return ranked;
    }
}
