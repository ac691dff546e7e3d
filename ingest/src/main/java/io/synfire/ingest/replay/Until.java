package io.synfire.ingest.replay;

import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Forget;
import io.synfire.engine.event.Retraction;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What of a log counts for a memory as of a moment: a log without what happened later, by event time.
 *
 * <ul>
 *   <li>An episode counts if its event time is not after the moment, wherever in the log it is.
 *   <li>A retraction counts, whenever it was given: what was taken back stays taken back. It may name what came after the moment, or what a
 *       memory of the moment passed over; such a memory takes back what it has learned
 *       ({@link io.synfire.engine.Engine#takeBackWhatIsLearned}).
 *   <li>A concept is forgotten where the log says so, whenever that was: what was forgotten does not come back by asking for an earlier
 *       moment.
 * </ul>
 *
 * <p>So commands have no time of their own here, and a topic and a file with the same records give the same memory. Immutable and
 * thread-safe.
 */
public final class Until {

    private final @Nullable Long atMs;

    private Until(@Nullable Long atMs) {
        this.atMs = atMs;
    }

    /**
     * Everything counts.
     *
     * @return no end
     */
    public static Until always() {
        return new Until(null);
    }

    /**
     * What happened up to a moment counts.
     *
     * @param atMs the last event time that counts, milliseconds since the epoch, at least 0; null for no end
     * @return that end
     * @throws IllegalArgumentException if it is negative
     */
    public static Until of(@Nullable Long atMs) {
        if (atMs != null && atMs < 0) {
            throw new IllegalArgumentException("until must not be before 1970-01-01: until=" + atMs);
        }
        return new Until(atMs);
    }

    /**
     * What of an entry counts.
     *
     * @param entry the entry
     * @return the entry, or empty if it does not count
     */
    public Optional<Entry> countedOf(Entry entry) {
        Long end = atMs;
        if (end == null || entry instanceof Forget) {
            return Optional.of(entry);
        }
        if (entry instanceof Episode episode) {
            return episode.atMs() <= end ? Optional.of(episode) : Optional.empty();
        }
        if (entry instanceof Retraction) {
            return Optional.of(entry);
        }
        throw new IllegalStateException("unknown kind of entry: entry=" + entry);
    }
}
