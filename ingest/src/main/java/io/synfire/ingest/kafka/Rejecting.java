package io.synfire.ingest.kafka;

import io.synfire.ingest.codec.MalformedRecordException;
import java.nio.ByteBuffer;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Takes records that cannot be learned. One thread at a time. */
@FunctionalInterface
interface Rejecting {

    /**
     * Takes one; it may be safe only later, before the position passes it.
     *
     * @throws IllegalStateException if it is refused at once: then the position must not pass it
     */
    void send(ConsumerRecord<byte[], ByteBuffer> record, MalformedRecordException reason);
}
