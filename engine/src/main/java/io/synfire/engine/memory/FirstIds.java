package io.synfire.engine.memory;

import java.util.Comparator;
import java.util.PriorityQueue;

/** Of ids that come in any order, the first so many in theirs. Of one thread. */
final class FirstIds {

    private final int count;

    /** The last of them comes first. */
    private final PriorityQueue<String> first = new PriorityQueue<>(Comparator.reverseOrder());

    /** Of so many, at least one. */
    FirstIds(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("count must be at least 1: count=" + count);
        }
        this.count = count;
    }

    void offer(String id) {
        if (first.size() < count) {
            first.add(id);
        } else if (id.compareTo(first.element()) < 0) {
            first.remove();
            first.add(id);
        }
    }

    /** The last of them; there must be one. */
    String last() {
        return first.element();
    }
}
