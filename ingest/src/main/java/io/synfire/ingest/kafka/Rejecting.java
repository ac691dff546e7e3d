package io.synfire.ingest.kafka;

import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Takes records that cannot be learned. One thread at a time. */
@FunctionalInterface
interface Rejecting {

    /** Takes one; it may be safe only later, before the position passes it. */
    void send(ConsumerRecord<byte[], byte[]> record, Exception reason);
}
