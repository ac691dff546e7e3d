package io.synfire.engine.memory;

import io.synfire.engine.learn.Salt;
import io.synfire.engine.store.LateCount;
import io.synfire.engine.store.RocksStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The episodes that name a forgotten concept and came after it was forgotten, with a time not after the watermark of that moment: a
 * multiset of their hashes for each. By their times alone they could not be told from those that were forgotten, and a retraction is to take
 * back what it names. Those of a concept that is forgotten again go with it.
 *
 * <p>What was taken back is counted, too: a later part of the same retraction may name it as what came before. What changed since the
 * last checkpoint is on the heap, the others are in the store. Writer only.
 */
final class LateEpisodes {

    private static final int ENTRY_BYTES = 130;

    private final RocksStore store;
    private final Salt salt;
    private Map<Key, LateCount> recent = new HashMap<>();

    /** Those that a checkpoint is writing. */
    private Map<Key, LateCount> frozen = Map.of();

    private List<Integer> gone = new ArrayList<>();

    /**
     * An episode that names the concept which had this int before it was forgotten. The hash of an episode is a sum that knows no salt, so
     * that one may choose episodes that are alike in much of it; the last is salted.
     */
    private record Key(int retired, long episode, long hash) {
        Key(Salt salt, int retired, long episode) {
            this(retired, episode, salt.hash(salt.hash(episode) + retired));
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key key && hash == key.hash && retired == key.retired && episode == key.episode;
        }

        @Override
        public int hashCode() {
            return (int) hash;
        }
    }

    LateEpisodes(RocksStore store, Salt salt) {
        this.store = store;
        this.salt = salt;
    }

    long bytes() {
        return (long) ENTRY_BYTES * (recent.size() + frozen.size());
    }

    /** One came. */
    void learned(int retired, long episode) {
        Key key = new Key(salt, retired, episode);
        LateCount count = count(key);
        recent.put(key, new LateCount(count.there() + 1, count.takenBack()));
    }

    /** Takes one back; false if there is none: then what is meant was forgotten. */
    boolean takeBack(int retired, long episode) {
        Key key = new Key(salt, retired, episode);
        LateCount count = count(key);
        if (count.there() == 0) {
            return false;
        }
        recent.put(key, new LateCount(count.there() - 1, count.takenBack() + 1));
        return true;
    }

    /** How many there are, or were until they were taken back. */
    long count(int retired, long episode) {
        LateCount count = count(new Key(salt, retired, episode));
        return count.there() + count.takenBack();
    }

    /** The concept was forgotten again: nothing asks any more for those that came before that. */
    void drop(int retired) {
        recent.keySet().removeIf(key -> key.retired() == retired);
        gone.add(retired);
    }

    /** What changed since the last checkpoint, for the next. */
    Part freeze() {
        Map<Key, LateCount> changed = recent;
        List<Integer> dropped = gone;
        frozen = changed;
        recent = new HashMap<>();
        gone = new ArrayList<>();
        return checkpoint -> {
            changed.forEach((key, count) -> checkpoint.lateEpisode(key.retired(), key.episode(), count));
            dropped.forEach(checkpoint::removeLateEpisodes);
        };
    }

    /** What was frozen is in the store. */
    void committed() {
        frozen = Map.of();
    }

    private LateCount count(Key key) {
        LateCount count = recent.get(key);
        if (count == null) {
            count = frozen.get(key);
        }
        return count == null ? store.lateEpisode(key.retired(), key.episode()) : count;
    }
}
