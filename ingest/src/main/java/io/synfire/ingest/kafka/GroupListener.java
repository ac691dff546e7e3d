package io.synfire.ingest.kafka;

import io.synfire.engine.Engine;
import io.synfire.engine.store.StoreFullException;
import io.synfire.ingest.room.RoomWatch;
import java.util.Collection;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
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
 * reads the partition into a store of its own. A disk that is full keeps no partition from moving.
 */
final class GroupListener implements ConsumerRebalanceListener {

    private static final Logger LOG = LoggerFactory.getLogger(GroupListener.class);

    private final Engine engine;
    private final Applier applier;
    private final Assignment assignment;
    private final RoomWatch room;
    private final CountDownLatch stopping;

    GroupListener(Engine engine, Applier applier, Assignment assignment, RoomWatch room, CountDownLatch stopping) {
        this.engine = engine;
        this.applier = applier;
        this.assignment = assignment;
        this.room = room;
        this.stopping = stopping;
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
        try {
            settle();
            // Not to be left without: the consumer would go on at what the group has committed.
            while (stopping.getCount() > 0 && !isSought(partitions)) {
                var unused = stopping.await(RoomWatch.RETRY.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    private boolean isSought(Collection<TopicPartition> partitions) {
        try {
            assignment.seek(partitions);
            return true;
        } catch (RetriableException e) {
            LOG.warn("the cluster does not answer, trying again: {}", e.getMessage());
        } catch (StoreFullException e) {
            // Where a partition begins that was never read is stored before it is read.
            room.met(e);
        }
        return false;
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
        try {
            settle();
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
        assignment.forget(partitions);
        try {
            engine.checkpoint();
        } catch (StoreFullException e) {
            // Nobody waits for it: the store is this member's own, and its next checkpoint holds all of this.
            room.met(e);
        }
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

    /** What was polled is learned first; on a full disk it is dropped instead, and read again: the group does not wait for room. */
    private void settle() throws InterruptedException {
        if (engine.waitsForRoom().isEmpty()) {
            applier.await();
        } else {
            applier.abandon();
            assignment.rewind();
        }
    }
}
