package io.synfire.engine.memory;

import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.learn.Salt;
import io.synfire.engine.store.PeriodKey;
import io.synfire.engine.store.RocksStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which event ids were learned lately, so that an event that its producer sent twice is learned once. Of each partition, over a
 * window of its clock. An event that is taken back frees its id. Commands have ids of their own, which are no event's. Those since the last checkpoint are on the heap, the others in the store; they lie in periods like context
 * windows. A look costs a microsecond: two lookups that a Bloom filter answers for a new id. Writer only.
 */
final class EventIds {

    /** An entry in a map, without the text of the id. */
    private static final int ENTRY_BYTES = 120;

    /** In the place of a clock: the id is free again. */
    private static final long FREE = -1;

    /** No event's id begins with it. */
    private static final char OF_COMMAND = 0;

    private final RocksStore store;
    private final Salt salt;
    private final PartitionClocks clocks;
    private final long windowMs;
    private final Expiry expiry;
    private Map<SaltedKey, Long> recent = new HashMap<>();

    /** Those that a checkpoint is writing. */
    private Map<SaltedKey, Long> frozen = Map.of();

    private long frozenBytes;
    private long bytes;

    /** What the next checkpoint writes, about. */
    private long pendingBytes;

    EventIds(RocksStore store, Salt salt, PartitionClocks clocks, LearningSettings settings) {
        this.store = store;
        this.salt = salt;
        this.clocks = clocks;
        this.windowMs = settings.eventIdWindowMs();
        this.expiry = new Expiry(clocks, windowMs);
    }

    long bytes() {
        return bytes + frozenBytes;
    }

    long pendingBytes() {
        return pendingBytes;
    }

    /** An event of a partition. */
    SaltedKey event(int partition, String id) {
        return new SaltedKey(salt, partition, id);
    }

    private SaltedKey command(int partition, String id) {
        return new SaltedKey(salt, partition, OF_COMMAND + id);
    }

    /** Whether an event was learned within the window before now, which is its own time where its partition's clock is behind that. */
    boolean contains(SaltedKey event, long atMs) {
        return isWithin(event, Math.max(atMs, clocks.clockMs(event.partition())));
    }

    /** Whether a command was met within the window. */
    boolean containsCommand(int partition, String id) {
        return isWithin(command(partition, id), clocks.clockMs(partition));
    }

    /** Remembers an event, learned at its partition's present clock. */
    void add(SaltedKey event) {
        put(event, clocks.clockMs(event.partition()));
    }

    /** Remembers a command, met at its partition's present clock. */
    void addCommand(int partition, String id) {
        put(command(partition, id), clocks.clockMs(partition));
    }

    /** Forgets an event. */
    void free(int partition, String id) {
        put(event(partition, id), FREE);
    }

    /** What came since the last checkpoint, for the next. */
    Part freeze() {
        Map<SaltedKey, Long> added = recent;
        List<Expiry.Expired> gone = windowMs > 0 ? expiry.freeze() : List.of();
        frozen = added;
        frozenBytes = bytes;
        recent = new HashMap<>();
        bytes = 0;
        pendingBytes = 0;
        List<PeriodKey> freed = new ArrayList<>();
        added.forEach((key, clockMs) -> {
            if (clockMs == FREE) {
                long present = expiry.period(key.partition());
                freed.add(at(key, present));
                freed.add(at(key, Math.max(0, present - 1)));
            }
        });
        return checkpoint -> {
            freed.forEach(checkpoint::removeEventId);
            added.forEach((key, clockMs) -> {
                if (clockMs != FREE) {
                    checkpoint.eventId(at(key, expiry.periodOf(clockMs)), clockMs);
                }
            });
            gone.forEach(expired -> checkpoint.expireEventIds(expired.partition(), expired.from(), expired.before()));
        };
    }

    /** What was frozen is in the store. */
    void committed() {
        frozen = Map.of();
        frozenBytes = 0;
    }

    private void put(SaltedKey key, long clockMs) {
        if (windowMs == 0) {
            return;
        }
        boolean isFirst = recent.put(key, clockMs) == null;
        bytes += isFirst ? ENTRY_BYTES + key.idBytes() : 0;
        // One that is free is taken out of two periods.
        pendingBytes += isFirst || clockMs == FREE ? (clockMs == FREE ? 2L : 1L) * key.storedBytes() : 0;
    }

    private boolean isWithin(SaltedKey key, long nowMs) {
        if (windowMs == 0) {
            return false;
        }
        Long clockMs = recent.getOrDefault(key, frozen.get(key));
        long seenMs = clockMs == null ? stored(key, expiry.periodOf(nowMs)) : clockMs;
        return seenMs != FREE && nowMs - seenMs <= windowMs;
    }

    private long stored(SaltedKey key, long present) {
        long seenMs = store.eventIdClock(at(key, present));
        return seenMs < 0 && present > 0 ? store.eventIdClock(at(key, present - 1)) : seenMs;
    }

    private static PeriodKey at(SaltedKey key, long period) {
        return new PeriodKey(key.partition(), period, key.id());
    }
}
