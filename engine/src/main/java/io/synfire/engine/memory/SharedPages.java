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
 *   branches ──► a branch: 64 nodes ──► a node: 64 pages ──► a page: the number of its generation, then what its user puts there
 * </pre>
 *
 * <p>A new generation copies the list of branches: a reference for 4,096 pages. The first page of a node that changes in it copies the node,
 * and the first node of a branch the branch.
 *
 * <p>The newest generation belongs to the writer. An older one may be read by any thread to which it was safely published.
 */
final class SharedPages {

    /** What a page's user must leave alone at its beginning. */
    static final int HEADER = 1;

    private static final int GENERATION = 0;
    private static final int BITS = 6;
    private static final int FAN_OUT = 1 << BITS;

    /** The header of an array, and its two places. */
    private static final int PAGE_BYTES = 24;

    private final long generation;
    private long[][] @Nullable [][] branches;

    /** The branches and the nodes that no older generation has. */
    private final BitSet ownBranches = new BitSet();

    private final BitSet ownNodes = new BitSet();

    private int count;

    /** How many of them are there. */
    private int held;

    /** No pages yet. */
    SharedPages() {
        this(0, new long[4][][][], 0, 0);
    }

    private SharedPages(long generation, long[][] @Nullable [][] branches, int count, int held) {
        this.generation = generation;
        this.branches = branches;
        this.count = count;
        this.held = held;
    }

    /** The next generation; this one must not be changed any more. */
    SharedPages next() {
        return new SharedPages(generation + 1, branches.clone(), count, held);
    }

    /** How many pages there are. */
    int count() {
        return count;
    }

    /** What so many pages of a length take on the heap. */
    long bytes(int length) {
        return (long) held * (PAGE_BYTES + (long) Long.BYTES * length);
    }

    /** A page; null if there is none, or it was removed. It may be changed in the newest generation, if it {@link #isOwn is its own}. */
    long @Nullable [] find(int index) {
        int at = index >>> (2 * BITS);
        long[] @Nullable [][] branch = at < branches.length ? branches[at] : null;
        long[] @Nullable [] node = branch == null ? null : branch[index >>> BITS & FAN_OUT - 1];
        return node == null ? null : node[index & FAN_OUT - 1];
    }

    /** Whether a page may be changed: no older generation has it. */
    boolean isOwn(long[] page) {
        return page[GENERATION] == generation;
    }

    /** Puts a changed copy in the place of a page that older generations have, or a page where one was removed. */
    void replace(int index, long[] copy) {
        copy[GENERATION] = generation;
        long[] @Nullable [] node = nodeToWrite(index >>> BITS);
        int at = index & FAN_OUT - 1;
        held += node[at] == null ? 1 : 0;
        node[at] = copy;
    }

    /** Takes a page away; its place stays. */
    void remove(int index) {
        long[] @Nullable [] node = nodeToWrite(index >>> BITS);
        int at = index & FAN_OUT - 1;
        held -= node[at] == null ? 0 : 1;
        node[at] = null;
    }

    /** Adds a page behind the last. */
    void add(long[] page) {
        replace(count, page);
        count++;
    }

    private long[][] nodeToWrite(int index) {
        long[][][] branch = branchToWrite(index >>> BITS);
        int at = index & FAN_OUT - 1;
        if (!ownNodes.get(index)) {
            ownNodes.set(index);
            long[][] node = branch[at];
            branch[at] = node == null ? new long[FAN_OUT][] : node.clone();
        }
        return branch[at];
    }

    private long[][][] branchToWrite(int at) {
        if (at >= branches.length) {
            branches = Arrays.copyOf(branches, branches.length * 2);
        }
        long[][][] branch = branches[at];
        if (branch == null || !ownBranches.get(at)) {
            ownBranches.set(at);
            branch = branch == null ? new long[FAN_OUT][][] : branch.clone();
            branches[at] = branch;
        }
        return branch;
    }
}
