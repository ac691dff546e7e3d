package io.synfire.ingest.kafka;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/** Looks at the end of the first partition of a topic, without learning anything. */
public final class TopicEnd {

    private static final Duration ANSWER_MAX = Duration.ofSeconds(30);

    private final ClientProperties properties;
    private final TopicPartition partition;

    /**
     * The end of a topic.
     *
     * @param properties how to reach the cluster
     * @param topic the topic
     */
    public TopicEnd(ClientProperties properties, String topic) {
        this.properties = properties;
        this.partition = new TopicPartition(topic, 0);
    }

    /**
     * Where it ends.
     *
     * @return the offset that the next record will get
     */
    public long offset() {
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(properties.consumer())) {
            Long end = consumer.endOffsets(List.of(partition)).get(partition);
            if (end == null) {
                throw new IllegalStateException(
                        "the cluster does not say where the topic ends: topic=" + partition.topic());
            }
            return end;
        }
    }

    /**
     * One record.
     *
     * @param offset its offset
     * @return its value
     */
    public byte[] record(long offset) {
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                with(properties.consumer(), Map.of("max.poll.records", "1", "max.partition.fetch.bytes", "65536")))) {
            consumer.assign(List.of(partition));
            consumer.seek(partition, offset);
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(ANSWER_MAX)) {
                return record.value();
            }
            throw new IllegalStateException(
                    "the cluster does not hand out a record: topic=" + partition.topic() + " offset=" + offset);
        }
    }

    private static Map<String, Object> with(Map<String, Object> properties, Map<String, Object> more) {
        properties.putAll(more);
        return properties;
    }
}
