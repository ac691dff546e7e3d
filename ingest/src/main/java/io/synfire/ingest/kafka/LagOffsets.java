package io.synfire.ingest.kafka;

import io.synfire.engine.event.Position;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.RetriableException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says under a group's name how far a store has come, for tools that show lag. What it says is durable in the store already, and no learner
 * ever reads it. Nothing waits for the cluster's answer: a refusal is one warning, and silence is tried again. On the learner's thread.
 */
final class LagOffsets {

    private static final Logger LOG = LoggerFactory.getLogger(LagOffsets.class);

    /** Offsets that stand still are said again before the cluster forgets them, which it does after days. */
    private static final long AGAIN_NANOS = TimeUnit.HOURS.toNanos(1);

    private static final long AFTER_REFUSAL_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final int ANSWER_MAX_MS = 5_000;

    private final String topic;
    private final String topicId;
    private final String group;
    private final Sink sink;
    private CompletableFuture<Void> last = CompletableFuture.completedFuture(null);
    private long lastNanos;

    /** What the cluster has taken last. */
    private volatile Map<TopicPartition, OffsetAndMetadata> taken = Map.of();

    private volatile boolean refused;

    /** How offsets get to the cluster. */
    interface Sink {

        /** Says them and does not wait. */
        void commit(Map<TopicPartition, OffsetAndMetadata> offsets, Answer answer);
    }

    /** Hears the cluster's answer, on any thread. */
    interface Answer {

        /** Null if the cluster has taken them. */
        void heard(@Nullable Throwable failure);
    }

    LagOffsets(String topic, String topicId, String group, Sink sink) {
        this.topic = topic;
        this.topicId = topicId;
        this.group = group;
        this.sink = sink;
    }

    /** Under the name of a group that nobody joins. */
    static Sink beside(Admin admin, String group) {
        return (offsets, answer) -> {
            var unused = admin.alterConsumerGroupOffsets(
                            group, offsets, new AlterConsumerGroupOffsetsOptions().timeoutMs(ANSWER_MAX_MS))
                    .all()
                    .whenComplete((done, failure) -> answer.heard(failure));
        };
    }

    /** As the member of a group that a consumer is. */
    static Sink as(Consumer<byte[], ByteBuffer> member) {
        return (offsets, answer) -> member.commitAsync(offsets, (done, failure) -> answer.heard(failure));
    }

    /**
     * Says how far the store has come, unless that was said before, or the last answer is still awaited.
     *
     * @param durable the positions of a checkpoint that is committed
     * @param read the partitions that are read now: what other members of the group read is theirs to say
     */
    void report(List<Position> durable, Set<TopicPartition> read) {
        long sinceLast = System.nanoTime() - lastNanos;
        Map<TopicPartition, OffsetAndMetadata> offsets = offsets(durable, read);
        boolean isOld = offsets.equals(taken) && sinceLast < AGAIN_NANOS;
        if (last.isDone() && !offsets.isEmpty() && !isOld && !(refused && sinceLast < AFTER_REFUSAL_NANOS)) {
            commit(offsets);
        }
    }

    /** The same for the last time; waits for the answer, but not for long. */
    void finish(List<Position> durable, Set<TopicPartition> read, Duration answerMax) throws InterruptedException {
        await(answerMax);
        Map<TopicPartition, OffsetAndMetadata> offsets = offsets(durable, read);
        if (!offsets.isEmpty() && !offsets.equals(taken) && !refused) {
            commit(offsets);
            await(answerMax);
        }
    }

    private Map<TopicPartition, OffsetAndMetadata> offsets(List<Position> durable, Set<TopicPartition> read) {
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        for (Position position : durable) {
            TopicPartition partition = new TopicPartition(topic, position.partition());
            if (position.source().equals("kafka:" + topic)
                    && position.sourceId().equals(topicId)
                    && read.contains(partition)) {
                Optional<Integer> epoch =
                        position.leaderEpoch() < 0 ? Optional.empty() : Optional.of(position.leaderEpoch());
                offsets.put(partition, new OffsetAndMetadata(position.nextOffset(), epoch, ""));
            }
        }
        return offsets;
    }

    private void commit(Map<TopicPartition, OffsetAndMetadata> offsets) {
        CompletableFuture<Void> answered = new CompletableFuture<>();
        last = answered;
        lastNanos = System.nanoTime();
        try {
            sink.commit(offsets, failure -> {
                heard(offsets, failure);
                answered.complete(null);
            });
        } catch (KafkaException e) {
            heard(offsets, e);
            answered.complete(null);
        }
    }

    private void heard(Map<TopicPartition, OffsetAndMetadata> offsets, @Nullable Throwable failure) {
        if (failure == null) {
            taken = offsets;
            refused = false;
        } else if (failure instanceof RetriableException
                || failure instanceof CommitFailedException
                || failure instanceof RebalanceInProgressException) {
            LOG.debug("positions were not committed for lag tools: group={}", group, failure);
        } else if (!refused) {
            refused = true;
            LOG.warn(
                    "the cluster refuses positions for lag tools, learning goes on without; offsets.group=none keeps them"
                            + " back: group={}: {}",
                    group,
                    String.valueOf(failure));
        }
    }

    private void await(Duration answerMax) throws InterruptedException {
        try {
            last.get(answerMax.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            LOG.debug("no answer to positions for lag tools: group={}", group);
        } catch (ExecutionException e) {
            throw new IllegalStateException("an answer cannot fail", e);
        }
    }
}
