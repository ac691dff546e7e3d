package io.synfire.engine;

import io.synfire.engine.memory.Checkpoint;
import io.synfire.engine.memory.Memory;
import io.synfire.engine.store.RocksStore;
import io.synfire.engine.store.StoreException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Writes checkpoints on a thread of its own, one at a time. Every method is called under the engine's monitor: a checkpoint begins and ends
 * between batches, and is written beside them. One that failed is tried again, as it was, at the next {@link #start} or {@link #await}, and
 * before anything more is learned: nothing is applied to a memory whose last checkpoint is in doubt.
 */
final class CheckpointRunner implements AutoCloseable {

    private final Memory memory;
    private final RocksStore store;
    private final EngineMeters meters;
    private final ExecutorService thread;
    private @Nullable Checkpoint underWay;
    private @Nullable Future<Written> writing;
    private volatile @Nullable StoreException failure;

    /** What a checkpoint cost. */
    private record Written(long bytes, long nanos) {}

    CheckpointRunner(Memory memory, RocksStore store, EngineMeters meters, ExecutorService thread) {
        this.memory = memory;
        this.store = store;
        this.meters = meters;
        this.thread = thread;
    }

    /** Begins one if none is under way and something changed. */
    void start() {
        settle();
        if (underWay == null) {
            settleStore();
            underWay = memory.begin();
        }
        write();
    }

    /** Ends the one under way if it is written by now. */
    void settle() {
        if (writing != null && writing.isDone()) {
            end(writing);
        }
    }

    /**
     * Before anything is learned: writes one that failed again, unless that is under way, and waits for it. Nothing is to be learned that
     * could not be kept, nor while it is not known what the store holds.
     */
    void retry() {
        if (underWay == null) {
            settleStore();
        } else if (writing == null || failure != null) {
            await();
        }
    }

    /** A write other than a checkpoint's may have failed, such as a flush. */
    private void settleStore() {
        try {
            store.settle();
            failure = null;
        } catch (StoreException e) {
            failure = e;
            throw e;
        }
    }

    /** Why the one under way could not be written at the last attempt, or the store not opened anew; null if it could, or need not be. */
    @Nullable
    StoreException failure() {
        return failure;
    }

    /** Waits for the one under way, if any. */
    void await() {
        write();
        if (writing != null) {
            end(writing);
        }
    }

    /** Waits for the one under way, if any, but no longer than so long. */
    void await(long nanosMax) {
        Future<Written> written = writing;
        if (written == null) {
            return;
        }
        try {
            written.get(nanosMax, TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            // It goes on, and so does who asked.
            return;
        } catch (ExecutionException e) {
            end(written);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a checkpoint was written", e);
        }
        settle();
    }

    /** Gives up what is not written and waits for what is being written. The store may be closed then. */
    @Override
    public void close() {
        thread.shutdown();
        boolean interrupted = false;
        while (!thread.isTerminated()) {
            try {
                if (thread.awaitTermination(1, TimeUnit.MINUTES)) {
                    break;
                }
            } catch (InterruptedException e) {
                // The store must not be closed under a thread that writes it.
                interrupted = true;
            }
        }
        if (underWay != null) {
            underWay.abandon();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void write() {
        Checkpoint checkpoint = underWay;
        if (checkpoint != null && writing == null) {
            writing = thread.submit(() -> {
                long start = System.nanoTime();
                long bytes = checkpoint.write();
                return new Written(bytes, System.nanoTime() - start);
            });
        }
    }

    private void end(Future<Written> written) {
        try {
            Written done = written.get();
            Checkpoint ended = underWay;
            // It is in the store: whatever fails from here on, it is not written again.
            underWay = null;
            failure = null;
            if (ended != null) {
                memory.end(ended);
            }
            meters.checkpointed(done.bytes(), done.nanos());
        } catch (ExecutionException e) {
            if (e.getCause() instanceof StoreException cause) {
                failure = cause;
                throw cause.again();
            }
            throw new IllegalStateException("a checkpoint failed: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a checkpoint was written", e);
        } finally {
            if (written.isDone()) {
                writing = null;
            }
        }
    }
}
