package io.synfire.engine.event;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How far a memory has learned its log anew, before it became live. Up to there a retraction took back what the memory had learned of what it
 * names, behind it what it names.
 *
 * @param upTo how far the sources had been read; empty if the memory was live from the beginning
 * @param hasLeftOut whether it has read records and left them out, those that happened after a moment
 */
public record LearnedAnew(List<Position> upTo, boolean hasLeftOut) {

    /** Takes an unmodifiable copy. */
    public LearnedAnew {
        upTo = List.copyOf(upTo);
    }

    /**
     * Of a memory that was live from the beginning.
     *
     * @return no position
     */
    public static LearnedAnew nothing() {
        return new LearnedAnew(List.of(), false);
    }

    /**
     * How many records of each source it has learned anew.
     *
     * @return by {@link Position#identity()}; of sources that are not there it has learned none so
     */
    public Map<String, Long> records() {
        Map<String, Long> records = new HashMap<>();
        upTo.forEach(position -> records.put(position.identity(), position.nextOffset()));
        return records;
    }
}
