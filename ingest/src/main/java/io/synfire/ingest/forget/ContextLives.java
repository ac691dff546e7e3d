package io.synfire.ingest.forget;

import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Retraction;
import io.synfire.engine.learn.LearningSettings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The episodes of one context in one partition, as the memory learned them: without those that were passed over as duplicates or were
 * retracted before, and apart where the context's window had expired in between, since a retraction replays one window. To be fed all
 * entries of the partition in log order. One thread at a time.
 */
public final class ContextLives {

    private final String context;
    private final LearningSettings settings;
    private final Set<String> watchedIds;
    private final Set<String> ownIds = new HashSet<>();
    private final Map<String, Long> seenMs = new HashMap<>();
    private final List<List<Episode>> lives = new ArrayList<>();
    private long clockMs;
    private long firedMs;

    /**
     * Nothing yet.
     *
     * @param context the context
     * @param settings what the memory learned by
     * @param eventIds event ids of the context's episodes, as {@link #eventIds()} of an earlier pass found them: whose copies in other
     *     contexts matter
     */
    public ContextLives(String context, LearningSettings settings, Set<String> eventIds) {
        this.context = context;
        this.settings = settings;
        this.watchedIds = Set.copyOf(eventIds);
    }

    /**
     * Takes the next entry of the partition.
     *
     * @param entry an entry that was admitted
     */
    public void take(Entry entry) {
        if (entry instanceof Episode episode) {
            take(episode);
        } else if (entry instanceof Retraction retraction && context.equals(retraction.context())) {
            lives.clear();
        }
    }

    /**
     * The event ids of the context's episodes.
     *
     * @return ids, empty if duplicates are no matter
     */
    public Set<String> eventIds() {
        return Set.copyOf(ownIds);
    }

    /**
     * What takes all of it back.
     *
     * @return one retraction for each life of the context's window, in log order
     */
    public List<Retraction> retractions() {
        return lives.stream().map(life -> new Retraction(context, life)).toList();
    }

    private void take(Episode episode) {
        boolean isOwn = context.equals(episode.context());
        String id = episode.eventId();
        if (id != null && settings.eventIdWindowMs() > 0) {
            if (isOwn) {
                ownIds.add(id);
            }
            Long seen = seenMs.get(id);
            if (seen != null && clockMs - seen <= settings.eventIdWindowMs()) {
                return;
            }
        }
        clockMs = Math.max(clockMs, episode.atMs());
        if (id != null && watchedIds.contains(id)) {
            seenMs.put(id, clockMs);
        }
        if (isOwn) {
            if (lives.isEmpty() || clockMs - firedMs > settings.contextLifeMs()) {
                lives.add(new ArrayList<>());
            }
            lives.get(lives.size() - 1).add(episode);
            firedMs = clockMs;
        }
    }
}
