package io.synfire.ingest.kafka;

import io.synfire.ingest.kafka.EpisodeProducer.Outgoing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jspecify.annotations.Nullable;

/** A producer that sends the records of one request at a time, so that no other's are in a batch with them. One thread at a time. */
abstract class ExclusiveProducer implements AutoCloseable {

    /** How long closing a client may take: what it had was seen to be there, or will not be waited for. */
    private static final Duration CLOSE_MAX = Duration.ofSeconds(5);

    final String topic;
    final KafkaProducer<byte[], byte[]> producer;
    private boolean isUsable = true;

    ExclusiveProducer(Map<String, Object> properties, String topic) {
        this.topic = topic;
        this.producer = new KafkaProducer<>(properties);
    }

    /** Whether it may be used again. */
    final boolean isUsable() {
        return isUsable;
    }

    final void giveUp() {
        isUsable = false;
    }

    /** Records on their way, in their order. */
    final class Sending {
        private final List<Outgoing> records = new ArrayList<>();
        private final List<Future<RecordMetadata>> sent = new ArrayList<>();

        void send(Outgoing record, ProducerRecord<byte[], byte[]> as) {
            records.add(record);
            sent.add(producer.send(as));
        }

        List<Future<RecordMetadata>> sent() {
            return sent;
        }

        /** Whether one of those that are done was not taken. */
        boolean hasFailed() {
            return sent.stream().anyMatch(one -> refusal(one) != null);
        }

        /** The first reason, or null. */
        @Nullable
        Throwable failure() {
            return sent.stream()
                    .map(ExclusiveProducer::refusal)
                    .filter(failure -> failure != null)
                    .findFirst()
                    .orElse(null);
        }

        /** The refusal of the first that is too large, or null. */
        @Nullable
        IllegalArgumentException tooLarge() {
            for (int i = 0; i < sent.size(); i++) {
                if (refusal(sent.get(i)) instanceof RecordTooLargeException) {
                    return EpisodeProducer.tooLarge(topic, i, records.get(i).bytes());
                }
            }
            return null;
        }
    }

    /** Why one was not taken; null if it was, or that is not known yet. */
    private static @Nullable Throwable refusal(Future<RecordMetadata> sent) {
        try {
            if (sent.isDone()) {
                sent.get();
            }
            return null;
        } catch (ExecutionException e) {
            return e.getCause();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return e;
        }
    }

    @Override
    public final void close() {
        try {
            producer.close(isUsable ? CLOSE_MAX : Duration.ZERO);
        } catch (KafkaException e) {
            // Its thread ends by itself; nothing was left to be sent.
            return;
        }
    }
}
