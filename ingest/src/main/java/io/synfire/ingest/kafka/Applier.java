package io.synfire.ingest.kafka;

import io.synfire.engine.Engine;
import io.synfire.engine.event.Batch;
import io.synfire.engine.store.StoreFullException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Applies what was read on a thread of its own, one poll at a time, so that the next is read and decoded meanwhile. All methods are called by
 * the thread that reads; each throws what the one before failed with.
 */
final class Applier implements AutoCloseable {

    private static final long RETRY_MS = 1_000;

    private final Engine engine;
    private final BatchListener listener;
    private final RoomWatch room;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
        Thread applying = new Thread(task, "synfire-applier");
        applying.setDaemon(true);
        return applying;
    });
    private @Nullable Future<?> applying;
    private long records;
    private final CountDownLatch stopping = new CountDownLatch(1);

    Applier(Engine engine, BatchListener listener, RoomWatch room) {
        this.engine = engine;
        this.listener = listener;
        this.room = room;
    }

    /** Waits for what is being applied, then applies these and does not wait. */
    void apply(List<Batch> batches, long ofRecords) throws InterruptedException {
        await();
        records = ofRecords;
        applying = thread.submit(() -> {
            int next = 0;
            while (next < batches.size()) {
                next = applySome(batches, next);
            }
            return next;
        });
    }

    /** Applies as many as there is room for, at least one; returns the index of the next. */
    private int applySome(List<Batch> batches, int from) throws InterruptedException {
        long pairsMax = engine.pairsAtOnce();
        long pairs = batches.get(from).pairs();
        int to = from + 1;
        while (to < batches.size() && pairs + batches.get(to).pairs() <= pairsMax) {
            pairs += batches.get(to).pairs();
            to++;
        }
        List<Batch> some = batches.subList(from, to);
        listener.beforeLearning(some);
        applyOnceThereIsRoom(some);
        listener.afterLearning(some);
        return to;
    }

    /** A full disk is waited out: the engine applies nothing then, and is asked again. */
    private void applyOnceThereIsRoom(List<Batch> batches) throws InterruptedException {
        while (true) {
            try {
                engine.apply(batches);
                return;
            } catch (StoreFullException e) {
                room.met(e);
                if (stopping.await(RETRY_MS, TimeUnit.MILLISECONDS)) {
                    throw e;
                }
            }
        }
    }

    /** Waits for room on the disk no longer. Any thread. */
    void stopWaiting() {
        stopping.countDown();
    }

    /** Waits for what is being applied: afterwards the engine stands where the last poll ended. */
    void await() throws InterruptedException {
        Future<?> last = applying;
        if (last == null) {
            return;
        }
        try {
            last.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            if (e.getCause() instanceof Error cause) {
                throw cause;
            }
            throw new IllegalStateException("records cannot be applied: " + e.getCause(), e);
        } finally {
            if (last.isDone()) {
                applying = null;
            }
        }
    }

    /** How many records are being applied. */
    long pending() {
        return applying == null || applying.isDone() ? 0 : records;
    }

    /** Nothing may be under way. */
    @Override
    public void close() {
        thread.shutdown();
    }
}
