package io.synfire.query.app.bench;

import io.micrometer.core.instrument.MeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.ingest.kafka.ClientProperties;
import io.synfire.ingest.kafka.EpisodeConsumer;
import io.synfire.ingest.kafka.TopicNames;
import java.nio.file.Path;
import java.time.Duration;

/** A memory that learns from a topic, joined as a served one is: with its meters, its scoring and its dead letters. */
public interface Learner extends AutoCloseable {

    /** How the composition root joins one. */
    @FunctionalInterface
    interface Factory {

        /**
         * Opens a memory.
         *
         * @param plan what is particular to it
         * @return a learner whose consumer is not yet started
         */
        Learner open(Plan plan);
    }

    /**
     * What is particular to a memory; everything else is as the settings say.
     *
     * @param store its directory
     * @param client how to reach the cluster
     * @param topics what it reads, and where rejected records go
     * @param checkpointInterval at most this long between two checkpoints
     * @param options what its engine may use
     */
    record Plan(
            Path store,
            ClientProperties client,
            TopicNames topics,
            Duration checkpointInterval,
            EngineOptions options) {}

    /**
     * What learns.
     *
     * @return the engine
     */
    Engine engine();

    /**
     * What reads the topic.
     *
     * @return the consumer
     */
    EpisodeConsumer consumer();

    /**
     * Where all of it counts.
     *
     * @return the meters
     */
    MeterRegistry meters();

    /** Stops learning, with a last checkpoint, and closes everything. */
    @Override
    void close();
}
