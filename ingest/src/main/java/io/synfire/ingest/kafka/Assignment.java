package io.synfire.ingest.kafka;

import io.synfire.engine.Engine;
import io.synfire.engine.event.Position;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;

/**
 * Where reading starts: at the engine's own positions, whatever a group may have committed; a partition the engine has never read
 * starts at its beginning. Used by the learner's thread.
 */
final class Assignment {

    private final Engine engine;
    private final Consumer<byte[], byte[]> consumer;
    private final String topic;
    private final String topicId;

    /** Refuses a topic that is not the one the stored positions are of. */
    Assignment(Engine engine, Consumer<byte[], byte[]> consumer, String topic, String topicId) {
        this.engine = engine;
        this.consumer = consumer;
        this.topic = topic;
        this.topicId = topicId;
        for (Position position : engine.positions()) {
            if (position.source().equals(source()) && !position.sourceId().equals(topicId)) {
                throw new IllegalStateException(
                        "the topic was deleted and created again, its log is not the one that was learned:" + " topic="
                                + topic + " learned=" + position.sourceId() + " found=" + topicId);
            }
        }
    }

    /** Assigns all partitions by hand; those that were added since the last call start at their beginning. */
    void assignAll() {
        Set<TopicPartition> all = new HashSet<>();
        for (PartitionInfo partition : consumer.partitionsFor(topic)) {
            all.add(new TopicPartition(topic, partition.partition()));
        }
        Set<TopicPartition> added = new HashSet<>(all);
        added.removeAll(consumer.assignment());
        if (!added.isEmpty()) {
            consumer.assign(all);
            seek(added);
        }
    }

    /** Moves newly assigned partitions to where the engine stands. */
    void seek(Collection<TopicPartition> partitions) {
        Map<Integer, Position> stored = new HashMap<>();
        for (Position position : engine.positions()) {
            if (position.source().equals(source())) {
                stored.put(position.partition(), position);
            }
        }
        List<TopicPartition> unread = new ArrayList<>();
        for (TopicPartition partition : partitions) {
            Position position = stored.get(partition.partition());
            if (position == null) {
                unread.add(partition);
            } else {
                Optional<Integer> epoch =
                        position.leaderEpoch() < 0 ? Optional.empty() : Optional.of(position.leaderEpoch());
                consumer.seek(partition, new OffsetAndMetadata(position.nextOffset(), epoch, ""));
            }
        }
        consumer.beginningOffsets(unread).forEach(consumer::seek);
    }

    Position position(TopicPartition partition, OffsetAndMetadata next) {
        return new Position(
                source(),
                topicId,
                partition.partition(),
                next.offset(),
                next.leaderEpoch().orElse(-1));
    }

    /** Says which range is missing. */
    IllegalStateException missing(OffsetOutOfRangeException cause) {
        StringBuilder ranges = new StringBuilder();
        Map<TopicPartition, Long> asked = cause.offsetOutOfRangePartitions();
        Map<TopicPartition, Long> first = consumer.beginningOffsets(asked.keySet());
        Map<TopicPartition, Long> end = consumer.endOffsets(asked.keySet());
        asked.forEach((partition, offset) -> ranges.append(" partition=")
                .append(partition.partition())
                .append(" next=")
                .append(offset)
                .append(" available=")
                .append(first.get(partition))
                .append("..")
                .append(end.get(partition)));
        return new IllegalStateException(
                "records between the stored position and the log are missing, so learning would leave a gap: topic="
                        + topic + ranges,
                cause);
    }

    private String source() {
        return "kafka:" + topic;
    }
}
