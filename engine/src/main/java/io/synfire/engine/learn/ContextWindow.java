package io.synfire.engine.learn;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/**
 * What one context remembers: its latest firings, at most {@code max-steps} of them, in log order. What lies further back
 * cannot pair any more. One thread at a time.
 */
public final class ContextWindow implements Iterable<Firing> {

    private final Deque<Firing> newestFirst = new ArrayDeque<>(4);
    private long clockMs;

    /**
     * A window of its own that remembers the same.
     *
     * @return a copy; firings are immutable and shared
     */
    public ContextWindow copy() {
        ContextWindow copy = new ContextWindow();
        copy.newestFirst.addAll(newestFirst);
        copy.clockMs = clockMs;
        return copy;
    }

    /**
     * Remembers a firing and drops what has fallen out of the window.
     *
     * @param firing the newest in log order
     * @param clock its partition's clock, milliseconds since the epoch
     * @param maxSteps how many are kept, at least 0
     */
    public void add(Firing firing, long clock, int maxSteps) {
        clockMs = clock;
        newestFirst.addFirst(firing);
        while (newestFirst.size() > maxSteps) {
            newestFirst.removeLast();
        }
    }

    /**
     * The clock of its partition when it last fired: what it expires by.
     *
     * @return milliseconds since the epoch, 0 if it never fired
     */
    public long clockMs() {
        return clockMs;
    }

    /**
     * Whether nothing of it counts any more.
     *
     * @param clock its partition's present clock, milliseconds since the epoch
     * @param lifeMs how long a context is remembered
     * @return true if it holds something, and the clock has moved on by more than that since it last fired
     */
    public boolean hasExpired(long clock, long lifeMs) {
        return !newestFirst.isEmpty() && clock - clockMs > lifeMs;
    }

    /**
     * How many firings are remembered.
     *
     * @return at least 0
     */
    public int size() {
        return newestFirst.size();
    }

    /** The firings, newest in log order first: the first is one step back. */
    @Override
    public Iterator<Firing> iterator() {
        return newestFirst.iterator();
    }

    /**
     * The firings, oldest in log order first.
     *
     * @return an iterator
     */
    public Iterator<Firing> oldestFirst() {
        return newestFirst.descendingIterator();
    }
}
