package io.synfire.ingest.replay;

import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Retraction;
import io.synfire.engine.learn.Salt;
import io.synfire.engine.learn.SaltedContent;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * What happened in a log after a moment, by event time: the episodes to ask memories about that end at that moment. The earliest of them,
 * wherever in the log they are; without those that were sent again, and without those that were taken back, before or after. Holds a bounded
 * number of episodes, and all retractions after the moment. Not thread-safe.
 */
public final class Tail {

    private final long afterMs;
    private final int episodesMax;
    private final PriorityQueue<Numbered> earliest = new PriorityQueue<>(Comparator.comparingLong(Numbered::atMs)
            .thenComparingLong(Numbered::number)
            .reversed());
    private final Set<String> eventIds = new HashSet<>();
    private final Set<String> commandIds = new HashSet<>();
    private final Salt salt = Salt.draw();
    private final Map<SaltedContent, Integer> takenBack = new HashMap<>();
    private long seen;
    private boolean isCut;

    private record Numbered(long number, Episode episode) {
        long atMs() {
            return episode.atMs();
        }
    }

    /**
     * An empty tail.
     *
     * @param afterMs the moment, milliseconds since the epoch; what happened at it is not in the tail
     * @param episodesMax how many episodes are kept, at least 1
     */
    public Tail(long afterMs, int episodesMax) {
        if (episodesMax < 1) {
            throw new IllegalArgumentException("tail-max must be at least 1: tail-max=" + episodesMax);
        }
        this.afterMs = afterMs;
        this.episodesMax = episodesMax;
    }

    /**
     * The moment that it begins after.
     *
     * @return milliseconds since the epoch
     */
    public long afterMs() {
        return afterMs;
    }

    /**
     * Takes an entry of the log, of whichever partition; those of one partition in their order.
     *
     * @param entry the entry
     */
    public void take(Entry entry) {
        if (entry instanceof Retraction retraction) {
            if (retraction.eventId() == null || commandIds.add(retraction.eventId())) {
                retraction.episodes().stream()
                        .filter(episode -> episode.atMs() > afterMs)
                        .forEach(this::takeBack);
            }
        } else if (entry instanceof Episode episode && episode.atMs() > afterMs) {
            keep(episode);
        }
    }

    private void takeBack(Episode episode) {
        takenBack.merge(new SaltedContent(salt, episode), 1, Integer::sum);
        if (episode.eventId() != null) {
            // It may come again, corrected.
            eventIds.remove(episode.eventId());
        }
    }

    private void keep(Episode episode) {
        if (episode.eventId() != null && !eventIds.add(episode.eventId())) {
            return;
        }
        earliest.add(new Numbered(seen++, episode));
        if (earliest.size() > episodesMax) {
            isCut = true;
            Episode latest = earliest.remove().episode();
            if (latest.eventId() != null) {
                // If it comes again it is as late as it was: it is not among the earliest then either.
                eventIds.remove(latest.eventId());
            }
        }
    }

    /**
     * Whether there was more than is kept.
     *
     * @return true if the latest of it were left out
     */
    public boolean isCut() {
        return isCut;
    }

    /**
     * What is in it.
     *
     * @return by event time, those of one time in the order in which they were taken
     */
    public List<Episode> episodes() {
        Map<SaltedContent, Integer> left = new HashMap<>(takenBack);
        return earliest.stream()
                .sorted(Comparator.comparingLong(Numbered::atMs).thenComparingLong(Numbered::number))
                .map(Numbered::episode)
                .filter(episode -> !takeBack(episode, left))
                .toList();
    }

    private boolean takeBack(Episode episode, Map<SaltedContent, Integer> left) {
        SaltedContent named = new SaltedContent(salt, episode);
        int times = left.getOrDefault(named, 0);
        if (times > 0) {
            left.put(named, times - 1);
        }
        return times > 0;
    }
}
