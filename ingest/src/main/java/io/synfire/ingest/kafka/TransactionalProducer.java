package io.synfire.ingest.kafka;

import java.util.Map;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A producer that runs transactions, one at a time: what is sent in one is there as a whole, or never was. One thread at a time. */
abstract class TransactionalProducer extends ExclusiveProducer {

    private static final Logger LOG = LoggerFactory.getLogger(TransactionalProducer.class);

    TransactionalProducer(ClientProperties clients, Map<String, Object> properties, String topic) {
        super(clients, properties, topic);
    }

    /** Why a transaction was not committed, or, where that was not seen, may not have been. */
    record Failure(Throwable cause, boolean isUnseen) {}

    /** What sends the records of a transaction. */
    interface Work {
        void send(Sending sending);
    }

    /**
     * Asks the cluster whether it takes transactions, and ends the one that may be open under the same id.
     *
     * @throws KafkaException if it does not, or does not answer; this is closed then
     */
    final void init() {
        try {
            producer.initTransactions();
        } catch (KafkaException e) {
            giveUp();
            close();
            throw e;
        }
    }

    /**
     * Sends records and commits them.
     *
     * @return null if they are committed
     */
    final @Nullable Failure transact(Sending sending, Work work) {
        try {
            producer.beginTransaction();
            work.send(sending);
            producer.flush();
        } catch (KafkaException e) {
            return takenBack(e);
        } catch (RuntimeException | Error e) {
            giveUp();
            throw e;
        }
        Throwable refusal = sending.failure();
        return refusal == null ? committed() : takenBack(refusal);
    }

    private @Nullable Failure committed() {
        try {
            producer.commitTransaction();
            return null;
        } catch (TimeoutException | InterruptException e) {
            giveUp();
            return new Failure(e, true);
        } catch (KafkaException e) {
            return takenBack(e);
        }
    }

    private Failure takenBack(Throwable cause) {
        if (cause instanceof TimeoutException || cause instanceof InterruptException) {
            // Who waited once is not to wait again. The next with this id ends it, or the cluster does by itself.
            giveUp();
            return new Failure(cause, false);
        }
        try {
            producer.abortTransaction();
        } catch (ProducerFencedException | InvalidProducerEpochException e) {
            // Who has the id now has ended it.
            giveUp();
        } catch (KafkaException e) {
            giveUp();
            LOG.warn("a transaction was not seen to be aborted: topic={}: {}", topic, Causes.words(e));
        }
        return new Failure(cause, false);
    }
}
