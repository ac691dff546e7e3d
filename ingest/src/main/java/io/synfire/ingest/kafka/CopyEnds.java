package io.synfire.ingest.kafka;

import io.synfire.engine.event.Forget;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far a copy of a command may be in a partition in which it was not met, while it was in another: up to where the partition ended after
 * that. All copies are appended in one transaction, and it was committed by then; so they lie before that end, transactions that are still open
 * included, though a reader may not have them yet; and in partitions that were there by then, though they may have been added just before. On
 * the thread that reads; the cluster is asked beside it.
 */
final class CopyEnds implements ForgetGate.ReadThrough {

    private static final Logger LOG = LoggerFactory.getLogger(CopyEnds.class);

    private final TopicWatch watch;
    private final Consumer<?, ?> consumer;
    private final boolean readsAll;
    private final Map<Forget, Ends> ends = new HashMap<>();
    private final Map<Forget, KafkaFuture<Integer>> counts = new HashMap<>();

    private record Ends(Set<TopicPartition> partitions, KafkaFuture<Map<TopicPartition, Long>> asked) {}

    /** With {@code readsAll}, all partitions are to be read here; else those that a group has given. */
    CopyEnds(TopicWatch watch, Consumer<?, ?> consumer, boolean readsAll) {
        this.watch = watch;
        this.consumer = consumer;
        this.readsAll = readsAll;
    }

    @Override
    public boolean isComplete(Forget forget) {
        if (!readsAll) {
            return true;
        }
        Integer count = answer(counts.computeIfAbsent(forget, f -> watch.askPartitions()), () -> counts.remove(forget));
        return count != null && consumer.assignment().size() >= count;
    }

    @Override
    public boolean is(Forget forget, TopicPartition partition) {
        Ends before = ends.get(forget);
        if (before == null || !before.partitions().contains(partition)) {
            Set<TopicPartition> partitions = Set.copyOf(consumer.assignment());
            before = new Ends(partitions, watch.ends(partitions));
            ends.put(forget, before);
        }
        Map<TopicPartition, Long> found = answer(before.asked(), () -> ends.remove(forget));
        Long end = found == null ? null : found.get(partition);
        return end != null && consumer.position(partition) >= end;
    }

    @Override
    public boolean mayCome(TopicPartition partition) {
        return false;
    }

    @Override
    public void done(Forget forget) {
        ends.remove(forget);
        counts.remove(forget);
    }

    /** What the cluster has answered; null as long as it has not. What it fails to answer is asked again. */
    private static <T> @Nullable T answer(KafkaFuture<T> asked, Runnable again) {
        if (!asked.isDone()) {
            return null;
        }
        try {
            return asked.get();
        } catch (ExecutionException e) {
            LOG.warn(
                    "the cluster does not say how far its partitions go, asking again: {}",
                    String.valueOf(e.getCause()));
            again.run();
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while an answer was looked at", e);
        }
    }
}
