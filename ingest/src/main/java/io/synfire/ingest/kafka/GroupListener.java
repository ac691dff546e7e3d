package io.synfire.ingest.kafka;

import io.synfire.engine.Engine;
import io.synfire.engine.store.StoreFullException;
import io.synfire.ingest.room.RoomWatch;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
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
 * reads the partition into a store of its own. A disk that is full keeps no partition from moving, and the member in the group: what was
 * polled is dropped, and it asks for nothing until there is room.
 */
final class GroupListener implements ConsumerRebalanceListener {

    private static final Logger LOG = LoggerFactory.getLogger(GroupListener.class);

    private final Engine engine;
    private final Applier applier;
    private final Assignment assignment;
    private final RoomWatch room;
    private final CountDownLatch stopping;
    private boolean seated;

    GroupListener(Engine engine, Applier applier, Assignment assignment, RoomWatch room, CountDownLatch stopping) {
        this.engine = engine;
        this.applier = applier;
        this.assignment = assignment;
        this.room = room;
        this.stopping = stopping;
    }

    /** Whether the group has told this member what it reads, if only that it is nothing. On the learner's thread. */
    boolean isSeated() {
        return seated;
    }

    /** Stays a member on a full disk: asks for nothing and hears what the group decides. */
    void stay(Consumer<byte[], ?> consumer, Duration pollMax) throws InterruptedException {
        settle();
        consumer.pause(consumer.assignment());
        if (!consumer.poll(pollMax).isEmpty()) {
            // Of partitions that the group has just given.
            assignment.rewind();
        }
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
        seated = true;
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
            // Where a partition begins that was never read is stored before it is read; the group does not wait for
            // that.
            room.met(e);
            assignment.postpone(partitions);
            return true;
        }
        return false;
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
        // The group decides anew, and says so when it has.
        seated = false;
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
        seated = false;
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
        if (!applier.awaitWhileThereIsRoom()) {
            assignment.rewind();
        }
    }
}
