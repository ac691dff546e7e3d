package io.synfire.engine.memory;

import io.synfire.engine.store.LateCount;
import io.synfire.engine.store.RocksStore;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/**
 * The episodes that name a forgotten concept and came after it was forgotten, with a time not after the watermark of that moment: a
 * multiset of their hashes for each. By their times alone they could not be told from those that were forgotten, and a retraction is to take
 * back what it names. Those of a concept that is forgotten again go with it; all go with the {@link Retirements retirement} itself.
 *
 * <p>The hash of an episode knows no salt; so maps are of the kind in which those that are alike are told apart by their order.
 *
 * <p>What was taken back is counted, too: a later part of the same retraction may name it as what came before. What changed since the
 * last checkpoint is on the heap, the others are in the store. Writer only.
 */
final class LateEpisodes {

    private static final int ENTRY_BYTES = 120;

    /** The map of one concept, and its entry. */
    private static final int CONCEPT_BYTES = 200;

    private final RocksStore store;

    /** By the int that a concept had until it was forgotten, then by the hash of the episode. */
    private Map<Integer, Map<Long, LateCount>> recent = new HashMap<>();

    /** Those that a checkpoint is writing. */
    private Map<Integer, Map<Long, LateCount>> frozen = Map.of();

    private int recentSize;
    private int frozenSize;
    private IntArrayList gone = new IntArrayList();

    LateEpisodes(RocksStore store) {
        this.store = store;
    }

    long bytes() {
        return (long) ENTRY_BYTES * (recentSize + frozenSize) + (long) CONCEPT_BYTES * (recent.size() + frozen.size());
    }

    /** One came. */
    void learned(int retired, long episode) {
        LateCount count = countOf(retired, episode);
        put(retired, episode, new LateCount(count.there() + 1, count.takenBack()));
    }

    /** Takes one back; false if there is none: then what is meant was forgotten. */
    boolean takeBack(int retired, long episode) {
        LateCount count = countOf(retired, episode);
        if (count.there() == 0) {
            return false;
        }
        put(retired, episode, new LateCount(count.there() - 1, count.takenBack() + 1));
        return true;
    }

    /** How many there are, or were until they were taken back. */
    long count(int retired, long episode) {
        LateCount count = countOf(retired, episode);
        return count.there() + count.takenBack();
    }

    /** The concept was forgotten again: nothing asks any more for those that came before that. */
    void drop(int retired) {
        Map<Long, LateCount> dropped = recent.remove(retired);
        recentSize -= dropped == null ? 0 : dropped.size();
        gone.add(retired);
    }

    /**
     * What changed since the last checkpoint, for the next.
     *
     * @param swept what will be known, when it is written, of which concepts that leaves nothing
     */
    Part freeze(BitSet swept) {
        Map<Integer, Map<Long, LateCount>> changed = recent;
        IntArrayList dropped = gone;
        frozen = changed;
        frozenSize = recentSize;
        recent = new HashMap<>();
        recentSize = 0;
        gone = new IntArrayList();
        return checkpoint -> {
            changed.forEach((retired, counts) -> {
                if (!swept.get(retired)) {
                    counts.forEach((episode, count) -> checkpoint.lateEpisode(retired, episode, count));
                }
            });
            for (int i = 0; i < dropped.size(); i++) {
                int retired = dropped.getInt(i);
                store.forgets().lateEpisodes(retired, episode -> checkpoint.removeLateEpisode(retired, episode));
            }
        };
    }

    /** What was frozen is in the store. */
    void committed() {
        frozen = Map.of();
        frozenSize = 0;
    }

    private void put(int retired, long episode, LateCount count) {
        Map<Long, LateCount> counts = recent.computeIfAbsent(retired, key -> new HashMap<>());
        recentSize += counts.put(episode, count) == null ? 1 : 0;
    }

    private LateCount countOf(int retired, long episode) {
        LateCount count = recent.getOrDefault(retired, Map.of()).get(episode);
        if (count == null) {
            count = frozen.getOrDefault(retired, Map.of()).get(episode);
        }
        return count == null ? store.lateEpisode(retired, episode) : count;
    }
}
