package io.synfire.ingest.kafka;

import io.synfire.engine.Engine;
import io.synfire.engine.event.Batch;
import io.synfire.engine.store.StoreException;
import io.synfire.engine.store.StoreFullException;
import io.synfire.ingest.room.RoomWatch;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Applies what was read on a thread of its own, one poll at a time, so that the next is read and decoded meanwhile. All methods are called by
 * the thread that reads; each throws what the one before failed with.
 */
final class Applier implements AutoCloseable {

    private static final long LOOK_MS = 100;

    private final Engine engine;
    private final BatchListener listener;
    private final @Nullable RoomWatch room;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
        Thread applying = new Thread(task, "synfire-applier");
        applying.setDaemon(true);
        return applying;
    });
    private @Nullable Future<?> applying;
    private long records;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private volatile boolean abandoned;

    /** With somebody to tell, a full disk is waited out; without, it is a failure like others. */
    Applier(Engine engine, BatchListener listener, @Nullable RoomWatch room) {
        this.engine = engine;
        this.listener = listener;
        this.room = room;
    }

    /** Waits for what is being applied, then applies these and does not wait. */
    void apply(List<Batch> batches, long ofRecords) throws InterruptedException {
        await();
        records = ofRecords;
        abandoned = false;
        applying = thread.submit(() -> {
            int next = 0;
            while (next < batches.size() && !abandoned && stopping.getCount() > 0) {
                next = applySome(batches, next);
            }
            return next;
        });
    }

    /** Applies as many as there is room for, at least one; returns the index of the next. */
    private int applySome(List<Batch> batches, int from) throws InterruptedException {
        long pairsMax = engine.pairsAtOnce();
        long pairs = engine.pairsOf(batches.get(from));
        int to = from + 1;
        while (to < batches.size() && pairs + engine.pairsOf(batches.get(to)) <= pairsMax) {
            pairs += engine.pairsOf(batches.get(to));
            to++;
        }
        List<Batch> some = batches.subList(from, to);
        listener.beforeLearning(some);
        if (!applyOnceThereIsRoom(some)) {
            return batches.size();
        }
        listener.afterLearning(some);
        return to;
    }

    /** A full disk is waited out: the engine applies nothing then, and is asked again. False if these were given up meanwhile. */
    private boolean applyOnceThereIsRoom(List<Batch> batches) throws InterruptedException {
        while (true) {
            try {
                engine.apply(batches);
                return true;
            } catch (StoreFullException e) {
                if (room == null) {
                    throw e;
                }
                room.met(e);
                if (stopping.await(RoomWatch.RETRY.toMillis(), TimeUnit.MILLISECONDS)) {
                    throw e;
                }
                if (abandoned) {
                    return false;
                }
            } catch (StoreException e) {
                throw e;
            } catch (RuntimeException e) {
                throw new IllegalStateException(
                        "records cannot be learned, so learning stops: they are before " + ends(batches) + ": "
                                + e.getMessage(),
                        e);
            }
        }
    }

    private static String ends(List<Batch> batches) {
        Map<String, Long> ends = new LinkedHashMap<>();
        for (Batch batch : batches) {
            batch.positions().forEach(position -> ends.put(batch.partition(), position.nextOffset()));
        }
        return ends.toString();
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

    /**
     * The same, as long as there is room on the disk: who is a member of a group has no time to wait for an operator. On a full disk what is
     * not applied is given up.
     *
     * @return false if something was given up, or may have been: the engine stands somewhere in the last poll then
     */
    boolean awaitWhileThereIsRoom() throws InterruptedException {
        Future<?> last = applying;
        while (last != null && !last.isDone()) {
            try {
                last.get(LOOK_MS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                if (engine.waitsForRoom().isPresent()) {
                    abandon();
                    return false;
                }
            } catch (ExecutionException e) {
                // Thrown below.
                break;
            }
        }
        await();
        return true;
    }

    /** Gives up what is not being applied yet, and waits for what is: the engine stands somewhere in the last poll then. */
    void abandon() throws InterruptedException {
        abandoned = true;
        await();
    }

    /** Leaves what is not applied yet for another time, and waits for room on the disk no longer: batches carry their positions. Any thread. */
    void stop() {
        stopping.countDown();
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
