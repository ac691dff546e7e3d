package io.synfire.ingest.kafka;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.ingest.codec.MalformedRecordException;
import java.nio.ByteBuffer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Dead letters of a rebuild that reads records first: what its clock refuses decides for ever, so it must be where all look for it. A
 * producer is made for the first of them; nearly always there is none. One thread at a time.
 */
final class ClockLetters implements Rejecting, AutoCloseable {

    private final ClientProperties properties;
    private final String topic;
    private final String topicId;
    private final String memoryId;
    private @Nullable DeadLetters letters;

    ClockLetters(ClientProperties properties, String topic, String topicId, String memoryId) {
        this.memoryId = memoryId;
        this.properties = properties;
        this.topic = topic;
        this.topicId = topicId;
    }

    @Override
    public void send(ConsumerRecord<byte[], ByteBuffer> record, MalformedRecordException reason) {
        if (letters == null) {
            letters = new DeadLetters(
                    properties,
                    topic,
                    topicId,
                    memoryId,
                    FaultPolicy.defaultDeadLetterBytesMax(),
                    new SimpleMeterRegistry());
        }
        letters.send(record, reason);
    }

    /**
     * Waits until all that was sent is safe.
     *
     * @throws IllegalStateException if one is not: then the position must not pass it
     */
    void await() throws InterruptedException {
        if (letters != null) {
            letters.await();
        }
    }

    @Override
    public void close() {
        if (letters != null) {
            letters.close();
        }
    }
}
