package io.synfire.ingest.kafka;

import io.synfire.engine.event.Forget;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far a copy of a command may be in a partition in which it was not met, while it was in another: up to where the partition ended after
 * that. All copies are appended in one transaction, and it was committed by then; so they lie before that end, transactions that are still open
 * included, though a reader may not have them yet. On the thread that reads; the cluster is asked beside it.
 */
final class CopyEnds implements ForgetGate.ReadThrough {

    private static final Logger LOG = LoggerFactory.getLogger(CopyEnds.class);

    private final TopicWatch watch;
    private final Consumer<?, ?> consumer;
    private final Map<Forget, Asked> asked = new HashMap<>();

    private record Asked(Set<TopicPartition> partitions, KafkaFuture<Map<TopicPartition, Long>> ends) {}

    CopyEnds(TopicWatch watch, Consumer<?, ?> consumer) {
        this.watch = watch;
        this.consumer = consumer;
    }

    @Override
    public boolean is(Forget forget, TopicPartition partition) {
        Asked before = asked.get(forget);
        if (before == null || !before.partitions().contains(partition)) {
            Set<TopicPartition> partitions = Set.copyOf(consumer.assignment());
            asked.put(forget, new Asked(partitions, watch.ends(partitions)));
            return false;
        }
        if (!before.ends().isDone()) {
            return false;
        }
        try {
            Long end = before.ends().get().get(partition);
            return end != null && consumer.position(partition) >= end;
        } catch (ExecutionException e) {
            LOG.warn("the cluster does not say where partitions end, asking again: {}", String.valueOf(e.getCause()));
            asked.remove(forget);
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a future that is done was looked at", e);
        }
    }

    @Override
    public boolean mayCome(TopicPartition partition) {
        return false;
    }

    @Override
    public void done(Forget forget) {
        asked.remove(forget);
    }
}
