package io.synfire.engine.learn;

import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Learned;
import io.synfire.engine.event.Retraction;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The episodes of one context that a memory has learned and not taken back, and which of them a retraction takes back. Whoever asks that asks
 * here, so that all of them mean the same.
 *
 * <p>A retraction takes back what it names, each episode once: of those worth the same the last that came after one of its concepts was
 * forgotten, or else the first in log order. It names what the memory had
 * learned that was live when it was written. A memory of other settings, or of another moment, may have learned more or less of the context.
 * What a retraction names and was not learned is passed over. A {@linkplain Retraction#isPart part} belongs to a command that forgets the
 * whole context. So in a memory that learns its log anew it takes back all of the context that stands before it. The memory that it was made
 * for has nothing more of the context than what the parts name.
 *
 * <p>One thread at a time; a retraction costs what it names and takes back, about. Keeps what is left, and at most as much again, or
 * {@value #GONE_MIN} episodes, of what was taken back.
 *
 * @param <E> what is known of an episode
 */
public final class ContextLedger<E> {

    /** So many that were taken back may be kept, before it is worth while to let them go. */
    private static final int GONE_MIN = 64;

    private final Deque<Kept<E>> inLogOrder = new ArrayDeque<>();

    /** By a hash that knows no salt; longs that meet in a map of this kind are found by their order. */
    private final Map<Long, Deque<Kept<E>>> byContent = new HashMap<>();

    private long next;
    private long left;

    /** How many of those that are kept here were taken back since they were last let go. */
    private long gone;

    /** An episode that was learned. */
    private static final class Kept<E> {
        final long number;
        final E what;
        boolean isGone;

        Kept(long number, E what) {
            this.number = number;
            this.what = what;
        }
    }

    /** A ledger of which nothing was learned. */
    public ContextLedger() {}

    /**
     * What a retraction finds.
     *
     * @param takenBack what it takes back, in log order
     * @param strangers how many episodes it names that were not there as it names them
     * @param <E> what is known of an episode
     */
    public record Found<E>(List<E> takenBack, int strangers) {}

    /**
     * One was learned.
     *
     * @param episode the next in log order
     * @param what what is known of it
     */
    public void learned(Episode episode, E what) {
        learned(episode, what, false);
    }

    /**
     * One was learned.
     *
     * @param episode the next in log order
     * @param what what is known of it
     * @param isLate whether it came after one of its concepts was forgotten, with a time before that
     */
    public void learned(Episode episode, E what, boolean isLate) {
        Kept<E> kept = new Kept<>(next++, what);
        inLogOrder.add(kept);
        add(byContent.computeIfAbsent(EpisodeContent.hash(episode), hash -> new ArrayDeque<>(1)), kept, isLate);
        left++;
    }

    private static <E> void add(Deque<Kept<E>> alike, Kept<E> kept, boolean isLate) {
        if (isLate) {
            alike.addFirst(kept);
        } else {
            alike.addLast(kept);
        }
    }

    /**
     * Takes back.
     *
     * @param retraction a retraction of this context
     * @param isAnew whether the memory learned this of its log anew, and not live: a live memory takes back what is named, and no more
     * @return what it finds, which is no longer there
     */
    public Found<E> takeBack(Retraction retraction, boolean isAnew) {
        List<Kept<E>> found = new ArrayList<>();
        int strangers = 0;
        for (Learned learned : retraction.takenBack()) {
            Kept<E> kept = first(byContent.get(EpisodeContent.hash(learned.episode())));
            if (kept == null) {
                strangers++;
            } else {
                take(kept, found);
            }
        }
        if (isAnew && retraction.isPart()) {
            inLogOrder.stream().filter(kept -> !kept.isGone).forEach(kept -> take(kept, found));
        }
        letGo();
        found.sort(Comparator.comparingLong(kept -> kept.number));
        return new Found<>(found.stream().map(kept -> kept.what).toList(), strangers);
    }

    /**
     * How many episodes were learned and not taken back.
     *
     * @return at least 0
     */
    public long left() {
        return left;
    }

    /** What was taken back is kept until there is more of it than of what is left: then letting it go costs no more than taking it back did. */
    private void letGo() {
        if (gone > Math.max(GONE_MIN, left) || left == 0) {
            inLogOrder.removeIf(kept -> kept.isGone);
            letGo(byContent);
            gone = 0;
        }
    }

    private static <E> void letGo(Map<Long, Deque<Kept<E>>> alike) {
        alike.values().removeIf(same -> {
            same.removeIf(kept -> kept.isGone);
            return same.isEmpty();
        });
    }

    private void take(Kept<E> kept, List<Kept<E>> found) {
        kept.isGone = true;
        left--;
        gone++;
        found.add(kept);
    }

    /** The first that is still there, or null; those before it are dropped. */
    private static <E> @Nullable Kept<E> first(@Nullable Deque<Kept<E>> alike) {
        Kept<E> first = alike == null ? null : alike.peek();
        while (alike != null && first != null && first.isGone) {
            alike.remove();
            first = alike.peek();
        }
        return first;
    }
}
