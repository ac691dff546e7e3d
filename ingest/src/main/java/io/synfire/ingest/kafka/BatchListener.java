package io.synfire.ingest.kafka;

import io.synfire.engine.event.Batch;
import java.util.List;

/** Hears what a learner is about to learn and what it has learned, on the learner's thread: it must be quick, and must not throw. */
public interface BatchListener {

    /** Hears nothing. */
    BatchListener NONE = new BatchListener() {
        @Override
        public void beforeLearning(List<Batch> batches) {}

        @Override
        public void afterLearning(List<Batch> batches) {}
    };

    /**
     * Nothing of these has been learned yet.
     *
     * @param batches in the order in which they are learned; those of a partition in log order
     */
    void beforeLearning(List<Batch> batches);

    /**
     * All of these have been learned.
     *
     * @param batches in the order in which they are learned; those of a partition in log order
     */
    void afterLearning(List<Batch> batches);
}
