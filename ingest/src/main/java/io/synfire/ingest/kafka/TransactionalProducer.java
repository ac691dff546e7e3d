package io.synfire.ingest.kafka;

import io.synfire.ingest.kafka.EpisodeProducer.Appended;
import io.synfire.ingest.kafka.EpisodeProducer.Outgoing;
import java.util.List;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Appends records in transactions, one at a time. One thread at a time. */
final class TransactionalProducer extends ExclusiveProducer {

    private static final Logger LOG = LoggerFactory.getLogger(TransactionalProducer.class);

    private final RecordSizes sizes;

    /**
     * Asks the cluster whether it takes transactions, and ends the one that may be open under the same id.
     *
     * @throws KafkaException if it does not, or does not answer
     */
    TransactionalProducer(ClientProperties properties, String topic, String id, RecordSizes sizes) {
        super(properties.transactional("synfire-transactions", id), topic);
        this.sizes = sizes;
        try {
            producer.initTransactions();
        } catch (KafkaException e) {
            giveUp();
            close();
            throw e;
        }
    }

    Appended append(List<Outgoing> records) {
        Sending sending = new Sending();
        try {
            producer.beginTransaction();
            for (Outgoing record : records) {
                boolean isAlone = sizes.isLarge(record);
                if (isAlone) {
                    producer.flush();
                }
                sending.send(record, record.to(topic, producer));
                if (isAlone) {
                    producer.flush();
                }
            }
            producer.flush();
        } catch (KafkaException e) {
            throw failed(sending, e);
        } catch (Error e) {
            giveUp();
            throw e;
        }
        if (sending.hasFailed()) {
            throw failed(sending, null);
        }
        commit();
        return EpisodeProducer.appended(topic, sending.sent());
    }

    private void commit() {
        try {
            producer.commitTransaction();
        } catch (TimeoutException | InterruptException e) {
            giveUp();
            throw EpisodeProducer.notSeen(topic, e);
        } catch (KafkaException e) {
            throw failed(new Sending(), e);
        }
    }

    /** Takes back what was sent, and says why. */
    private RuntimeException failed(Sending sending, @Nullable KafkaException thrown) {
        Throwable cause = thrown == null ? sending.failure() : thrown;
        if (cause instanceof TimeoutException || cause instanceof InterruptException) {
            // Who waited once is not to wait again. The next with this id ends it, or the cluster does by itself.
            giveUp();
        } else {
            abort();
        }
        IllegalArgumentException tooLarge = sending.tooLarge();
        return tooLarge == null ? EpisodeProducer.notTaken(topic, cause) : tooLarge;
    }

    private void abort() {
        try {
            producer.abortTransaction();
        } catch (KafkaException e) {
            giveUp();
            LOG.warn("a transaction was not seen to be aborted: topic={}: {}", topic, Causes.words(e));
        }
    }
}
