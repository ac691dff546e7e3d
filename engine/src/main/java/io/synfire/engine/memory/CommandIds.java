package io.synfire.engine.memory;

import io.synfire.engine.event.Batch;
import io.synfire.engine.store.CheckpointRecord.CopyAhead;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which commands were met: one that is sent twice is applied once, in each partition as within the window of {@link EventIds}; a copy of one
 * that was applied when others of its copies came is passed over when it comes, however late. Writer only.
 */
final class CommandIds {

    private final PartitionClocks clocks;
    private final EventIds eventIds;
    private final Set<CopyAhead> ahead;
    private long repeated;

    CommandIds(PartitionClocks clocks, EventIds eventIds, List<CopyAhead> ahead) {
        this.clocks = clocks;
        this.eventIds = eventIds;
        this.ahead = new LinkedHashSet<>(ahead);
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
        boolean isCopy = ahead.remove(new CopyAhead(partition, id));
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
                ahead.add(new CopyAhead(copy.partition(), id));
            } else {
                eventIds.addCommand(clocks.indexOf(copy.partition()), id);
            }
        }
    }

    /** Whether a command would be passed over, if it came next in a partition. */
    boolean knows(String partition, String id) {
        int index = clocks.find(partition);
        return ahead.contains(new CopyAhead(partition, id)) || (index >= 0 && eventIds.containsCommand(index, id));
    }

    /** Copies that are yet to be read. */
    List<CopyAhead> ahead() {
        return List.copyOf(ahead);
    }

    /** How many were passed over since the start. */
    long repeated() {
        return repeated;
    }
}
