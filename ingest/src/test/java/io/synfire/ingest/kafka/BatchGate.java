package io.synfire.ingest.kafka;

import io.synfire.engine.event.Batch;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Holds the first batches of a learner back, just before they are learned, until it is opened. */
final class BatchGate implements BatchListener {

    private final CountDownLatch held = new CountDownLatch(1);
    private final CountDownLatch opened = new CountDownLatch(1);

    @Override
    public void beforeLearning(List<Batch> batches) {
        held.countDown();
        await(opened);
    }

    @Override
    public void afterLearning(List<Batch> batches) {}

    void awaitHeld() {
        await(held);
    }

    void open() {
        opened.countDown();
    }

    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(LearnerKit.LONG.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException("the gate was not opened in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
