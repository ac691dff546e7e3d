package io.synfire.engine.learn;

import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Learned;
import io.synfire.engine.event.Retraction;
import java.nio.charset.StandardCharsets;
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
 * <p>A retraction takes back what it names, each episode once: the first in log order that is worth the same. It names what the memory had
 * learned that was live when it was written. A memory of other settings, or of another moment, may have learned more or less of the context.
 * What a retraction names and was not learned is passed over. One that tells a clock with each episode was made of a log that was read as a
 * whole. It also takes back
 *
 * <ul>
 *   <li>for an episode that is not there the first of the same event id that differs in its time alone: that event, sent twice;
 *   <li>all that comes before the last episode that it takes back.
 * </ul>
 *
 * <p>The memory that the retraction was made for has nothing of that kind. One thread at a time; a retraction costs what it names and takes
 * back.
 *
 * @param <E> what is known of an episode
 */
public final class ContextLedger<E> {

    private final Deque<Kept<E>> inLogOrder = new ArrayDeque<>();
    private final Map<Long, Deque<Kept<E>>> byContent = new HashMap<>();

    /** Those with an event id, by all they are but their time. */
    private final Map<Long, Deque<Kept<E>>> byEvent = new HashMap<>();

    private long next;
    private long left;

    /** Those that came before the last retraction that told clocks have numbers below this. */
    private long retractedTo;

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
        Kept<E> kept = new Kept<>(next++, what);
        inLogOrder.add(kept);
        byContent
                .computeIfAbsent(EpisodeContent.hash(episode), hash -> new ArrayDeque<>(1))
                .add(kept);
        if (episode.eventId() != null) {
            byEvent.computeIfAbsent(event(episode), event -> new ArrayDeque<>(1))
                    .add(kept);
        }
        left++;
    }

    /**
     * Whether all that a retraction names is there as it names it.
     *
     * @param retraction a retraction of this context
     * @return false if something of it was not learned, or was taken back
     */
    public boolean holdsAll(Retraction retraction) {
        Map<Long, Integer> named = new HashMap<>();
        for (Learned learned : retraction.takenBack()) {
            named.merge(EpisodeContent.hash(learned.episode()), 1, Integer::sum);
        }
        return named.entrySet().stream().allMatch(each -> present(byContent.get(each.getKey())) >= each.getValue());
    }

    /**
     * Takes back.
     *
     * @param retraction a retraction of this context
     * @return what it finds, which is no longer there
     */
    public Found<E> takeBack(Retraction retraction) {
        List<Kept<E>> found = new ArrayList<>();
        List<Episode> strangers = new ArrayList<>();
        for (Learned learned : retraction.takenBack()) {
            Kept<E> kept = first(byContent.get(EpisodeContent.hash(learned.episode())));
            if (kept == null) {
                strangers.add(learned.episode());
            } else {
                take(kept, found);
            }
        }
        if (tellsClocks(retraction)) {
            for (Episode stranger : strangers) {
                Kept<E> kept = stranger.eventId() == null ? null : first(byEvent.get(event(stranger)));
                if (kept != null) {
                    take(kept, found);
                }
            }
            takeBefore(found);
            retractedTo = next;
        }
        if (left == 0) {
            inLogOrder.clear();
            byContent.clear();
            byEvent.clear();
        }
        found.sort(Comparator.comparingLong(kept -> kept.number));
        return new Found<>(found.stream().map(kept -> kept.what).toList(), strangers.size());
    }

    /**
     * How many episodes were learned and not taken back.
     *
     * @return at least 0
     */
    public long left() {
        return left;
    }

    /**
     * How many episodes are left that were learned before the last retraction that tells clocks: of the memory that it was made for, none.
     *
     * @return at least 0; costs a look at all that is left
     */
    public long overlooked() {
        return inLogOrder.stream()
                .filter(kept -> !kept.isGone && kept.number < retractedTo)
                .count();
    }

    private static long event(Episode episode) {
        Episode timeless = new Episode(0, episode.context(), episode.activations(), episode.reward(), null);
        return EpisodeContent.hash(timeless)
                + Checksum.id(String.valueOf(episode.eventId()).getBytes(StandardCharsets.UTF_8));
    }

    private void takeBefore(List<Kept<E>> found) {
        long last = found.stream().mapToLong(kept -> kept.number).max().orElse(-1);
        while (!inLogOrder.isEmpty() && inLogOrder.getFirst().number <= last) {
            Kept<E> kept = inLogOrder.removeFirst();
            if (!kept.isGone) {
                take(kept, found);
            }
        }
    }

    private void take(Kept<E> kept, List<Kept<E>> found) {
        kept.isGone = true;
        left--;
        found.add(kept);
    }

    /**
     * Whether a retraction tells a clock with each episode, as one does that was made of a log.
     *
     * @param retraction the retraction
     * @return false if one of the episodes that it takes back has none
     */
    public static boolean tellsClocks(Retraction retraction) {
        return retraction.takenBack().stream().allMatch(learned -> learned.clockMs() != Learned.CLOCK_UNKNOWN);
    }

    private static <E> long present(@Nullable Deque<Kept<E>> alike) {
        return alike == null ? 0 : alike.stream().filter(kept -> !kept.isGone).count();
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
