package io.synfire.engine.memory;

import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Pages of longs, and generations of them: {@link #next} makes one that has the same pages and costs next to nothing, since it shares
 * them. The writer goes on in the newest generation alone and copies a page before it changes it there for the first time. So an older one
 * never changes, and whoever holds it finds in it what was there when the next was made. It grows by pages, and copies none for that.
 *
 * <pre>
 *   nodes ──► a node: 128 pages ──► a page: the number of the generation that made it, then what its user puts there
 * </pre>
 *
 * <p>A new generation copies the list of nodes: a reference for 128 pages. The first page of a node that changes in it copies the node.
 *
 * <p>The newest generation belongs to the writer. An older one may be read by any thread to which it was safely published.
 */
final class SharedPages {

    /** What a page's user must leave alone at its beginning. */
    static final int HEADER = 1;

    private static final int GENERATION = 0;
    private static final int NODE_BITS = 7;
    private static final int PAGES = 1 << NODE_BITS;

    /** The header of an array, and its place in a node. */
    private static final int PAGE_BYTES = 20;

    private final long generation;
    private long[] @Nullable [][] nodes;

    /** The nodes that no older generation has. */
    private final BitSet own = new BitSet();

    private int count;

    /** How many of them are there. */
    private int held;

    /** No pages yet. */
    SharedPages() {
        this(0, new long[4][][], 0, 0);
    }

    private SharedPages(long generation, long[] @Nullable [][] nodes, int count, int held) {
        this.held = held;
        this.generation = generation;
        this.nodes = nodes;
        this.count = count;
    }

    /** The next generation; this one must not be changed any more. */
    SharedPages next() {
        return new SharedPages(generation + 1, nodes.clone(), count, held);
    }

    /** How many pages there are. */
    int count() {
        return count;
    }

    /** What so many pages of a length take on the heap. */
    long bytes(int length) {
        return (long) held * (PAGE_BYTES + (long) Long.BYTES * length);
    }

    /** A page; null if there is none, or it was removed. */
    long @Nullable [] find(int index) {
        int at = index >>> NODE_BITS;
        long[][] node = at < nodes.length ? nodes[at] : null;
        return node == null ? null : node[index & PAGES - 1];
    }

    /** Whether a page may be changed: no older generation has it. */
    boolean isOwn(long[] page) {
        return page[GENERATION] == generation;
    }

    /** Puts a changed copy in the place of a page that older generations have, or a page where one was removed. */
    void replace(int index, long[] copy) {
        copy[GENERATION] = generation;
        long[][] node = nodeToWrite(index >>> NODE_BITS);
        held += node[index & PAGES - 1] == null ? 1 : 0;
        node[index & PAGES - 1] = copy;
    }

    /** Takes a page away; its place stays. */
    void remove(int index) {
        long[] @Nullable [] node = nodeToWrite(index >>> NODE_BITS);
        held -= node[index & PAGES - 1] == null ? 0 : 1;
        node[index & PAGES - 1] = null;
    }

    /** Adds a page behind the last. */
    void add(long[] page) {
        replace(count, page);
        count++;
    }

    private long[][] nodeToWrite(int at) {
        if (at >= nodes.length) {
            nodes = Arrays.copyOf(nodes, nodes.length * 2);
        }
        long[][] node = nodes[at];
        if (node == null || !own.get(at)) {
            node = node == null ? new long[PAGES][] : node.clone();
            own.set(at);
            nodes[at] = node;
        }
        return node;
    }
}
