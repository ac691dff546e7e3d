package io.synfire.ingest.kafka;

import io.synfire.ingest.kafka.EpisodeProducer.Appended;
import io.synfire.ingest.kafka.EpisodeProducer.Outgoing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Appends records in transactions, one at a time. One thread at a time. */
final class TransactionalProducer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TransactionalProducer.class);

    private final String topic;
    private final KafkaProducer<byte[], byte[]> producer;
    private final RecordSizes sizes;
    private boolean isUsable = true;

    /**
     * Asks the cluster whether it takes transactions.
     *
     * @throws KafkaException if it does not, or does not answer
     */
    TransactionalProducer(ClientProperties properties, String topic, RecordSizes sizes) {
        this.topic = topic;
        this.sizes = sizes;
        this.producer = new KafkaProducer<>(properties.transactional(
                "synfire-transactions", UUID.randomUUID().toString()));
        try {
            producer.initTransactions();
        } catch (KafkaException e) {
            producer.close(Duration.ZERO);
            throw e;
        }
    }

    /** Whether it may be used again. */
    boolean isUsable() {
        return isUsable;
    }

    Appended append(List<Outgoing> records) {
        List<Future<RecordMetadata>> sent = new ArrayList<>(records.size());
        try {
            producer.beginTransaction();
            for (Outgoing record : records) {
                send(record, sent);
            }
            producer.flush();
        } catch (KafkaException e) {
            throw failed(sent, records, e);
        } catch (Error e) {
            isUsable = false;
            throw e;
        }
        if (sent.stream().anyMatch(TransactionalProducer::hasFailed)) {
            throw failed(sent, records, null);
        }
        commit();
        return EpisodeProducer.appended(topic, sent);
    }

    private void send(Outgoing record, List<Future<RecordMetadata>> sent) {
        boolean isAlone = sizes.isLarge(record);
        if (isAlone) {
            producer.flush();
        }
        sent.add(producer.send(record.to(topic, producer)));
        if (isAlone) {
            producer.flush();
        }
    }

    private void commit() {
        try {
            producer.commitTransaction();
        } catch (TimeoutException | InterruptException e) {
            isUsable = false;
            LOG.warn("a transaction was not seen to be committed: topic={}", topic, e);
            throw new IllegalStateException(
                    "the cluster does not say whether it took the episodes: it took all of them, or none: topic="
                            + topic,
                    e);
        } catch (KafkaException e) {
            throw failed(List.of(), List.of(), e);
        }
    }

    /** Takes back what was sent, and says why. */
    private RuntimeException failed(
            List<Future<RecordMetadata>> sent, List<Outgoing> records, @Nullable KafkaException thrown) {
        try {
            producer.abortTransaction();
        } catch (KafkaException e) {
            // The cluster aborts it by itself, since nobody goes on with it.
            isUsable = false;
            LOG.warn("a transaction was not seen to be aborted: topic={}: {}", topic, Causes.words(e));
        }
        Throwable cause = thrown;
        for (int i = 0; i < sent.size(); i++) {
            Throwable failure = failure(sent.get(i));
            if (failure instanceof RecordTooLargeException) {
                return EpisodeProducer.tooLarge(topic, i, records.get(i).bytes());
            }
            cause = cause == null ? failure : cause;
        }
        return EpisodeProducer.notTaken(topic, cause);
    }

    private static boolean hasFailed(Future<RecordMetadata> sent) {
        return failure(sent) != null;
    }

    /** Why one that was flushed was not taken, or null. */
    private static @Nullable Throwable failure(Future<RecordMetadata> sent) {
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
    public void close() {
        producer.close(isUsable ? AtomicProducer.CLOSE_MAX : Duration.ZERO);
    }
}
