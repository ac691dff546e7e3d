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

/** A producer that sends what belongs together, so that nobody else's records are in a batch with that. One thread at a time. */
abstract class ExclusiveProducer implements AutoCloseable {

    /** How long closing a client may take: what it had was seen to be there, or will not be waited for. */
    private static final Duration CLOSE_MAX = Duration.ofSeconds(5);

    final String topic;
    final KafkaProducer<byte[], byte[]> producer;
    private boolean isUsable = true;

    ExclusiveProducer(ClientProperties clients, Map<String, Object> properties, String topic) {
        this.topic = topic;
        this.producer = clients.newProducer(properties);
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
        private final List<Future<RecordMetadata>> sent = new ArrayList<>();

        void send(ProducerRecord<byte[], byte[]> record) {
            sent.add(producer.send(record));
        }

        List<Future<RecordMetadata>> sent() {
            return sent;
        }

        /** Where all are, once they were taken. */
        List<RecordMetadata> there() {
            List<RecordMetadata> there = new ArrayList<>();
            for (Future<RecordMetadata> one : sent) {
                try {
                    there.add(one.get());
                } catch (ExecutionException e) {
                    throw new IllegalStateException("a record is not where it was said to be: topic=" + topic, e);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IllegalStateException("interrupted after records were appended: topic=" + topic, e);
                }
            }
            return there;
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

        /** The refusal of the first that is too large, or null; {@code records} is what was sent. */
        @Nullable
        IllegalArgumentException tooLarge(List<Outgoing> records) {
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
