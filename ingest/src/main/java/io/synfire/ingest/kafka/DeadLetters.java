package io.synfire.ingest.kafka;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * Where records go that cannot be learned: key, value and headers byte for byte, and headers that say where it was and why, named as
 * in KIP-1034. One thread at a time.
 */
final class DeadLetters implements Rejecting, AutoCloseable {

    static final String EXCEPTION = "__streams.errors.exception";
    static final String MESSAGE = "__streams.errors.message";
    static final String TOPIC = "__streams.errors.topic";
    static final String PARTITION = "__streams.errors.partition";
    static final String OFFSET = "__streams.errors.offset";

    private final String topic;
    private final KafkaProducer<byte[], byte[]> producer;
    private final KafkaClientMetrics metrics;
    private final List<Future<RecordMetadata>> sent = new ArrayList<>();

    DeadLetters(ClientProperties properties, String topic, MeterRegistry meters) {
        this.topic = topic;
        this.producer = new KafkaProducer<>(properties.producer("synfire-dead-letters"));
        this.metrics = new KafkaClientMetrics(producer);
        metrics.bindTo(meters);
    }

    @Override
    public void send(ConsumerRecord<byte[], byte[]> record, Exception reason) {
        Headers headers = new RecordHeaders(record.headers().toArray());
        add(headers, EXCEPTION, reason.getClass().getName());
        add(headers, MESSAGE, String.valueOf(reason.getMessage()));
        add(headers, TOPIC, record.topic());
        add(headers, PARTITION, Integer.toString(record.partition()));
        add(headers, OFFSET, Long.toString(record.offset()));
        sent.add(producer.send(new ProducerRecord<>(topic, null, null, record.key(), record.value(), headers)));
    }

    /**
     * Waits until all that was sent is safe.
     *
     * @throws IllegalStateException if one is not: then the position must not pass it
     */
    void await() throws InterruptedException {
        producer.flush();
        for (Future<RecordMetadata> future : sent) {
            try {
                future.get();
            } catch (ExecutionException e) {
                throw new IllegalStateException(
                        "a rejected record is not safe in the dead-letter topic, so learning stops before it: topic="
                                + topic + ": " + e.getCause(),
                        e);
            }
        }
        sent.clear();
    }

    @Override
    public void close() {
        metrics.close();
        producer.close();
    }

    private static void add(Headers headers, String name, String value) {
        headers.add(name, value.getBytes(StandardCharsets.UTF_8));
    }
}
