package io.synfire.engine.memory;

import it.unimi.dsi.fastutil.ints.IntArrayList;
import java.util.Comparator;
import java.util.PriorityQueue;

/** Of what comes in any order, the first so many by the ids of their concepts. Looks at ids many at a time. Of one thread. */
final class FirstIds {

    /** So many wait to be looked at together. */
    private static final int WAITING = 256;

    private final int count;
    private final IdSource source;
    private final int[] concepts = new int[WAITING];
    private final int[] items = new int[WAITING];
    private final String[] ids = new String[WAITING];
    private int waiting;

    /** The last of them comes first. */
    private final PriorityQueue<Named> first =
            new PriorityQueue<>(Comparator.comparing(Named::id).reversed());

    private record Named(String id, int item) {}

    /** Of so many, at least one. */
    FirstIds(int count, IdSource source) {
        if (count < 1) {
            throw new IllegalArgumentException("count must be at least 1: count=" + count);
        }
        this.count = count;
        this.source = source;
    }

    void offer(int concept, int item) {
        if (waiting == WAITING) {
            look();
        }
        concepts[waiting] = concept;
        items[waiting++] = item;
    }

    private void look() {
        source.ids(concepts, waiting, ids);
        for (int i = 0; i < waiting; i++) {
            if (first.size() < count) {
                first.add(new Named(ids[i], items[i]));
            } else if (ids[i].compareTo(first.element().id()) < 0) {
                first.remove();
                first.add(new Named(ids[i], items[i]));
            }
        }
        waiting = 0;
    }

    /** Those that are the first, in no order. */
    IntArrayList items() {
        look();
        IntArrayList found = new IntArrayList(first.size());
        first.forEach(named -> found.add(named.item()));
        return found;
    }

    /** The last of them by id; there must be one. */
    String last() {
        look();
        return first.element().id();
    }
}
