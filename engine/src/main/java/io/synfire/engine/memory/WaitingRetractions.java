package io.synfire.engine.memory;

import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Learned;
import io.synfire.engine.event.Retraction;
import io.synfire.engine.store.RocksStore;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Retractions that were read before what they take back: those of times the watermark has not reached. A log of several partitions may
 * be read in such an order. They wait, since a sum cannot hold what lies far ahead of its landmark, and commands do not move it. Writer
 * only.
 */
final class WaitingRetractions {

    private static final int EPISODE_BYTES = 150;
    private static final int ACTIVATION_BYTES = 50;

    private final PriorityQueue<Waiting> soonest =
            new PriorityQueue<>(Comparator.comparingLong(Waiting::latestMs).thenComparingLong(Waiting::number));
    /** By their numbers, in their order. */
    private final Map<Long, Waiting> unsaved = new LinkedHashMap<>();

    private final Set<Long> removed = new HashSet<>();
    private long next;
    private long bytes;

    /** One that waits for a time. */
    private record Waiting(long number, long latestMs, Retraction retraction) {}

    void load(RocksStore store) {
        store.contents().retractions((number, retraction) -> {
            hold(new Waiting(number, retraction.latestMs(), retraction));
            next = number + 1;
        });
    }

    int count() {
        return soonest.size();
    }

    long bytes() {
        return bytes;
    }

    void add(Retraction retraction) {
        Waiting waiting = new Waiting(next++, retraction.latestMs(), retraction);
        hold(waiting);
        unsaved.put(waiting.number(), waiting);
    }

    /** One whose time has come, or null; it waits no more. */
    @Nullable
    Retraction due(long watermarkMs) {
        Waiting first = soonest.peek();
        if (first == null || first.latestMs() > watermarkMs) {
            return null;
        }
        soonest.remove();
        bytes -= bytes(first.retraction());
        if (unsaved.remove(first.number()) == null) {
            removed.add(first.number());
        }
        return first.retraction();
    }

    /** What changed since the last checkpoint, for the next. */
    Part freeze() {
        List<Waiting> added = List.copyOf(unsaved.values());
        List<Long> gone = List.copyOf(removed);
        unsaved.clear();
        removed.clear();
        return checkpoint -> {
            added.forEach(waiting -> checkpoint.retraction(waiting.number(), waiting.retraction()));
            gone.forEach(checkpoint::removeRetraction);
        };
    }

    private void hold(Waiting waiting) {
        soonest.add(waiting);
        bytes += bytes(waiting.retraction());
    }

    private static long bytes(Retraction retraction) {
        long sum = 0;
        for (List<Learned> episodes : List.of(retraction.before(), retraction.takenBack())) {
            for (Learned learned : episodes) {
                String event = learned.episode().eventId();
                sum += EPISODE_BYTES + (event == null ? 0 : HeapBytes.of(event));
                for (Activation activation : learned.episode().activations()) {
                    sum += ACTIVATION_BYTES + HeapBytes.of(activation.concept());
                }
            }
        }
        return sum;
    }
}
