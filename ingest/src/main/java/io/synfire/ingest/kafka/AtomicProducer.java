package io.synfire.ingest.kafka;

import io.synfire.ingest.kafka.EpisodeProducer.Appended;
import io.synfire.ingest.kafka.EpisodeProducer.Outgoing;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Appends records all or none, whatever happens: several go in one transaction, which learners see as a whole or not at all, since they read what is
 * committed. One alone needs none. Thread-safe.
 *
 * <p>A transaction costs some ten milliseconds, whatever its size, and a producer runs one at a time, so that there are a few of them, made when they
 * are needed. Their transactional ids are new in each process, so that processes never get in each other's way; what a process leaves open when
 * it is killed, the cluster aborts after half a minute, and until then learners do not see what comes behind it.
 *
 * <p>In any case records are held against what the topic takes before the first is sent. Where the cluster takes no transactions (its ACLs may forbid
 * them, or it has no replicas for them) there is nothing more, and that is logged: all or none holds unless the cluster fails in between.
 */
public final class AtomicProducer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(AtomicProducer.class);

    /** How long closing a client may take: whatever it has was committed, or will be aborted. */
    static final Duration CLOSE_MAX = Duration.ofSeconds(5);

    /** So long it is not asked again whether the cluster takes transactions, once it did not. */
    private static final long REFUSED_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final ClientProperties properties;
    private final String topic;
    private final EpisodeProducer single;
    private final RecordSizes sizes;
    private final Semaphore places;
    private final Deque<TransactionalProducer> idle = new ArrayDeque<>();
    private long refusedNanos;
    private boolean isRefused;
    private boolean isClosed;

    /**
     * A producer.
     *
     * @param properties how to reach the cluster
     * @param topic the topic of episodes
     * @param single appends what needs no transaction; it is not closed by this
     * @param transactionsMax how many transactions run at a time, at least 1: each may keep 17 MiB once it had much to send
     */
    public AtomicProducer(ClientProperties properties, String topic, EpisodeProducer single, int transactionsMax) {
        this.properties = properties;
        this.topic = topic;
        this.single = single;
        this.sizes = new RecordSizes(properties, topic);
        this.places = new Semaphore(transactionsMax, true);
    }

    /**
     * Appends records in their order and waits until all replicas have them.
     *
     * @param records at least one
     * @return where they are
     * @throws IllegalArgumentException if one is larger than the topic takes; none is appended
     * @throws IllegalStateException if the cluster does not answer or refuses one; none is appended, or all are
     */
    public Appended append(List<Outgoing> records) {
        boolean mayBeTooLarge = sizes.check(records);
        if (records.size() == 1 && !mayBeTooLarge) {
            return single.append(records);
        }
        boolean hasPlace = false;
        try {
            places.acquire();
            hasPlace = true;
            TransactionalProducer producer = taken();
            return producer == null ? single.append(records) : append(producer, records);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted before episodes were appended", e);
        } finally {
            if (hasPlace) {
                places.release();
            }
        }
    }

    private Appended append(TransactionalProducer producer, List<Outgoing> records) {
        try {
            return producer.append(records);
        } finally {
            giveBack(producer);
        }
    }

    private void giveBack(TransactionalProducer producer) {
        boolean isKept;
        synchronized (this) {
            isKept = producer.isUsable() && !isClosed;
            if (isKept) {
                idle.push(producer);
            }
        }
        if (!isKept) {
            producer.close();
        }
    }

    /** Null if the cluster takes no transactions. */
    private @Nullable TransactionalProducer taken() {
        synchronized (this) {
            TransactionalProducer producer = idle.poll();
            if (producer != null) {
                return producer;
            }
            if (isRefused && System.nanoTime() - refusedNanos < REFUSED_NANOS) {
                return null;
            }
        }
        try {
            return new TransactionalProducer(properties, topic, sizes);
        } catch (KafkaException e) {
            LOG.warn(
                    "the cluster takes no transactions, so if it fails while it takes the records of one request, some of them may"
                            + " be there: topic={}: {}",
                    topic,
                    Causes.words(e));
            synchronized (this) {
                isRefused = true;
                refusedNanos = System.nanoTime();
            }
            return null;
        }
    }

    /** Closes what is idle; what is under way is closed when it is done. Idempotent. */
    @Override
    public void close() {
        List<TransactionalProducer> closing;
        synchronized (this) {
            isClosed = true;
            closing = List.copyOf(idle);
            idle.clear();
        }
        closing.forEach(TransactionalProducer::close);
    }
}
