package io.synfire.engine.memory;

import it.unimi.dsi.fastutil.ints.IntArrayList;
import java.util.Comparator;
import java.util.PriorityQueue;

/** Of what comes in any order, the first so many by their ids. Of one thread. */
final class FirstIds {

    private final int count;

    /** The last of them comes first. */
    private final PriorityQueue<Named> first =
            new PriorityQueue<>(Comparator.comparing(Named::id).reversed());

    private record Named(String id, int item) {}

    /** Of so many, at least one. */
    FirstIds(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("count must be at least 1: count=" + count);
        }
        this.count = count;
    }

    void offer(String id, int item) {
        if (first.size() < count) {
            first.add(new Named(id, item));
        } else if (id.compareTo(first.element().id()) < 0) {
            first.remove();
            first.add(new Named(id, item));
        }
    }

    /** Those that are the first, in no order. */
    IntArrayList items() {
        IntArrayList items = new IntArrayList(first.size());
        first.forEach(named -> items.add(named.item()));
        return items;
    }

    /** The last of them by id; there must be one. */
    String last() {
        return first.element().id();
    }
}
