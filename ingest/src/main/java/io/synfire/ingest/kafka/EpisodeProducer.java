package io.synfire.ingest.kafka;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

/**
 * Appends records to the topic of episodes, keyed by context so that one context stays in one partition. Nothing else becomes a key: a
 * learner may take keys for contexts. Thread-safe.
 */
public final class EpisodeProducer implements AutoCloseable {

    /** A record to append. */
    public static final class Outgoing {
        private final @Nullable String context;
        private final @Nullable String eventId;
        private final byte[] json;

        /**
         * A record of an event without an id.
         *
         * @param context its context, or null for none
         * @param json its value, not copied
         */
        public Outgoing(@Nullable String context, byte[] json) {
            this(context, null, json);
        }

        /**
         * A record.
         *
         * @param context its context, or null for none
         * @param eventId the id of its event, or null for none: without a context, all with one id go to one partition
         * @param json its value, not copied
         */
        public Outgoing(@Nullable String context, @Nullable String eventId, byte[] json) {
            this.context = context;
            this.eventId = eventId;
            this.json = json;
        }

        /** How large its key and value are. */
        int bytes() {
            return json.length + (context == null ? 0 : context.getBytes(StandardCharsets.UTF_8).length);
        }

        byte @Nullable [] key() {
            return context == null ? null : context.getBytes(StandardCharsets.UTF_8);
        }

        byte[] json() {
            return json;
        }

        /** As it goes to a topic. */
        ProducerRecord<byte[], byte[]> to(String topic, Producer<?, ?> producer) {
            // Where the event's id alone decides, it does so here. Else the key decides, or nothing.
            Integer partition = context == null && eventId != null
                    ? (Integer) hashed(eventId, producer.partitionsFor(topic).size())
                    : null;
            return new ProducerRecord<>(topic, partition, key(), json);
        }

        /** The partition that it belongs to, unless the client has another rule for keys; empty if that may be any. */
        OptionalInt partition(int partitions) {
            String bound = context == null ? eventId : context;
            return bound == null ? OptionalInt.empty() : OptionalInt.of(hashed(bound, partitions));
        }

        /** As Kafka's own clients do with a key. */
        private static int hashed(String key, int partitions) {
            return Utils.toPositive(Utils.murmur2(key.getBytes(StandardCharsets.UTF_8))) % partitions;
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
        this.producer = properties.newProducer(properties.appending("synfire-producer"));
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
            sent.add(producer.send(record.to(topic, producer)));
        }
        producer.flush();
        for (int i = 0; i < sent.size(); i++) {
            if (isTooLarge(sent.get(i))) {
                throw tooLarge(topic, i, records.get(i).bytes());
            }
        }
        return appended(topic, sent);
    }

    private static boolean isTooLarge(Future<RecordMetadata> sent) {
        try {
            sent.get();
            return false;
        } catch (ExecutionException e) {
            return e.getCause() instanceof RecordTooLargeException;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Where records are that were flushed. */
    static Appended appended(String topic, List<Future<RecordMetadata>> sent) {
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
            Throwable cause = e.getCause();
            throw cause instanceof TimeoutException && sent.size() == 1
                    ? notSeen(topic, cause)
                    : notTaken(topic, cause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while episodes were appended", e);
        }
    }

    static IllegalArgumentException tooLarge(String topic, int index, int bytes) {
        return new IllegalArgumentException(
                "a record must not be larger than the topic takes, see its max.message.bytes: topic=" + topic
                        + " bytes=" + bytes + " record=" + index);
    }

    /** Why is for the log: clients of Kafka say it in words of their own. */
    static IllegalStateException notTaken(String topic, @Nullable Throwable cause) {
        return new IllegalStateException("the cluster does not take episodes now, try again: topic=" + topic, cause);
    }

    /** An answer was not seen, though it may have been given. */
    static IllegalStateException notSeen(String topic, Throwable cause) {
        return new IllegalStateException(
                "the cluster does not say whether it took the episodes: all of them are there, or none; if they must not be there"
                        + " twice, try again with an eventId: topic=" + topic,
                cause);
    }

    @Override
    public void close() {
        metrics.close();
        // Who appends waits for the answer itself: what has none by now will not be waited for.
        producer.close(CLOSE_MAX);
    }
}
