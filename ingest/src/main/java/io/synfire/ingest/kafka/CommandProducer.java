package io.synfire.ingest.kafka;

import io.synfire.ingest.forget.ForgetReceipt.Appended;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.jspecify.annotations.Nullable;

/**
 * Appends commands to a topic, in transactions: all of one or none. There is one at a time for each topic in the cluster. Who begins ends
 * the one before, whose transaction then never happened; so whoever reads the log after this was made, and appends by it what follows from
 * it, is not overtaken by another who does the same. One thread at a time.
 */
final class CommandProducer extends TransactionalProducer {

    private final String id;

    /** A command to append. */
    static final class Outgoing {
        final String topic;
        final int partition;
        final long timestampMs;
        final @Nullable String key;
        final byte[] json;
        final String eventId;

        Outgoing(String topic, int partition, long timestampMs, @Nullable String key, byte[] json, String eventId) {
            this.topic = topic;
            this.partition = partition;
            this.timestampMs = timestampMs;
            this.key = key;
            this.json = json;
            this.eventId = eventId;
        }
    }

    /**
     * Begins, and ends the one before.
     *
     * @throws SilentClusterException if the cluster does not answer
     * @throws IllegalStateException if it refuses transactions
     */
    CommandProducer(ClientProperties properties, String topic, Duration silenceMax) {
        super(properties, properties(properties, topic, silenceMax), topic);
        this.id = id(topic);
        try {
            init();
        } catch (KafkaException e) {
            throw failed(e);
        }
    }

    private static String id(String topic) {
        return "synfire-forget-" + topic;
    }

    private static Map<String, Object> properties(ClientProperties properties, String topic, Duration silenceMax) {
        Map<String, Object> given = properties.producer("synfire-forget");
        // A context may be long; what counts for a broker's limit is the compressed size.
        given.putIfAbsent(ProducerConfig.COMPRESSION_TYPE_CONFIG, "zstd");
        given.putIfAbsent(ProducerConfig.MAX_BLOCK_MS_CONFIG, Long.toString(silenceMax.toMillis()));
        // Each by itself: a record is made as large as the topic takes, so several together would be too large.
        given.put(ProducerConfig.BATCH_SIZE_CONFIG, "1");
        given.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, "1");
        given.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, id(topic));
        return given;
    }

    /**
     * Appends all of them or none, and waits until they are committed.
     *
     * @return where they are, in their order
     * @throws IllegalStateException if none was appended, or, where the message says so, if that was not seen
     */
    List<Appended> append(List<Outgoing> commands) {
        Sending sending = new Sending();
        Failure failure = transact(sending, sends -> commands.forEach(command -> sends.send(record(command))));
        if (failure != null) {
            if (failure.isUnseen()) {
                throw new SilentClusterException(
                        "the cluster does not say whether it took what makes learners forget: all of it is there, or none; run this again:"
                                + " transactional.id=" + id,
                        failure.cause());
            }
            throw failed(failure.cause());
        }
        List<RecordMetadata> there = sending.there();
        List<Appended> appended = new ArrayList<>();
        for (int i = 0; i < commands.size(); i++) {
            RecordMetadata metadata = there.get(i);
            appended.add(new Appended(
                    "kafka:" + metadata.topic(),
                    metadata.partition(),
                    metadata.offset(),
                    commands.get(i).eventId,
                    false));
        }
        return appended;
    }

    private static ProducerRecord<byte[], byte[]> record(Outgoing command) {
        String key = command.key;
        return new ProducerRecord<>(
                command.topic,
                command.partition,
                command.timestampMs,
                key == null ? null : key.getBytes(StandardCharsets.UTF_8),
                command.json);
    }

    private IllegalStateException failed(@Nullable Throwable e) {
        Throwable cause = e;
        while (cause != null && cause.getClass().equals(KafkaException.class) && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof ProducerFencedException || cause instanceof InvalidProducerEpochException) {
            return new IllegalStateException(
                    "another forget of this topic has begun meanwhile, so nothing more was appended; when it is done,"
                            + " run this again: transactional.id=" + id,
                    e);
        }
        if (cause instanceof AuthorizationException || cause instanceof UnsupportedVersionException) {
            return new IllegalStateException(
                    "the cluster refuses what makes learners forget, which is appended in a transaction: it must allow"
                            + " Write on the topic, and Write and Describe on the transactional id:"
                            + " transactional.id=" + id + ": "
                            + cause.getMessage(),
                    e);
        }
        if (cause instanceof RecordTooLargeException) {
            return new IllegalStateException(
                    "a part of what makes learners forget is larger than a record may be, see kafka.max.request.size"
                            + " and the topic's max.message.bytes: " + cause.getMessage(),
                    e);
        }
        if (cause instanceof TimeoutException) {
            return new SilentClusterException(
                    "the cluster does not answer, or has no place for transactions: transactional.id=" + id + ": "
                            + cause.getMessage(),
                    cause);
        }
        return new IllegalStateException(
                "what makes learners forget cannot be appended: transactional.id=" + id + ": " + Causes.words(cause),
                e);
    }
}
