package io.synfire.ingest.kafka;

import io.synfire.engine.Engine;
import java.util.Collection;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RetriableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * With a group: partitions come and go, the positions stay the engine's.
 *
 * <p>What is given up in order is learned and checkpointed first. What was lost (the group gave it to another member while this one
 * said nothing) is not learned any further: what was polled of it and not yet applied is dropped, and is read again from the engine's
 * position if the partition comes back. Either way the store equals the fold of what is below its own positions, whoever else
 * reads the partition into a store of its own.
 */
final class GroupListener implements ConsumerRebalanceListener {

    private static final Logger LOG = LoggerFactory.getLogger(GroupListener.class);

    private final Engine engine;
    private final Applier applier;
    private final Assignment assignment;
    private final BooleanSupplier isStopping;

    GroupListener(Engine engine, Applier applier, Assignment assignment, BooleanSupplier isStopping) {
        this.engine = engine;
        this.applier = applier;
        this.assignment = assignment;
        this.isStopping = isStopping;
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
        try {
            applier.await();
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
        // Not to be left without: the consumer would go on at what the group has committed.
        while (!isStopping.getAsBoolean()) {
            try {
                assignment.seek(partitions);
                return;
            } catch (RetriableException e) {
                LOG.warn("the cluster does not answer, trying again: {}", e.getMessage());
            }
        }
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
        try {
            applier.await();
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
        assignment.forget(partitions);
        engine.checkpoint();
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
        LOG.warn("partitions were lost to another member: {}", partitions);
        try {
            applier.abandon();
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
        assignment.forget(partitions);
        assignment.rewind();
    }
}
