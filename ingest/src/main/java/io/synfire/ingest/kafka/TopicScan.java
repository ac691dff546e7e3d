package io.synfire.ingest.kafka;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * Reads stretches of a topic from their beginning to their end, and waits for a cluster that is silent for a while at most. What was aborted or
 * is not committed yet is not seen. Joins no group and commits nothing. One thread at a time.
 */
final class TopicScan implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(500);

    /** So long the cluster may be silent, if nothing else is said. */
    static final Duration SILENCE_MAX = Duration.ofSeconds(30);

    private static final long LOOK_NANOS = 20_000_000;

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Duration silenceMax;

    /** Takes records in their order. */
    interface Visitor {
        void record(ConsumerRecord<byte[], byte[]> record);
    }

    /** Asks the cluster something. */
    private interface Question<T> {
        T ask();
    }

    TopicScan(ClientProperties properties, String clientId, Duration silenceMax) {
        this.silenceMax = silenceMax;
        Map<String, Object> reading = properties.reader(clientId);
        reading.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
        this.consumer = properties.newConsumer(reading);
    }

    /** The partitions of a topic by number; empty if there is no such topic. */
    List<TopicPartition> partitions(String topic) {
        return asked(topic, () -> {
            List<PartitionInfo> found = consumer.partitionsFor(topic, silenceMax);
            return found == null
                    ? List.of()
                    : found.stream()
                            .sorted(Comparator.comparingInt(PartitionInfo::partition))
                            .map(info -> new TopicPartition(topic, info.partition()))
                            .toList();
        });
    }

    /** The first offset that each partition still holds. */
    Map<TopicPartition, Long> begins(List<TopicPartition> partitions) {
        return partitions.isEmpty()
                ? Map.of()
                : asked(partitions.get(0).topic(), () -> consumer.beginningOffsets(partitions, silenceMax));
    }

    /** The offset behind the last record of each partition that can be seen. */
    Map<TopicPartition, Long> ends(List<TopicPartition> partitions) {
        return partitions.isEmpty()
                ? Map.of()
                : asked(partitions.get(0).topic(), () -> consumer.endOffsets(partitions, silenceMax));
    }

    /**
     * Waits until records can be seen that were committed just now, as long as the cluster may be silent: a transaction that another has open before them hides
     * them.
     *
     * @param last the offset of the last of them in each partition
     * @return whether all of them can
     */
    boolean canSee(Map<TopicPartition, Long> last) {
        long deadline = System.nanoTime() + silenceMax.toNanos();
        while (true) {
            Map<TopicPartition, Long> ends = ends(List.copyOf(last.keySet()));
            if (last.entrySet().stream().allMatch(each -> ends.getOrDefault(each.getKey(), 0L) > each.getValue())) {
                return true;
            }
            if (System.nanoTime() > deadline) {
                return false;
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    /**
     * Reads a stretch.
     *
     * @throws SilentClusterException if nothing comes for too long
     * @throws IllegalStateException if the beginning of it is gone, or the cluster refuses it
     */
    void read(TopicPartition partition, long from, long to, Visitor visitor) {
        if (from >= to) {
            return;
        }
        try {
            consumer.assign(List.of(partition));
            consumer.seek(partition, from);
            long deadline = System.nanoTime() + silenceMax.toNanos();
            long position = from;
            while (position < to) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL).records(partition)) {
                    if (record.offset() < to) {
                        visitor.record(record);
                    }
                }
                long next = consumer.position(partition, silenceMax);
                if (next > position) {
                    position = next;
                    deadline = System.nanoTime() + silenceMax.toNanos();
                } else if (System.nanoTime() > deadline) {
                    throw new SilentClusterException(
                            "the cluster does not hand out records: topic=" + partition.topic() + " partition="
                                    + partition.partition() + " offset=" + next,
                            new TimeoutException("no record within " + silenceMax.toSeconds() + "s"));
                }
            }
        } catch (OffsetOutOfRangeException e) {
            throw new IllegalStateException(
                    "the beginning of the log went while it was read: topic=" + partition.topic() + " partition="
                            + partition.partition() + " offset=" + from,
                    e);
        } catch (KafkaException e) {
            throw failed(partition.topic(), e);
        }
    }

    @Override
    public void close() {
        consumer.close(CloseOptions.timeout(Duration.ofSeconds(1)));
    }

    private <T> T asked(String topic, Question<T> question) {
        try {
            return question.ask();
        } catch (KafkaException e) {
            throw failed(topic, e);
        }
    }

    private static IllegalStateException failed(String topic, KafkaException e) {
        String message = "the topic cannot be read: topic=" + topic + ": " + e.getMessage();
        return e instanceof RetriableException
                ? new SilentClusterException(message, e)
                : new IllegalStateException(message, e);
    }
}
