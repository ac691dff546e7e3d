package io.synfire.ingest.kafka;

import io.synfire.ingest.kafka.EpisodeProducer.Appended;
import io.synfire.ingest.kafka.EpisodeProducer.Outgoing;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Appends a few records to one partition as one batch, which a broker writes as a whole or not at all: that costs no more than one record does. A
 * client sends a batch when it is flushed, when it is full, or when {@code linger.ms} is over; here only the first happens. One thread at a time.
 *
 * <p>It also appends in several batches, for a cluster that takes no transactions.
 */
final class BatchProducer extends ExclusiveProducer {

    /** What is surely one batch, a quarter of what that may be: the client estimates what compression does to it. */
    static final int BYTES_MAX = 64 << 10;

    private static final int BATCH_BYTES = 4 * BYTES_MAX;

    /** Less than this might be over before the last record is there. */
    private static final long LINGER_MIN_MS = 1_000;

    private final AtomicInteger turns;
    private final boolean hasPartitioner;
    private final long lingerMs;

    /** The producer; {@code turns} says which partition is next for what may be in any. */
    BatchProducer(ClientProperties properties, String topic, AtomicInteger turns) {
        super(properties, properties.batching("synfire-batches", BATCH_BYTES), topic);
        this.turns = turns;
        this.hasPartitioner = properties.hasPartitioner();
        this.lingerMs = Long.parseLong(String.valueOf(
                properties.batching("synfire-batches", BATCH_BYTES).get(ProducerConfig.LINGER_MS_CONFIG)));
    }

    /**
     * Appends records of {@value #BYTES_MAX} bytes at most, and of no more than the topic takes, as one batch.
     *
     * @return where they are; empty if they belong to several partitions, so that nothing was appended
     */
    Optional<Appended> appendBatch(List<Outgoing> records) {
        OptionalInt partition = partition(records);
        return partition.isEmpty() ? Optional.empty() : Optional.of(append(records, partition));
    }

    /** Appends records in as many batches as it takes. If the cluster does not take one, others may be there. */
    Appended append(List<Outgoing> records) {
        return append(records, OptionalInt.empty());
    }

    /** The one that all belong to. */
    private OptionalInt partition(List<Outgoing> records) {
        if (hasPartitioner || lingerMs < LINGER_MIN_MS) {
            return OptionalInt.empty();
        }
        int partitions = partitions();
        Set<Integer> bound = new HashSet<>();
        for (Outgoing record : records) {
            record.partition(partitions).ifPresent(bound::add);
        }
        if (bound.size() > 1) {
            return OptionalInt.empty();
        }
        return OptionalInt.of(
                bound.isEmpty()
                        ? Math.floorMod(turns.getAndIncrement(), partitions)
                        : bound.iterator().next());
    }

    private int partitions() {
        try {
            return producer.partitionsFor(topic).size();
        } catch (KafkaException e) {
            giveUp();
            throw EpisodeProducer.notTaken(topic, e);
        }
    }

    private Appended append(List<Outgoing> records, OptionalInt partition) {
        Sending sending = new Sending();
        KafkaException thrown = null;
        boolean isWhole = records.size() == 1;
        try {
            long start = System.nanoTime();
            for (Outgoing record : records) {
                sending.send(
                        partition.isEmpty()
                                ? record.to(topic, producer)
                                : new ProducerRecord<>(topic, partition.getAsInt(), record.key(), record.json()));
            }
            // A thread that stood still for longer may find that the client has sent what it had.
            isWhole |= partition.isPresent() && System.nanoTime() - start < TimeUnit.MILLISECONDS.toNanos(lingerMs);
            producer.flush();
        } catch (KafkaException e) {
            thrown = e;
        } catch (RuntimeException | Error e) {
            giveUp();
            throw e;
        }
        Throwable cause = thrown == null ? sending.failure() : thrown;
        if (cause == null) {
            return EpisodeProducer.appended(topic, sending.sent());
        }
        giveUp();
        throw failed(sending.tooLarge(records), cause, isWhole);
    }

    private RuntimeException failed(@Nullable IllegalArgumentException tooLarge, Throwable cause, boolean isWhole) {
        if (!isWhole) {
            return new IllegalStateException(
                    "the cluster did not take all of the episodes, some may be there: give them an eventId and try again:"
                            + " topic=" + topic,
                    cause);
        }
        if (tooLarge != null) {
            return tooLarge;
        }
        return cause instanceof TimeoutException || cause instanceof InterruptException
                ? EpisodeProducer.notSeen(topic, cause)
                : EpisodeProducer.notTaken(topic, cause);
    }
}
