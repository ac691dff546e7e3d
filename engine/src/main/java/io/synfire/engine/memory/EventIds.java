package io.synfire.engine.memory;

import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.store.CheckpointWriter;
import io.synfire.engine.store.PeriodKey;
import io.synfire.engine.store.RocksStore;
import java.util.HashMap;
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
    private final Map<Key, Long> recent = new HashMap<>();
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
        return bytes;
    }

    /** Whether an event was learned within the window. */
    boolean contains(int partition, String id) {
        if (windowMs == 0) {
            return false;
        }
        Long seen = recent.get(new Key(partition, id));
        return isWithin(partition, seen == null ? stored(partition, id) : seen);
    }

    /** Remembers an event, learned at its partition's present clock. */
    void add(int partition, String id) {
        if (windowMs > 0) {
            recent.put(new Key(partition, id), clocks.clockMs(partition));
            bytes += ENTRY_BYTES + id.length();
        }
    }

    void stage(CheckpointWriter checkpoint) {
        if (windowMs > 0) {
            recent.forEach((key, clockMs) ->
                    checkpoint.eventId(new PeriodKey(key.partition(), expiry.periodOf(clockMs), key.id()), clockMs));
            expiry.stage(checkpoint::expireEventIds);
        }
    }

    void committed() {
        recent.clear();
        bytes = 0;
        expiry.committed();
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
