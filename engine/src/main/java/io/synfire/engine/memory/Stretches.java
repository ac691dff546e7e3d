package io.synfire.engine.memory;

import io.synfire.engine.event.Position;
import io.synfire.engine.event.Stretch;
import io.synfire.engine.store.RocksStore;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The stretches of sources in the order in which they were learned. What is stored stays in the store; what is not yet is kept here. One
 * thread adds, any may ask.
 */
final class Stretches {

    /** About; most name no records. */
    private static final int STRETCH_BYTES = 120;

    private static final int RECORD_BYTES = 24;
    private static final int POSITION_BYTES = 200;

    private final RocksStore store;
    private final List<Stretch> pending = new ArrayList<>();
    private long firstPending;
    private int frozen;
    private long bytes;

    /** How far other sources stood at the last stretch, by their keys; null before that was needed, since it takes a look at all of them. */
    private @Nullable Map<String, Position> beside;

    Stretches(RocksStore store) {
        this.store = store;
        this.firstPending = store.contents().stretchCount();
    }

    /** Adds one that is learned now, while other sources stand where they do. */
    void add(Stretch stretch, Collection<Position> positions) {
        Map<String, Position> last = beside();
        List<Position> moved = new ArrayList<>();
        for (Position position : positions) {
            if (position.content().isEmpty() && !position.equals(last.put(position.key(), position))) {
                moved.add(position);
            }
        }
        Stretch added = stretch.withMoved(moved);
        synchronized (this) {
            if (hasExtendedLast(added)) {
                return;
            }
            pending.add(added);
            bytes += bytes(added);
        }
    }

    /** A stream may be read in small batches for days, and all that is kept of it is how much that was. */
    private boolean hasExtendedLast(Stretch added) {
        int at = pending.size() - 1;
        if (at < frozen) {
            return false;
        }
        Stretch last = pending.get(at);
        boolean isMore = added.isStreamed()
                && last.isStreamed()
                && last.to() == added.from()
                && last.startMs() == added.startMs()
                && last.elseMs() == added.elseMs()
                && added.moved().isEmpty();
        if (isMore) {
            pending.set(
                    at,
                    new Stretch(
                            Stretch.STREAMS,
                            last.from(),
                            added.to(),
                            last.startMs(),
                            last.elseMs(),
                            last.latestMs(),
                            List.of(),
                            last.moved()));
        }
        return isMore;
    }

    private Map<String, Position> beside() {
        Map<String, Position> last = beside;
        if (last == null) {
            last = new HashMap<>();
            for (Stretch stretch : all()) {
                for (Position position : stretch.moved()) {
                    last.put(position.key(), position);
                }
            }
            beside = last;
        }
        return last;
    }

    /** All of them. */
    List<Stretch> all() {
        List<Stretch> waiting;
        long first;
        synchronized (this) {
            waiting = List.copyOf(pending);
            first = firstPending;
        }
        List<Stretch> all = new ArrayList<>();
        store.contents().stretches((number, stretch) -> {
            if (number != all.size()) {
                throw store.damaged("a stretch is missing: stretch=" + all.size() + " found=" + number);
            }
            all.add(stretch);
        });
        // Some of those that waited may have been stored meanwhile.
        for (int i = 0; i < waiting.size(); i++) {
            if (first + i >= all.size()) {
                all.add(waiting.get(i));
            }
        }
        return all;
    }

    synchronized long bytes() {
        return bytes;
    }

    /** What was added since the last checkpoint, for the next. */
    synchronized Part freeze() {
        List<Stretch> added = List.copyOf(pending);
        long first = firstPending;
        frozen = added.size();
        return checkpoint -> {
            for (int i = 0; i < added.size(); i++) {
                checkpoint.stretch(first + i, added.get(i));
            }
        };
    }

    /** What was frozen is stored. */
    synchronized void committed() {
        List<Stretch> stored = pending.subList(0, frozen);
        stored.forEach(stretch -> bytes -= bytes(stretch));
        stored.clear();
        firstPending += frozen;
        frozen = 0;
    }

    private static long bytes(Stretch stretch) {
        return STRETCH_BYTES
                + (long) RECORD_BYTES * stretch.unlearned().size()
                + (long) POSITION_BYTES * stretch.moved().size();
    }
}
