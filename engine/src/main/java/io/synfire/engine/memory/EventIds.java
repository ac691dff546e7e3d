package io.synfire.engine.memory;

import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.store.PeriodKey;
import io.synfire.engine.store.RocksStore;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which event ids were learned lately, so that an event that its producer sent twice is learned once. Of each partition, over a
 * window of its clock. Those since the last checkpoint are on the heap, the others in the store; they lie in periods like context
 * windows. A look costs a microsecond: two lookups that a Bloom filter answers for a new id. Writer only.
 */
final class EventIds {

    private static final int ENTRY_BYTES = 150;

    private final RocksStore store;
    private final PartitionClocks clocks;
    private final long windowMs;
    private final Expiry expiry;
    private Map<Key, Long> recent = new HashMap<>();

    /** Those that a checkpoint is writing. */
    private Map<Key, Long> frozen = Map.of();

    private long frozenBytes;
    private long bytes;

    /** An event of a partition. */
    private record Key(int partition, String id) {}

    EventIds(RocksStore store, PartitionClocks clocks, LearningSettings settings) {
        this.store = store;
        this.clocks = clocks;
        this.windowMs = settings.eventIdWindowMs();
        this.expiry = new Expiry(clocks, windowMs);
    }

    long bytes() {
        return bytes + frozenBytes;
    }

    /** Whether an event was learned within the window. */
    boolean contains(int partition, String id) {
        if (windowMs == 0) {
            return false;
        }
        Key key = new Key(partition, id);
        Long seen = recent.getOrDefault(key, frozen.get(key));
        return isWithin(partition, seen == null ? stored(partition, id) : seen);
    }

    /** Remembers an event, learned at its partition's present clock. */
    void add(int partition, String id) {
        if (windowMs > 0) {
            recent.put(new Key(partition, id), clocks.clockMs(partition));
            bytes += ENTRY_BYTES + id.length();
        }
    }

    /** What came since the last checkpoint, for the next. */
    Part freeze() {
        Map<Key, Long> added = recent;
        List<Expiry.Expired> gone = windowMs > 0 ? expiry.freeze() : List.of();
        frozen = added;
        frozenBytes = bytes;
        recent = new HashMap<>();
        bytes = 0;
        return checkpoint -> {
            added.forEach((key, clockMs) ->
                    checkpoint.eventId(new PeriodKey(key.partition(), expiry.periodOf(clockMs), key.id()), clockMs));
            gone.forEach(expired -> checkpoint.expireEventIds(expired.partition(), expired.from(), expired.before()));
        };
    }

    /** What was frozen is in the store. */
    void committed() {
        frozen = Map.of();
        frozenBytes = 0;
    }

    private boolean isWithin(int partition, long seenMs) {
        return seenMs >= 0 && clocks.clockMs(partition) - seenMs <= windowMs;
    }

    private long stored(int partition, String id) {
        long present = expiry.period(partition);
        long seenMs = store.eventIdClock(new PeriodKey(partition, present, id));
        return seenMs < 0 && present > 0 ? store.eventIdClock(new PeriodKey(partition, present - 1, id)) : seenMs;
    }
}
