package io.synfire.ingest.kafka;

import io.synfire.ingest.kafka.EpisodeProducer.Appended;
import io.synfire.ingest.kafka.EpisodeProducer.Outgoing;
import java.util.List;
import org.apache.kafka.common.KafkaException;

/** Appends the records of one request in a transaction. One thread at a time. */
final class RequestProducer extends TransactionalProducer {

    private final RecordSizes sizes;

    /**
     * Asks the cluster whether it takes transactions, and ends the one that may be open under the same id.
     *
     * @throws KafkaException if it does not, or does not answer
     */
    RequestProducer(ClientProperties properties, String topic, String id, RecordSizes sizes) {
        super(properties, properties.transactional("synfire-transactions", id), topic);
        this.sizes = sizes;
        init();
    }

    Appended append(List<Outgoing> records) {
        Sending sending = new Sending();
        Failure failure = transact(sending, sends -> records.forEach(record -> send(sends, record)));
        if (failure == null) {
            return EpisodeProducer.appended(topic, sending.sent());
        }
        IllegalArgumentException tooLarge = sending.tooLarge(records);
        if (tooLarge != null) {
            throw tooLarge;
        }
        throw failure.isUnseen()
                ? EpisodeProducer.notSeen(topic, failure.cause())
                : EpisodeProducer.notTaken(topic, failure.cause());
    }

    private void send(Sending sending, Outgoing record) {
        boolean isAlone = sizes.isLarge(record);
        if (isAlone) {
            producer.flush();
        }
        sending.send(record.to(topic, producer));
        if (isAlone) {
            producer.flush();
        }
    }
}
