package io.synfire.ingest.kafka;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Producers that one thread uses at a time, each in a slot, made when they are needed. Thread-safe. */
final class ProducerPool<P extends ExclusiveProducer> implements AutoCloseable {

    /** So long somebody waits until another is done. */
    private static final int PLACE_MS = 15_000;

    private final Semaphore places;
    private final IntFunction<P> making;

    /** Those that nobody uses, the last used first. */
    private final Deque<Slot<P>> free = new ArrayDeque<>();

    private boolean isClosed;

    /** What is done with one. */
    interface Use<P, R> {
        R with(P producer);
    }

    private static final class Slot<P> {
        final int number;

        @Nullable
        P producer;

        Slot(int number) {
            this.number = number;
        }
    }

    /** A pool of so many at most; {@code making} gets the number of a slot, from 0, again if what was made for it before was given up. */
    ProducerPool(int max, IntFunction<P> making) {
        this.places = new Semaphore(max, true);
        this.making = making;
        for (int number = 0; number < max; number++) {
            free.add(new Slot<>(number));
        }
    }

    /**
     * Uses one that nobody else uses.
     *
     * @throws IllegalStateException if all are in use for too long
     */
    <R> R use(Use<P, R> use) {
        try {
            if (!places.tryAcquire(PLACE_MS, TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException(
                        "too many wait for the cluster to take episodes, nothing was appended: try again later");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted before episodes were appended", e);
        }
        try {
            Slot<P> slot = taken();
            try {
                P producer = slot.producer == null ? making.apply(slot.number) : slot.producer;
                slot.producer = producer;
                return use.with(producer);
            } finally {
                giveBack(slot);
            }
        } finally {
            places.release();
        }
    }

    private synchronized Slot<P> taken() {
        return free.pop();
    }

    private void giveBack(Slot<P> slot) {
        P closing;
        synchronized (this) {
            boolean isKept = slot.producer != null && slot.producer.isUsable() && !isClosed;
            closing = isKept ? null : slot.producer;
            slot.producer = isKept ? slot.producer : null;
            free.push(slot);
        }
        if (closing != null) {
            closing.close();
        }
    }

    /** Closes what is idle; what is in use is closed when it is given back. Idempotent. */
    @Override
    public void close() {
        List<P> closing = new ArrayList<>();
        synchronized (this) {
            isClosed = true;
            for (Slot<P> slot : free) {
                if (slot.producer != null) {
                    closing.add(slot.producer);
                    slot.producer = null;
                }
            }
        }
        closing.forEach(ExclusiveProducer::close);
    }
}
