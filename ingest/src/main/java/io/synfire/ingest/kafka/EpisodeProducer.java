package io.synfire.ingest.kafka;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jspecify.annotations.Nullable;

/** Appends records to the topic of episodes, keyed by context so that one context stays in one partition. Thread-safe. */
public final class EpisodeProducer implements AutoCloseable {

    /** A record to append. */
    public static final class Outgoing {
        private final @Nullable String context;
        private final byte[] json;

        /**
         * A record.
         *
         * @param context its context, or null for none
         * @param json its value, not copied
         */
        public Outgoing(@Nullable String context, byte[] json) {
            this.context = context;
            this.json = json;
        }
    }

    /**
     * Where records were appended.
     *
     * @param partition the partition of the last one
     * @param firstOffset the lowest offset in that partition
     * @param lastOffset the highest offset in that partition
     */
    public record Appended(int partition, long firstOffset, long lastOffset) {}

    private static final Duration CLOSE_MAX = Duration.ofSeconds(2);

    private final String topic;
    private final KafkaProducer<byte[], byte[]> producer;
    private final KafkaClientMetrics metrics;

    /**
     * A producer.
     *
     * @param properties how to reach the cluster
     * @param topic the topic of episodes
     * @param meters where its figures go
     * @throws SilentClusterException if no name of the cluster's servers can be resolved now
     */
    public EpisodeProducer(ClientProperties properties, String topic, MeterRegistry meters) {
        this.topic = topic;
        try {
            this.producer = new KafkaProducer<>(properties.producer("synfire-producer"));
        } catch (KafkaException e) {
            throw properties.asSilence(e);
        }
        this.metrics = new KafkaClientMetrics(producer);
        metrics.bindTo(meters);
    }

    /**
     * Appends records in their order and waits until all are acknowledged by all replicas.
     *
     * @param records at least one
     * @return where they are
     * @throws IllegalArgumentException if one is larger than the topic takes; others may be appended
     * @throws IllegalStateException if the cluster does not answer or refuses one; others may be appended
     */
    public Appended append(List<Outgoing> records) {
        List<Future<RecordMetadata>> sent = new ArrayList<>(records.size());
        for (Outgoing record : records) {
            String context = record.context;
            byte[] key = context == null ? null : context.getBytes(StandardCharsets.UTF_8);
            sent.add(producer.send(new ProducerRecord<>(topic, key, record.json)));
        }
        producer.flush();
        try {
            int partition = sent.get(sent.size() - 1).get().partition();
            long first = Long.MAX_VALUE;
            long last = -1;
            for (Future<RecordMetadata> future : sent) {
                RecordMetadata metadata = future.get();
                if (metadata.partition() == partition) {
                    first = Math.min(first, metadata.offset());
                    last = Math.max(last, metadata.offset());
                }
            }
            return new Appended(partition, first, last);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RecordTooLargeException) {
                throw new IllegalArgumentException(
                        "a record must not be larger than the topic takes, see its max.message.bytes: topic=" + topic,
                        e);
            }
            throw new IllegalStateException("episodes cannot be appended: topic=" + topic + ": " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while episodes were appended", e);
        }
    }

    @Override
    public void close() {
        metrics.close();
        // Who appends waits for the answer itself: what has none by now will not be waited for.
        producer.close(CLOSE_MAX);
    }
}
