package io.synfire.ingest.forget;

import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Learned;
import io.synfire.engine.event.LearnedAnew;
import io.synfire.engine.event.Retraction;
import io.synfire.engine.learn.ContextLedger;
import io.synfire.engine.learn.LearningSettings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The episodes of one context in one partition, as the memory learned them, and which of them it has not taken back yet. To be fed all
 * entries of the partition in log order, those that were refused left out: decides as learning does which are passed over as sent again,
 * what the partition's clock was, when the context's window had expired and when a retraction had dropped it.
 *
 * <p>Memory: the context's own episodes, and the ids of commands within {@code event-id-window}. One thread at a time.
 */
public final class ContextLives {

    private final String context;
    private final LearningSettings settings;
    private final Map<String, Long> learnedAnew;
    private final Set<String> watchedIds;
    private final Set<String> ownIds = new HashSet<>();

    /** Clocks by watched event ids, and by ids of commands, which are no event's. */
    private final Map<String, Long> eventsMs = new HashMap<>();

    private final Map<String, Long> commandsMs = new LinkedHashMap<>();
    private final List<Own> own = new ArrayList<>();

    /** Of {@link #own} what was not taken back. */
    private final ContextLedger<Own> left = new ContextLedger<>();

    private long clockMs;
    private long firedMs;
    private boolean isDropped;
    private long strangers;

    /** An episode of the context. */
    static final class Own {
        final Learned learned;
        final String source;
        final long record;

        /** The index of the first that its window may have held. */
        final int windowFrom;

        /** Whether a retraction dropped the window right before it, which a replay would not know. */
        final boolean isAfterDrop;

        boolean isTakenBack;

        Own(Learned learned, String source, long record, int windowFrom, boolean isAfterDrop) {
            this.learned = learned;
            this.source = source;
            this.record = record;
            this.windowFrom = windowFrom;
            this.isAfterDrop = isAfterDrop;
        }
    }

    /**
     * Nothing yet.
     *
     * @param context the context
     * @param settings what the memory learned by
     * @param learnedAnew how far the memory had learned its log anew, and not live
     * @param eventIds event ids of the context's episodes, as {@link #eventIds()} of an earlier pass found them: whose copies in other
     *     contexts matter
     */
    public ContextLives(String context, LearningSettings settings, LearnedAnew learnedAnew, Set<String> eventIds) {
        this.learnedAnew = learnedAnew.records();
        this.context = context;
        this.settings = settings;
        // Set.copyOf looks at all ids of one hash code before it finds the last of them.
        this.watchedIds = new HashSet<>(eventIds);
    }

    /**
     * Takes the next entry of the partition.
     *
     * @param source the {@link io.synfire.engine.event.Position#identity() identity} of the log or file that it is in
     * @param record its offset there, or its record number
     * @param entry an entry that was admitted
     * @return whether it counts; false if learning passes it over as sent again
     */
    public boolean take(String source, long record, Entry entry) {
        if (entry instanceof Episode episode) {
            return take(source, record, episode);
        }
        if (isRepeated(entry.eventId())) {
            return false;
        }
        if (entry instanceof Retraction retraction) {
            takeBack(retraction, record < learnedAnew.getOrDefault(source, 0L));
        }
        return true;
    }

    /**
     * Whether all event ids of the context's episodes were watched from the beginning; if not, what was found counts only once the entries
     * were taken again, by one that watches {@link #eventIds()}.
     *
     * @return false if a copy in another context may have been overlooked
     */
    public boolean isCertain() {
        return watchedIds.containsAll(ownIds);
    }

    /**
     * The event ids of the context's episodes, and those that were watched.
     *
     * @return ids, empty if duplicates are no matter
     */
    public Set<String> eventIds() {
        Set<String> all = new HashSet<>(watchedIds);
        all.addAll(ownIds);
        return all;
    }

    /**
     * How many episodes of the context the memory has learned and not taken back.
     *
     * @return at least 0
     */
    public long left() {
        return left.left();
    }

    /**
     * How many episodes retractions of the context name that were not there to be taken back by a memory that was live: they were taken back
     * twice, or never learned.
     *
     * @return at least 0
     */
    public long strangers() {
        return strangers;
    }

    /**
     * The partition's clock: the latest time of an episode that was taken.
     *
     * @return milliseconds since the epoch, 0 if none was
     */
    public long clockMs() {
        return clockMs;
    }

    /** All of the context's episodes in log order. */
    List<Own> own() {
        return own;
    }

    String context() {
        return context;
    }

    int maxSteps() {
        return settings.maxSteps();
    }

    private boolean take(String source, long record, Episode episode) {
        boolean isOwn = context.equals(episode.context());
        String id = episode.eventId();
        if (id != null && settings.eventIdWindowMs() > 0) {
            if (isOwn) {
                ownIds.add(id);
            }
            Long seenMs = eventsMs.get(id);
            if (seenMs != null && Math.max(clockMs, episode.atMs()) - seenMs <= settings.eventIdWindowMs()) {
                return false;
            }
        }
        clockMs = Math.max(clockMs, episode.atMs());
        if (id != null && watchedIds.contains(id)) {
            eventsMs.put(id, clockMs);
        }
        if (isOwn) {
            add(source, record, episode);
        }
        return true;
    }

    private void add(String source, long record, Episode episode) {
        int index = own.size();
        boolean isEmpty = index == 0 || isDropped || clockMs - firedMs > settings.contextLifeMs();
        int windowFrom = isEmpty ? index : own.get(index - 1).windowFrom;
        Own learned = new Own(new Learned(episode, clockMs), source, record, windowFrom, isDropped);
        own.add(learned);
        left.learned(episode, learned);
        isDropped = false;
        firedMs = clockMs;
    }

    private void takeBack(Retraction retraction, boolean isAnew) {
        boolean isOwn = context.equals(retraction.context());
        isDropped |= isOwn;
        for (Learned learned : retraction.takenBack()) {
            String id = learned.episode().eventId();
            if (id != null) {
                eventsMs.remove(id);
            }
        }
        if (isOwn) {
            ContextLedger.Found<Own> found = left.takeBack(retraction, isAnew);
            found.takenBack().forEach(each -> each.isTakenBack = true);
            // What a memory that learns a log anew has not learned of what others took back, it has not lost.
            strangers += isAnew ? 0 : found.strangers();
        }
    }

    /** Whether learning passes a command over; from then on it knows it. */
    private boolean isRepeated(@Nullable String id) {
        if (id == null || settings.eventIdWindowMs() == 0) {
            return false;
        }
        // The clock never falls, so the first of them are the oldest.
        Iterator<Long> oldest = commandsMs.values().iterator();
        while (oldest.hasNext() && clockMs - oldest.next() > settings.eventIdWindowMs()) {
            oldest.remove();
        }
        return commandsMs.putIfAbsent(id, clockMs) != null;
    }
}
