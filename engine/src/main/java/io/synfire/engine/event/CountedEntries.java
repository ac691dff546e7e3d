package io.synfire.engine.event;

import java.util.AbstractList;
import java.util.List;
import java.util.RandomAccess;

/**
 * Entries of a batch, and what they come to: counted when the batch is made, by who reads the log, so that who learns does not look at each of
 * them once more. Immutable.
 */
final class CountedEntries extends AbstractList<Entry> implements RandomAccess {

    private final Entry[] entries;
    private final long pairs;
    private final long inContext;
    private final long kept;
    private final boolean hasForget;

    private CountedEntries(List<Entry> list) {
        // None is null.
        this.entries = List.copyOf(list).toArray(Entry[]::new);
        long pairsOfAll = 0;
        long inContextOfAll = 0;
        long keptOfAll = 0;
        boolean anyForget = false;
        for (Entry entry : entries) {
            pairsOfAll += entry.pairs();
            inContextOfAll += entry.inContext();
            keptOfAll += entry.kept();
            anyForget |= entry instanceof Forget;
        }
        this.pairs = pairsOfAll;
        this.inContext = inContextOfAll;
        this.kept = keptOfAll;
        this.hasForget = anyForget;
    }

    static CountedEntries of(List<Entry> list) {
        return list instanceof CountedEntries counted ? counted : new CountedEntries(list);
    }

    long pairs() {
        return pairs;
    }

    long inContext() {
        return inContext;
    }

    long kept() {
        return kept;
    }

    boolean hasForget() {
        return hasForget;
    }

    @Override
    public Entry get(int index) {
        return entries[index];
    }

    @Override
    public int size() {
        return entries.length;
    }
}
