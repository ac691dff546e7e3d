package io.synfire.ingest.replay;

import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Learned;
import io.synfire.engine.event.Retraction;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.learn.Salt;
import it.unimi.dsi.fastutil.longs.Long2LongOpenHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Which entries of one partition learning passes over, since they were sent again: decides as learning does, as far as it has seen the
 * partition. Keeps some 30 bytes of an id, within {@code event-id-window}: a hash of it, which is salted, since those of the maps that
 * hold them are not. One thread at a time.
 */
public final class SentAgain {

    private static final int TIDY_MIN = 100_000;

    private final Salt salt = Salt.draw();
    private final long windowMs;
    private final Long2LongOpenHashMap eventsMs = new Long2LongOpenHashMap();
    private final Long2LongOpenHashMap commandsMs = new Long2LongOpenHashMap();
    private int tidyAt = TIDY_MIN;
    private long clockMs;

    /**
     * Nothing seen yet.
     *
     * @param settings what the memory learned by
     */
    public SentAgain(LearningSettings settings) {
        this.windowMs = settings.eventIdWindowMs();
        eventsMs.defaultReturnValue(-1);
        commandsMs.defaultReturnValue(-1);
    }

    /**
     * Takes the next entry of the partition.
     *
     * @param entry an entry that was admitted
     * @return whether it counts; false if learning passes it over
     */
    public boolean isLearned(Entry entry) {
        if (entry instanceof Episode episode) {
            long id = hash(episode.eventId());
            if (isWithin(eventsMs, episode.eventId(), id, Math.max(clockMs, episode.atMs()))) {
                return false;
            }
            clockMs = Math.max(clockMs, episode.atMs());
            remember(eventsMs, episode.eventId(), id);
            return true;
        }
        long id = hash(entry.eventId());
        if (isWithin(commandsMs, entry.eventId(), id, clockMs)) {
            return false;
        }
        remember(commandsMs, entry.eventId(), id);
        if (entry instanceof Retraction retraction) {
            for (Learned learned : retraction.takenBack()) {
                if (learned.episode().eventId() != null) {
                    eventsMs.remove(hash(learned.episode().eventId()));
                }
            }
        }
        return true;
    }

    /**
     * The partition's clock: the latest time of an episode that counts.
     *
     * @return milliseconds since the epoch, 0 if none did
     */
    public long clockMs() {
        return clockMs;
    }

    private boolean isWithin(Long2LongOpenHashMap seen, @Nullable String id, long hash, long nowMs) {
        long seenMs = id == null ? -1 : seen.get(hash);
        return windowMs > 0 && seenMs >= 0 && nowMs - seenMs <= windowMs;
    }

    private void remember(Long2LongOpenHashMap seen, @Nullable String id, long hash) {
        if (id == null || windowMs == 0) {
            return;
        }
        seen.put(hash, clockMs);
        if (eventsMs.size() + commandsMs.size() > tidyAt) {
            eventsMs.values().removeIf(seenMs -> clockMs - seenMs > windowMs);
            commandsMs.values().removeIf(seenMs -> clockMs - seenMs > windowMs);
            tidyAt = Math.max(TIDY_MIN, 2 * (eventsMs.size() + commandsMs.size()));
        }
    }

    private long hash(@Nullable String id) {
        return id == null ? 0 : salt.hash(id);
    }
}
