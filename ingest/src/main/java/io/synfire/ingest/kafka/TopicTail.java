package io.synfire.ingest.kafka;

import io.synfire.engine.event.Unlearned;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.ingest.codec.Decoding;
import io.synfire.ingest.codec.MalformedRecordException;
import io.synfire.ingest.kafka.LearnedRecords.LeftOut;
import io.synfire.ingest.replay.Tail;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Finds what happened after a moment in a topic, as it is now. Begins at the first record of each partition that may hold such: an episode is
 * learned only if it is at most {@code max-ahead} later than its record. Joins no group and commits nothing.
 */
public final class TopicTail {

    private static final Duration POLL = Duration.ofMillis(500);
    private static final long ANSWER_NANOS_MAX = 30_000_000_000L;

    private final ClientProperties properties;
    private final String topic;
    private final LearningSettings settings;
    private final LearnedRecords learned;

    /**
     * A reader of a topic.
     *
     * @param properties how to reach the cluster
     * @param topics the topic of episodes, and that of dead letters, which says what a clock has refused
     * @param decoding how its records become entries
     * @param settings which entries are learned
     * @param memories what each memory has learned nothing of: what one has rejected is not in the tail. What was left out since it is later
     *     than the moment of a rebuild is
     */
    public TopicTail(
            ClientProperties properties,
            TopicNames topics,
            Decoding decoding,
            LearningSettings settings,
            List<Unlearned> memories) {
        this.properties = properties;
        this.topic = topics.episodes();
        this.settings = settings;
        this.learned = new LearnedRecords(properties, topics, decoding, settings, memories, LeftOut.COUNTS);
    }

    /**
     * Reads the topic to where it ends now.
     *
     * @param tail takes what is read
     * @param progress told how many records were read, now and then
     * @throws IllegalStateException if the cluster does not answer, or does not let its dead letters be read
     */
    public void read(Tail tail, LongConsumer progress) {
        learned.look();
        try (KafkaConsumer<byte[], byte[]> consumer = properties.newConsumer(properties.reader("synfire-tail"))) {
            Map<TopicPartition, Long> ends = begin(consumer, tail.afterMs());
            long records = 0;
            long deadline = System.nanoTime() + ANSWER_NANOS_MAX;
            while (!isOver(consumer, ends)) {
                ConsumerRecords<byte[], byte[]> polled = consumer.poll(POLL);
                if (!polled.nextOffsets().isEmpty()) {
                    deadline = System.nanoTime() + ANSWER_NANOS_MAX;
                } else if (System.nanoTime() > deadline) {
                    throw new IllegalStateException("the cluster does not hand out records: topic=" + topic);
                }
                for (ConsumerRecord<byte[], byte[]> record : polled) {
                    take(record, tail);
                    progress.accept(++records);
                }
            }
        } catch (KafkaException e) {
            throw new IllegalStateException("the topic cannot be read: topic=" + topic + ": " + e.getMessage(), e);
        }
    }

    /**
     * What may make a record that was refused look like one that was learned: what a clock has refused is not known any more. To be asked
     * after {@link #read}.
     *
     * @param deadLetters how many records the memories have rejected
     * @return empty if all of it is known
     */
    public Optional<String> doubt(long deadLetters) {
        return learned.doubt(deadLetters);
    }

    /** Seeks; returns where each partition ends that holds anything to read. */
    private Map<TopicPartition, Long> begin(KafkaConsumer<byte[], byte[]> consumer, long afterMs) {
        List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                .map(partition -> new TopicPartition(topic, partition.partition()))
                .toList();
        Map<TopicPartition, Long> asked = new HashMap<>();
        partitions.forEach(partition -> asked.put(partition, Math.max(0, afterMs - settings.maxAheadMs())));
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        Map<TopicPartition, Long> begins = new HashMap<>();
        consumer.offsetsForTimes(asked).forEach((partition, found) -> {
            // Null where no record is that late.
            if (found != null) {
                begins.put(partition, found.offset());
            }
        });
        consumer.assign(begins.keySet());
        begins.forEach(consumer::seek);
        Map<TopicPartition, Long> left = new HashMap<>();
        begins.keySet().forEach(partition -> left.put(partition, ends.getOrDefault(partition, 0L)));
        return left;
    }

    private static boolean isOver(KafkaConsumer<byte[], byte[]> consumer, Map<TopicPartition, Long> ends) {
        ends.entrySet().removeIf(end -> {
            boolean isOver = consumer.position(end.getKey()) >= end.getValue();
            if (isOver) {
                consumer.pause(List.of(end.getKey()));
            }
            return isOver;
        });
        return ends.isEmpty();
    }

    private void take(ConsumerRecord<byte[], byte[]> record, Tail tail) {
        if (learned.isPassedOver(record)) {
            return;
        }
        try {
            tail.take(learned.entry(record));
        } catch (MalformedRecordException e) {
            // A dead letter: nobody learns of it.
            return;
        }
    }
}
