package io.synfire.engine.memory;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A few of many concepts, by their ints: a bit each, in pages that are there only where one is set. Asking costs two looks at memory that
 * is warm, whatever the set holds, and one where it is empty. A set with one more or less shares all pages but one. Immutable and
 * thread-safe.
 */
final class ConceptSet {

    static final ConceptSet EMPTY = new ConceptSet(new long[0][], 0, 0);

    private static final int WORDS = 64;
    private static final int PAGE_BITS = 12;

    private final long[] @Nullable [] pages;
    private final int size;
    private final long version;

    private ConceptSet(long[] @Nullable [] pages, int size, long version) {
        this.version = version;
        this.pages = pages;
        this.size = size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** How many changes made it of the empty set. So it tells the sets apart that were made one of the other. */
    long version() {
        return version;
    }

    boolean contains(int concept) {
        int at = concept >>> PAGE_BITS;
        if (at >= pages.length) {
            return false;
        }
        long[] page = pages[at];
        return page != null && (page[word(concept)] & 1L << concept) != 0;
    }

    /** This set and one concept. */
    ConceptSet with(int concept) {
        return contains(concept) ? this : flipped(concept, size + 1);
    }

    /** This set but for one concept. */
    ConceptSet without(int concept) {
        return contains(concept) ? flipped(concept, size - 1) : this;
    }

    private ConceptSet flipped(int concept, int newSize) {
        int at = concept >>> PAGE_BITS;
        long[] @Nullable [] copy = Arrays.copyOf(pages, Math.max(pages.length, at + 1));
        long[] before = copy[at];
        long[] page = before == null ? new long[WORDS] : before.clone();
        page[word(concept)] ^= 1L << concept;
        copy[at] = page;
        return new ConceptSet(copy, newSize, version + 1);
    }

    private static int word(int concept) {
        return concept >>> 6 & WORDS - 1;
    }
}
