package io.synfire.ingest.kafka;

import io.synfire.engine.event.PassedOver;
import io.synfire.engine.event.PassedOver.Why;
import io.synfire.engine.event.Position;
import io.synfire.engine.event.Unlearned;
import it.unimi.dsi.fastutil.longs.LongArrayList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one memory knows of the records of one topic, by offset: which it has read, and of which of these it has learned nothing. Immutable
 * once made; a look costs a binary search.
 */
final class PassedOverOffsets {

    private final Map<Integer, Long> since;
    private final Map<Integer, Long> upTo;
    private final Map<Integer, Ranges> ranges = new HashMap<>();

    /** Rising and apart, since a partition is read in order. */
    private static final class Ranges {
        final LongArrayList from = new LongArrayList();
        final LongArrayList to = new LongArrayList();
        final List<Why> why = new ArrayList<>();

        void add(PassedOver range) {
            if (range.why() == Why.LOST) {
                dropFrom(range.from());
                return;
            }
            from.add(range.from());
            to.add(range.to());
            why.add(range.why());
        }

        private void dropFrom(long offset) {
            int kept = from.size();
            while (kept > 0 && from.getLong(kept - 1) >= offset) {
                kept--;
            }
            from.size(kept);
            to.size(kept);
            why.subList(kept, why.size()).clear();
            if (kept > 0) {
                to.set(kept - 1, Math.min(to.getLong(kept - 1), offset));
            }
        }

        @Nullable
        Why why(long offset) {
            int low = 0;
            int high = from.size();
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (to.getLong(middle) <= offset) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return low < from.size() && from.getLong(low) <= offset ? why.get(low) : null;
        }
    }

    PassedOverOffsets(Unlearned unlearned, String topicId) {
        this.since = offsets(unlearned.since(), topicId);
        this.upTo = offsets(unlearned.upTo(), topicId);
        for (PassedOver each : unlearned.records()) {
            if (each.sourceId().equals(topicId)) {
                ranges.computeIfAbsent(each.partition(), unused -> new Ranges()).add(each);
            }
        }
    }

    /** Whether the memory says of a record what it did with it. */
    boolean knows(int partition, long offset) {
        return offset >= since.getOrDefault(partition, 0L) && offset < upTo.getOrDefault(partition, 0L);
    }

    /** Whether the memory has read any of a partition. */
    boolean reads(int partition) {
        return upTo.containsKey(partition);
    }

    /** Whether it has read any of the topic. */
    boolean knowsAny() {
        return !upTo.isEmpty();
    }

    /** Whether it says so of every record of the topic that it has read. */
    boolean knowsAll() {
        return !upTo.isEmpty() && since.values().stream().allMatch(offset -> offset == 0);
    }

    /** Why it has learned nothing of a record that it knows; null if it has. */
    @Nullable
    Why why(int partition, long offset) {
        Ranges own = ranges.get(partition);
        return own == null ? null : own.why(offset);
    }

    private static Map<Integer, Long> offsets(List<Position> positions, String topicId) {
        Map<Integer, Long> offsets = new HashMap<>();
        for (Position position : positions) {
            if (position.sourceId().equals(topicId)) {
                offsets.put(position.partition(), position.nextOffset());
            }
        }
        return offsets;
    }
}
