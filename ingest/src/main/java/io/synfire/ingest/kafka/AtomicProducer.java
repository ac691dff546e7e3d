package io.synfire.ingest.kafka;

import io.synfire.ingest.kafka.EpisodeProducer.Appended;
import io.synfire.ingest.kafka.EpisodeProducer.Outgoing;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Appends records all or none, whatever happens, by the cheapest way that holds. First they are held against what the topic takes. Then one record
 * alone is appended as it is. Several that are small and of one partition are one batch, which a broker writes as a whole. All others go in one
 * transaction, which learners see as a whole or not at all, since they read what is committed. Thread-safe.
 *
 * <p>A transaction costs some ten milliseconds, whatever its size. A batch or a transaction has a producer of its own for that time; there are a few
 * of each, made when they are needed. Transactional ids are new in each process, so that processes never get in each other's way. What a process
 * leaves open when it is killed, the cluster aborts after half a minute, and until then learners do not see what comes behind it.
 *
 * <p>A cluster may take no transactions: its ACLs may forbid them, or it has no replicas for them. That is logged. Then all or none does not hold for
 * what would need one, if the cluster fails in between; and what may be larger than the topic takes must come alone.
 */
public final class AtomicProducer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(AtomicProducer.class);

    /** So long it is not asked again whether the cluster takes transactions, once it did not. */
    private static final long REFUSED_NANOS = TimeUnit.MINUTES.toNanos(1);

    private static final String TRANSACTIONS = "__transaction_state";

    private final String topic;
    private final Topics topics;
    private final EpisodeProducer single;
    private final RecordSizes sizes;
    private final ProducerPool<BatchProducer> batches;
    private final ProducerPool<RequestProducer> transactions;
    private long refusedNanos;
    private boolean isRefused;
    private volatile boolean haveWorked;

    /**
     * A producer.
     *
     * @param properties how to reach the cluster
     * @param topic the topic of episodes
     * @param single appends records alone; it is not closed by this
     * @param atOnceMax how many transactions run at a time, and how many batches are sent, at least 1: each may keep 17 MiB once it had much to send
     */
    public AtomicProducer(ClientProperties properties, String topic, EpisodeProducer single, int atOnceMax) {
        this.topic = topic;
        this.topics = new Topics(properties);
        this.single = single;
        this.sizes = new RecordSizes(properties, topic);
        AtomicInteger turns = new AtomicInteger();
        this.batches = new ProducerPool<>(atOnceMax, slot -> new BatchProducer(properties, topic, turns));
        // One for each slot: who takes it again ends what was left open there, at once.
        String id = UUID.randomUUID().toString();
        this.transactions =
                new ProducerPool<>(atOnceMax, slot -> new RequestProducer(properties, topic, id + "-" + slot, sizes));
    }

    /**
     * Appends records in their order and waits until all replicas have them.
     *
     * @param records at least one
     * @return where they are
     * @throws IllegalArgumentException if one is larger than the topic takes; none is appended
     * @throws IllegalStateException if the cluster does not answer or refuses one; none is appended, or all are, or the message says that some
     *     may be
     */
    public Appended append(List<Outgoing> records) {
        boolean mayBeTooLarge = sizes.check(records);
        if (records.size() == 1) {
            // One that is refused must not be in a batch with those of others.
            return mayBeTooLarge ? batches.use(producer -> producer.append(records)) : single.append(records);
        }
        if (sizes.isOneBatch(records, BatchProducer.BYTES_MAX)) {
            Optional<Appended> appended = batches.use(producer -> producer.appendBatch(records));
            if (appended.isPresent()) {
                return appended.get();
            }
        }
        if (takesTransactions()) {
            try {
                Appended appended = transactions.use(producer -> producer.append(records));
                haveWorked = true;
                return appended;
            } catch (KafkaException e) {
                // It was not begun.
                requireRefused(e);
            }
        }
        if (mayBeTooLarge) {
            throw new IllegalArgumentException(
                    "a record that may be larger than the topic takes must be posted alone, since the cluster takes no transactions:"
                            + " topic=" + topic);
        }
        return batches.use(producer -> producer.append(records));
    }

    private synchronized boolean takesTransactions() {
        return !isRefused || System.nanoTime() - refusedNanos > REFUSED_NANOS;
    }

    /**
     * Who has not answered has not refused: a coordinator may be on its way to another broker. Only a cluster that could not make the topic in
     * which it keeps transactions, mostly for want of replicas, stays silent for good.
     */
    private void requireRefused(KafkaException e) {
        if (e instanceof InterruptException
                || (e instanceof TimeoutException && (haveWorked || !topics.lacks(TRANSACTIONS)))) {
            throw EpisodeProducer.notTaken(topic, e);
        }
        LOG.warn(
                "the cluster takes no transactions, so if it fails while it takes the records of one request, some of them may"
                        + " be there: topic={}: {}",
                topic,
                Causes.words(e));
        synchronized (this) {
            isRefused = true;
            refusedNanos = System.nanoTime();
        }
    }

    /** Closes what is idle; what is under way is closed when it is done. Idempotent. */
    @Override
    public void close() {
        batches.close();
        transactions.close();
    }
}
