package io.synfire.ingest.kafka;

import io.synfire.engine.event.Unlearned;
import io.synfire.engine.learn.Salt;
import it.unimi.dsi.fastutil.longs.LongOpenHashSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which records of a topic are dead letters of a memory, as far as the dead-letter topic says so: those that it wrote itself, and those that
 * do not say who wrote them. Of records of which the memory itself knows, nothing is kept. Some 16 bytes each. One thread at a time.
 */
final class LetterOffsets {

    private final Set<String> memoryIds;
    private final List<PassedOverOffsets> known;
    /** Offsets are multiplied by this odd number: who writes records that are rejected chooses which are, and could choose some that meet. */
    private final long secret = Salt.draw().hash(0) | 1;

    private final Map<Integer, LongOpenHashSet> own = new HashMap<>();
    private final Map<Integer, LongOpenHashSet> unsigned = new HashMap<>();

    LetterOffsets(List<Unlearned> memories, List<PassedOverOffsets> known) {
        this.memoryIds = memories.stream()
                .map(Unlearned::memoryId)
                .filter(id -> !id.isEmpty())
                .collect(Collectors.toUnmodifiableSet());
        this.known = known;
    }

    /** {@code memoryId} is empty where the letter does not say who wrote it. */
    void take(int partition, long offset, String memoryId) {
        if (!known.isEmpty() && known.stream().allMatch(each -> each.knows(partition, offset))) {
            return;
        }
        // In a group others read the partitions that this memory does not, and reject what they cannot learn.
        boolean isOthers = !known.isEmpty() && known.stream().noneMatch(each -> each.reads(partition));
        if (memoryId.isEmpty() || (isOthers && !memoryIds.contains(memoryId) && hasRead())) {
            unsigned.computeIfAbsent(partition, unused -> new LongOpenHashSet()).add(offset * secret);
        } else if (memoryIds.contains(memoryId)) {
            own.computeIfAbsent(partition, unused -> new LongOpenHashSet()).add(offset * secret);
        }
    }

    /** Whether any memory has read anything of the topic; of one that does not say so nothing follows. */
    private boolean hasRead() {
        return known.stream().anyMatch(PassedOverOffsets::knowsAny);
    }

    boolean isOwn(int partition, long offset) {
        return holds(own, partition, offset);
    }

    boolean isUnsigned(int partition, long offset) {
        return holds(unsigned, partition, offset);
    }

    private boolean holds(Map<Integer, LongOpenHashSet> offsets, int partition, long offset) {
        LongOpenHashSet some = offsets.get(partition);
        return some != null && some.contains(offset * secret);
    }
}
