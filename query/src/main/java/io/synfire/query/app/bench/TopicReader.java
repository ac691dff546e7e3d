package io.synfire.query.app.bench;

import io.synfire.engine.event.Episode;
import io.synfire.ingest.codec.JsonEpisodeCodec;
import io.synfire.ingest.codec.MalformedRecordException;
import io.synfire.ingest.codec.Origin;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads a topic from its beginning to its end and decodes each record, by a consumer with the learner's properties and the learner's codec, on
 * the caller's thread.
 */
final class TopicReader implements AutoCloseable {

    /** Hears what is read. */
    interface Sink {

        /**
         * One record.
         *
         * @param episode what it says
         * @return whether to go on
         * @throws IOException if it cannot be passed on
         */
        boolean take(Episode episode) throws IOException;

        /**
         * All records of a poll were taken.
         *
         * @param baskets how many were read so far
         */
        void polled(long baskets);
    }

    private static final Duration POLL = Duration.ofMillis(200);

    /** A basket says itself when it was. */
    private static final Origin NOTHING_ELSE = Origin.at(0);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final JsonEpisodeCodec codec = new JsonEpisodeCodec();
    private final Map<TopicPartition, Long> end;

    TopicReader(BenchTopic topic) {
        consumer = new KafkaConsumer<>(topic.client().consumer());
        List<TopicPartition> partitions = consumer.partitionsFor(topic.name()).stream()
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.beginningOffsets(partitions).forEach(consumer::seek);
        end = consumer.endOffsets(partitions);
    }

    /** Reads until the end, or until the sink has enough. */
    void read(Sink sink) throws IOException {
        long baskets = 0;
        while (!isAtEnd()) {
            ConsumerRecords<byte[], byte[]> polled = consumer.poll(POLL);
            for (ConsumerRecord<byte[], byte[]> record : polled) {
                if (!sink.take(decode(codec, record.value()))) {
                    return;
                }
            }
            baskets += polled.count();
            sink.polled(baskets);
        }
    }

    @Override
    public void close() {
        consumer.close();
    }

    private boolean isAtEnd() {
        return end.entrySet().stream()
                .allMatch(partition -> consumer.position(partition.getKey()) >= partition.getValue());
    }

    /** A record of the workload, which is always an episode. */
    static Episode decode(JsonEpisodeCodec codec, byte[] json) {
        try {
            if (codec.decode(json, NOTHING_ELSE) instanceof Episode episode) {
                return episode;
            }
        } catch (MalformedRecordException e) {
            throw new IllegalStateException("the workload must be episodes: " + e.getMessage(), e);
        }
        throw new IllegalStateException("the workload must be episodes: found=command");
    }
}
