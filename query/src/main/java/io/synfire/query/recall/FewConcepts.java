package io.synfire.query.recall;

import it.unimi.dsi.fastutil.ints.IntIterable;
import it.unimi.dsi.fastutil.ints.IntRBTreeSet;
import java.util.Arrays;

/**
 * A few concepts that a question names or finds. Rows are long, and each of their targets is looked up here: so a filter comes before, which
 * nearly all others do not pass. Those that do are looked for in order: whoever chooses ids chooses ints, and could choose some that meet
 * in a hash table. Immutable and thread-safe.
 */
final class FewConcepts {

    private static final int WORDS = 64;

    private final int[] inOrder;
    private final long[] filter = new long[WORDS];

    private FewConcepts(int[] inOrder) {
        this.inOrder = inOrder;
        for (int concept : inOrder) {
            filter[concept >>> 6 & WORDS - 1] |= 1L << concept;
        }
    }

    /** Those of their ints; an int may come again. */
    static FewConcepts of(IntIterable concepts) {
        return new FewConcepts(new IntRBTreeSet(concepts.iterator()).toIntArray());
    }

    int size() {
        return inOrder.length;
    }

    boolean isEmpty() {
        return inOrder.length == 0;
    }

    boolean contains(int concept) {
        return indexOf(concept) >= 0;
    }

    /** The place of a concept among these, by their ints; less than 0 if it is none of them. */
    int indexOf(int concept) {
        return (filter[concept >>> 6 & WORDS - 1] & 1L << concept) == 0 ? -1 : Arrays.binarySearch(inOrder, concept);
    }
}
