package io.synfire.ingest.kafka;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import io.synfire.ingest.codec.MalformedRecordException;
import io.synfire.ingest.codec.MalformedRecordException.Reason;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * Where records go that cannot be learned: key, value and headers byte for byte, and headers that say where it was and why, named as
 * in KIP-1034. Of a record that is larger than what may be kept, the beginning is kept, and the header {@value #TRUNCATED} says how
 * large it was; all of it is where topic, partition and offset say, for as long as the log keeps it. One thread at a time.
 */
final class DeadLetters implements Rejecting, AutoCloseable {

    static final String EXCEPTION = "__streams.errors.exception";
    static final String MESSAGE = "__streams.errors.message";
    static final String TOPIC = "__streams.errors.topic";
    static final String PARTITION = "__streams.errors.partition";
    static final String OFFSET = "__streams.errors.offset";

    /** The kind of rule that the record breaks, as meters name it. */
    static final String REASON = "__synfire.reason";

    /** The id of the topic that the record was in: another of its name may come after it. */
    static final String TOPIC_ID = "__synfire.topic-id";

    /** The id of the store of the memory that did not learn the record; only where it has one. */
    static final String MEMORY = "__synfire.memory";

    /** What the clock said that refused the record; only where one did. {@link Refusals} reads it. */
    static final String CLOCK = "__synfire.clock";

    /** {@code key=BYTES value=BYTES}, the sizes before anything was cut off; only where something was. */
    static final String TRUNCATED = "__synfire.truncated";

    private static final Duration CLOSE_MAX = Duration.ofSeconds(5);

    private final String topic;
    private final String topicId;
    private final String memoryId;
    private final int bytesMax;
    private final KafkaProducer<byte[], byte[]> producer;
    private final KafkaClientMetrics metrics;
    private final List<Sent> sent = new ArrayList<>();
    private final MeterRegistry meters;

    /** A dead letter on its way. */
    private record Sent(String topic, int partition, long offset, Future<RecordMetadata> done) {}

    /**
     * Dead letters.
     *
     * @param topic where they go
     * @param topicId the id of the topic whose records they are
     * @param memoryId the id of the store of the memory that does not learn them, or empty
     * @param bytesMax a larger record is cut off
     */
    DeadLetters(
            ClientProperties properties,
            String topic,
            String topicId,
            String memoryId,
            int bytesMax,
            MeterRegistry meters) {
        this.memoryId = memoryId;
        this.topic = topic;
        this.topicId = topicId;
        this.bytesMax = bytesMax;
        this.producer = properties.newProducer(properties.producer("synfire-dead-letters", bytesMax));
        this.metrics = new KafkaClientMetrics(producer);
        metrics.bindTo(meters);
        this.meters = meters;
        // All of them, so that none begins with a jump.
        for (Reason reason : Reason.values()) {
            counter(reason);
        }
    }

    @Override
    public void send(ConsumerRecord<byte[], ByteBuffer> record, MalformedRecordException reason) {
        Headers headers = new RecordHeaders(record.headers().toArray());
        add(headers, EXCEPTION, reason.getClass().getName());
        add(headers, MESSAGE, String.valueOf(reason.getMessage()));
        add(headers, TOPIC, record.topic());
        add(headers, PARTITION, Integer.toString(record.partition()));
        add(headers, OFFSET, Long.toString(record.offset()));
        add(headers, REASON, reason.reason().tag());
        add(headers, TOPIC_ID, topicId);
        // Always: a record that was a dead letter before and was sent again has headers of that time.
        add(headers, MEMORY, memoryId);
        if (reason instanceof RefusedByClockException refused) {
            add(headers, CLOCK, Instant.ofEpochMilli(refused.clockMs()).toString());
        }
        byte[] key = record.key();
        int keyBytes = key == null ? 0 : key.length;
        int valueBytes = record.value() == null ? 0 : record.value().remaining();
        boolean isTooLarge = (long) keyBytes + valueBytes > bytesMax;
        if (isTooLarge) {
            add(headers, TRUNCATED, "key=" + keyBytes + " value=" + valueBytes);
            key = key == null ? null : Arrays.copyOf(key, Math.min(keyBytes, FaultPolicy.KEPT_BYTES));
        }
        byte[] value = bytes(record.value(), isTooLarge ? FaultPolicy.KEPT_BYTES : valueBytes);
        Sent one = new Sent(
                record.topic(),
                record.partition(),
                record.offset(),
                producer.send(new ProducerRecord<>(topic, null, null, key, value, headers)));
        if (one.done().isDone()) {
            // Refused before it was sent, perhaps after a minute: the next would take as long.
            requireSafe(one);
        }
        sent.add(one);
        counter(reason.reason()).increment();
    }

    /**
     * Waits until all that was sent is safe.
     *
     * @throws IllegalStateException if one is not: then the position must not pass it
     */
    void await() throws InterruptedException {
        producer.flush();
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        sent.forEach(this::requireSafe);
        sent.clear();
    }

    @Override
    public void close() {
        metrics.close();
        // All is safe by now, or has failed.
        producer.close(CLOSE_MAX);
    }

    private void requireSafe(Sent one) {
        try {
            one.done().get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(
                    "a rejected record is not safe in the dead-letter topic, so learning stops before it: topic="
                            + one.topic() + " partition=" + one.partition() + " offset=" + one.offset()
                            + " dead-letters=" + topic + ": "
                            + Causes.words(e.getCause()),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a rejected record was made safe", e);
        }
    }

    private Counter counter(Reason reason) {
        return Counter.builder("synfire.dead.letters")
                .description("Records rejected since the start, by the kind of rule that they break")
                .tag("reason", reason.tag())
                .register(meters);
    }

    private static byte @Nullable [] bytes(@Nullable ByteBuffer buffer, int bytesMax) {
        if (buffer == null) {
            return null;
        }
        byte[] bytes = new byte[Math.min(bytesMax, buffer.remaining())];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    private static void add(Headers headers, String name, String value) {
        headers.add(name, value.getBytes(StandardCharsets.UTF_8));
    }
}
