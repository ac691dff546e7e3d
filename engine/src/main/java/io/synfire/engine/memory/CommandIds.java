package io.synfire.engine.memory;

import io.synfire.engine.event.Batch;
import io.synfire.engine.learn.Salt;
import io.synfire.engine.store.CheckpointRecord.CopyAhead;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which commands were met: one that is sent twice is applied once, in each partition as within the window of {@link EventIds}; a copy of one
 * that was applied when others of its copies came is passed over when it comes, however late. Writer only.
 */
final class CommandIds {

    private final Salt salt;
    private final PartitionClocks clocks;
    private final EventIds eventIds;

    /** In the order in which they were met: so they are stored. */
    private final Map<Key, CopyAhead> ahead = new LinkedHashMap<>();

    /** A copy, its key and its entry in a map, without the text of its id. */
    private static final int COPY_BYTES = 150;

    private long bytes;
    private long repeated;

    /** A copy that is yet to be read; its hash is salted. */
    private record Key(CopyAhead copy, long hash) {
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key key && hash == key.hash && copy.equals(key.copy);
        }

        @Override
        public int hashCode() {
            return (int) hash;
        }
    }

    CommandIds(Salt salt, PartitionClocks clocks, EventIds eventIds, List<CopyAhead> ahead) {
        this.salt = salt;
        this.clocks = clocks;
        this.eventIds = eventIds;
        ahead.forEach(this::await);
    }

    /** What a command is to its partition. */
    enum Meeting {
        /** It is to be applied. */
        FIRST,
        /** It was applied already, when others of its copies came. */
        COPY,
        /** It was met there before. */
        REPEATED
    }

    /** A command comes; from then on it counts as met. */
    Meeting meet(String partition, @Nullable String id) {
        if (id == null) {
            return Meeting.FIRST;
        }
        int index = clocks.indexOf(partition);
        boolean isCopy = ahead.remove(key(new CopyAhead(partition, id))) != null;
        bytes -= isCopy ? bytes(id) : 0;
        boolean isKnown = eventIds.containsCommand(index, id);
        if (!isKnown) {
            eventIds.addCommand(index, id);
        }
        if (isCopy) {
            return Meeting.COPY;
        }
        repeated += isKnown ? 1 : 0;
        return isKnown ? Meeting.REPEATED : Meeting.FIRST;
    }

    /** A command that is applied now has copies elsewhere. */
    void met(String id, List<Batch.Copy> copies) {
        for (Batch.Copy copy : copies) {
            if (copy.place() == Batch.Place.AHEAD) {
                await(new CopyAhead(copy.partition(), id));
            } else {
                eventIds.addCommand(clocks.indexOf(copy.partition()), id);
            }
        }
    }

    /** Whether a command would be passed over, if it came next in a partition. */
    boolean knows(String partition, String id) {
        int index = clocks.find(partition);
        return ahead.containsKey(key(new CopyAhead(partition, id)))
                || (index >= 0 && eventIds.containsCommand(index, id));
    }

    /** Copies that are yet to be read. */
    List<CopyAhead> ahead() {
        return List.copyOf(ahead.values());
    }

    private void await(CopyAhead copy) {
        if (ahead.putIfAbsent(key(copy), copy) == null) {
            bytes += bytes(copy.eventId());
        }
    }

    private static long bytes(String id) {
        return (long) COPY_BYTES + HeapBytes.of(id);
    }

    long bytes() {
        return bytes;
    }

    private Key key(CopyAhead copy) {
        return new Key(copy, salt.hash(salt.hash(copy.partition()), copy.eventId()));
    }

    /** How many were passed over since the start. */
    long repeated() {
        return repeated;
    }
}
