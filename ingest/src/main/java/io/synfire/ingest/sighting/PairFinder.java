package io.synfire.ingest.sighting;

import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Forget;
import io.synfire.engine.event.Retraction;
import io.synfire.engine.learn.LearningSettings;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds where two concepts fired together in one partition, whose entries it is fed <em>from the end backwards</em>: what was taken back
 * since, or learned before one of the two was forgotten, is no evidence any more; of copies of one event the first is.
 *
 * <p>Memory: what it found, and of each context in which one of the two fired the last {@code max-steps} mentions. One thread at a time.
 */
public final class PairFinder {

    private final String from;
    private final String to;
    private final LearningSettings settings;
    private final List<Sighting> found = new ArrayList<>();
    private final Map<String, Integer> foundByEventId = new HashMap<>();
    private final Map<Unlearned, Integer> takenBack = new HashMap<>();
    private final Set<String> commandIds = new HashSet<>();
    private final Map<String, Later> contexts = new HashMap<>();
    private boolean forgotten;

    /** What a retraction names. */
    private record Unlearned(@Nullable String context, long atMs, List<Activation> activations) {

        static Unlearned of(Episode episode) {
            return new Unlearned(episode.context(), episode.atMs(), episode.activations());
        }
    }

    /** What a context had later on. */
    private static final class Later {
        final Deque<Mention> mentions = new ArrayDeque<>();
        int episodes;
    }

    /** An episode of a context in which one of the two fired, and how many of the context came after it. */
    private record Mention(Place place, int episodesAfter) {}

    /**
     * Nothing found yet.
     *
     * @param from one concept's id
     * @param to the other's; the same to look for a concept that comes again in its context
     * @param settings what the memory learned by: how far a context reaches
     */
    public PairFinder(String from, String to, LearningSettings settings) {
        this.from = from;
        this.to = to;
        this.settings = settings;
    }

    /**
     * Whether an entry may matter. One that does not need not be kept.
     *
     * @param entry an entry that was admitted
     * @return false for an episode outside of any context in which neither fired
     */
    public boolean matters(Entry entry) {
        return !(entry instanceof Episode episode)
                || episode.context() != null
                || fires(episode, from)
                || fires(episode, to);
    }

    /**
     * Takes the entry before those taken so far.
     *
     * @param source {@code kafka:TOPIC} or {@code file:PATH}
     * @param partition its partition
     * @param offset its offset, or record number
     * @param timestampMs the record's timestamp
     * @param entry an entry that was admitted
     */
    public void take(String source, int partition, long offset, long timestampMs, Entry entry) {
        if (entry instanceof Retraction retraction) {
            if (retraction.eventId() == null || commandIds.add(retraction.eventId())) {
                retraction.episodes().forEach(episode -> takenBack.merge(Unlearned.of(episode), 1, Integer::sum));
            }
        } else if (entry instanceof Forget forget) {
            forgotten |= forget.concept().equals(from) || forget.concept().equals(to);
        } else if (entry instanceof Episode episode && !forgotten && !wasTakenBack(episode)) {
            take(new Place(source, partition, offset, timestampMs, episode));
        }
    }

    /**
     * Whether nothing before what was taken is evidence any more, since one of the two was forgotten then.
     *
     * @return true if the search may end
     */
    public boolean isOver() {
        return forgotten;
    }

    /**
     * What was found so far.
     *
     * @return as they were met, from the end of the log backwards
     */
    public List<Sighting> found() {
        return List.copyOf(found);
    }

    private boolean wasTakenBack(Episode episode) {
        if (takenBack.isEmpty()) {
            return false;
        }
        Unlearned key = Unlearned.of(episode);
        boolean was = takenBack.containsKey(key);
        takenBack.computeIfPresent(key, (same, times) -> times == 1 ? null : Integer.valueOf(times - 1));
        return was;
    }

    private void take(Place place) {
        Episode episode = place.episode();
        boolean hasFrom = fires(episode, from);
        boolean hasTo = fires(episode, to);
        String context = episode.context();
        if (hasFrom && hasTo && !from.equals(to)) {
            add(new Sighting(place, null));
        } else if (context != null && (hasFrom || hasTo)) {
            Place later = laterOf(context, episode, hasFrom ? to : from);
            if (later != null) {
                add(new Sighting(later, place));
            }
        }
        if (context != null && (hasFrom || hasTo || contexts.containsKey(context))) {
            Later later = contexts.computeIfAbsent(context, key -> new Later());
            if (hasFrom || hasTo) {
                later.mentions.addLast(new Mention(place, later.episodes));
            }
            later.episodes++;
        }
    }

    /** The next episode of the context in which a concept fired, if the two are near enough to have paired. */
    private @Nullable Place laterOf(String context, Episode episode, String other) {
        Later later = contexts.get(context);
        if (later == null) {
            return null;
        }
        while (!later.mentions.isEmpty()
                && later.episodes - later.mentions.getFirst().episodesAfter() > settings.maxSteps()) {
            later.mentions.removeFirst();
        }
        // The one added last is the next in the log.
        for (Iterator<Mention> next = later.mentions.descendingIterator(); next.hasNext(); ) {
            Mention mention = next.next();
            long gapMs = Math.abs(mention.place().episode().atMs() - episode.atMs());
            if (gapMs <= settings.maxGapMs() && fires(mention.place().episode(), other)) {
                return mention.place();
            }
        }
        return null;
    }

    private void add(Sighting sighting) {
        String id = sighting.latest().episode().eventId();
        Integer copy = id == null ? null : foundByEventId.get(id);
        if (copy != null) {
            found.set(copy, sighting);
            return;
        }
        if (id != null) {
            foundByEventId.put(id, found.size());
        }
        found.add(sighting);
    }

    private static boolean fires(Episode episode, String concept) {
        for (Activation activation : episode.activations()) {
            if (activation.concept().equals(concept)) {
                return true;
            }
        }
        return false;
    }
}
