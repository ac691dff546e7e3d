package io.synfire.query.app;

import io.micrometer.core.instrument.MeterRegistry;
import io.synfire.engine.event.Batch;
import io.synfire.ingest.kafka.BatchListener;
import io.synfire.query.evaluate.LiveScore;
import io.synfire.query.recall.Queries;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Scores a memory while it learns, on a thread of its own with little to wait for. */
final class LiveScoring implements BatchListener, AutoCloseable {

    private static final int WAITING_MAX = 256;
    private static final long STOP_SECONDS_MAX = 5;

    private final ThreadPoolExecutor executor;
    private final LiveScore score;

    LiveScoring(Queries queries, double share, MeterRegistry meters) {
        this.executor =
                new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(WAITING_MAX), task -> {
                    Thread thread = new Thread(task, "synfire-prequential");
                    thread.setDaemon(true);
                    return thread;
                });
        this.score = new LiveScore(queries, share, executor, meters);
    }

    @Override
    public void beforeLearning(List<Batch> batches) {
        score.before(batches);
    }

    @Override
    public void afterLearning(List<Batch> batches) {
        score.after(batches);
    }

    /** Predictions read the store: none may run when it is closed. */
    @Override
    public void close() {
        executor.shutdownNow();
        try {
            if (!executor.awaitTermination(STOP_SECONDS_MAX, TimeUnit.SECONDS)) {
                throw new IllegalStateException("a prediction does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            score.close();
        }
    }
}
