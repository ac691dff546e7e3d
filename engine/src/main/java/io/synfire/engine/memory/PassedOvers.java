package io.synfire.engine.memory;

import io.synfire.engine.event.PassedOver;
import io.synfire.engine.event.Position;
import io.synfire.engine.event.Unlearned;
import io.synfire.engine.store.RocksStore;
import java.util.ArrayList;
import java.util.List;

/**
 * What was read and nothing was learned of, in the order in which it was read. What is stored stays in the store; what is not yet is kept
 * here. One thread adds, any may ask.
 */
final class PassedOvers {

    private static final int BYTES = 80;

    private final RocksStore store;
    private final List<Position> since;
    private final List<PassedOver> pending = new ArrayList<>();
    private boolean isSinceStored;

    /** The number that what is pending will have. */
    private long next;

    /** How many of those that are pending a checkpoint is writing; what comes meanwhile is not joined to them. */
    private int frozen;

    /** {@code positions}: how far a store that kept none of this yet has read its sources. */
    PassedOvers(RocksStore store, List<Position> positions) {
        this.store = store;
        store.contents().passedOver((number, records) -> next = Math.max(next, number + 1));
        var stored = store.contents().passedOverSince();
        this.isSinceStored = stored.isPresent();
        this.since = stored.orElse(positions);
    }

    synchronized void add(List<PassedOver> records) {
        for (PassedOver each : records) {
            int last = pending.size() - 1;
            if (last >= frozen && pending.get(last).isFollowedBy(each)) {
                pending.set(last, pending.get(last).with(each));
            } else {
                pending.add(each);
            }
        }
    }

    /** All of it, as of when the sources were read so far. */
    Unlearned all(List<Position> upTo) {
        List<PassedOver> waiting;
        long first;
        synchronized (this) {
            waiting = List.copyOf(pending);
            first = next;
        }
        List<PassedOver> all = new ArrayList<>();
        // What waited may be stored by now.
        store.contents().passedOver((number, records) -> {
            if (number < first) {
                all.addAll(records);
            }
        });
        all.addAll(waiting);
        return new Unlearned(store.id().orElse(""), since, upTo, all);
    }

    synchronized long bytes() {
        return (long) BYTES * pending.size();
    }

    /** What came since the last checkpoint, for the next. */
    synchronized Part freeze() {
        List<PassedOver> added = List.copyOf(pending);
        long number = next;
        boolean isFirst = !isSinceStored;
        frozen = added.size();
        return checkpoint -> {
            if (isFirst) {
                checkpoint.passedOverSince(since);
            }
            if (!added.isEmpty()) {
                checkpoint.passedOver(number, added);
            }
        };
    }

    /** What was frozen is stored. */
    synchronized void committed() {
        isSinceStored = true;
        if (frozen > 0) {
            pending.subList(0, frozen).clear();
            next++;
            frozen = 0;
        }
    }
}
