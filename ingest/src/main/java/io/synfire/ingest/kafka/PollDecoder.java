package io.synfire.ingest.kafka;

import io.synfire.engine.Engine;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Forget;
import io.synfire.engine.event.PassedOver;
import io.synfire.engine.event.PassedOver.Why;
import io.synfire.ingest.codec.MalformedRecordException;
import io.synfire.ingest.replay.Until;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Makes batches of what one poll brought, partition by partition: short ones, each with the position behind it, so that as many are applied
 * at once as the engine has room for. On the thread that reads.
 */
final class PollDecoder {

    /**
     * A batch ends with the record that brings it to so many ordered pairs, as a hundred small baskets make: those with what contexts remember
     * included, as the engine guesses them.
     */
    private static final long BATCH_PAIRS = 4_096;

    /** Or to so many entries. */
    private static final int BATCH_ENTRIES = 512;

    private final Engine engine;
    private final RecordDecoder decoder;
    private final Until until;
    private final Assignment assignment;
    private final Rejecting rejected;
    private final ForgetGate gate;

    /** What of an entry counts is up to {@code until}; nothing is learned of the rest. */
    PollDecoder(
            Engine engine,
            RecordDecoder decoder,
            Until until,
            Assignment assignment,
            Rejecting rejected,
            ForgetGate gate) {
        this.engine = engine;
        this.until = until;
        this.decoder = decoder;
        this.assignment = assignment;
        this.rejected = rejected;
        this.gate = gate;
    }

    /**
     * All records, decoded; those that are malformed are sent to the dead letters, which are yet to be awaited. What lies behind a copy of a
     * command at which a partition is held is left out: it is read again.
     */
    List<Batch> decode(ConsumerRecords<byte[], ByteBuffer> polled) {
        List<Batch> batches = new ArrayList<>();
        for (Map.Entry<TopicPartition, OffsetAndMetadata> next :
                polled.nextOffsets().entrySet()) {
            List<ConsumerRecord<byte[], ByteBuffer>> records = polled.records(next.getKey());
            assignment.requireNext(
                    next.getKey(), records.isEmpty() ? -1 : records.get(0).offset(), next.getValue());
            decode(next.getKey(), records, next.getValue(), batches);
        }
        return batches;
    }

    private void decode(
            TopicPartition partition,
            List<ConsumerRecord<byte[], ByteBuffer>> records,
            OffsetAndMetadata end,
            List<Batch> batches) {
        Gathered gathered = new Gathered(partition);
        for (ConsumerRecord<byte[], ByteBuffer> record : records) {
            try {
                Entry entry = decoder.admitted(record, record.value());
                if (gate.holdsAt(partition, entry)) {
                    batches.add(gathered.batch(at(record, 0)));
                    gate.hold(partition, (Forget) entry, at(record, 0), at(record, 1));
                    return;
                }
                gathered.add(record, entry);
            } catch (MalformedRecordException e) {
                rejected.send(record, e);
                gathered.reject(record, e);
            } catch (RuntimeException e) {
                throw new IllegalStateException(
                        "a record can neither be learned nor rejected, so learning stops before it: topic="
                                + partition.topic() + " partition=" + partition.partition() + " offset="
                                + record.offset() + ": " + Causes.words(e),
                        e);
            }
            if (gathered.isFull()) {
                batches.add(gathered.batch(at(record, 1)));
                gathered = new Gathered(partition);
            }
        }
        // The end may lie behind the last record: markers of transactions have offsets, too.
        batches.add(gathered.batch(end));
    }

    /** A batch that is not whole yet. */
    private final class Gathered {
        private final TopicPartition partition;
        private final List<Entry> entries = new ArrayList<>();
        private final List<PassedOver> passedOver = new ArrayList<>();
        private long pairs;
        private long deadLetters;
        private long sourceMs = Batch.SOURCE_UNKNOWN;

        Gathered(TopicPartition partition) {
            this.partition = partition;
        }

        void add(ConsumerRecord<byte[], ByteBuffer> record, Entry entry) {
            // The sources are the same, whatever of them counts.
            sourceMs = Math.max(sourceMs, sourceMs(record, entry));
            pairs += engine.pairsOf(entry);
            Optional<Entry> counted = until.countedOf(entry);
            if (counted.isPresent()) {
                entries.add(counted.get());
            } else {
                passOver(record, Why.LEFT_OUT, -1);
            }
        }

        void reject(ConsumerRecord<byte[], ByteBuffer> record, MalformedRecordException reason) {
            deadLetters++;
            if (reason instanceof RefusedByClockException refused) {
                passOver(record, Why.CLOCK, refused.clockMs());
            } else {
                passOver(record, Why.REJECTED, -1);
            }
        }

        private void passOver(ConsumerRecord<byte[], ByteBuffer> record, Why why, long clockMs) {
            PassedOver next = new PassedOver(
                    assignment.topicId(), partition.partition(), record.offset(), record.offset() + 1, why, clockMs);
            int last = passedOver.size() - 1;
            if (last >= 0 && passedOver.get(last).isFollowedBy(next)) {
                passedOver.set(last, passedOver.get(last).with(next));
            } else {
                passedOver.add(next);
            }
        }

        boolean isFull() {
            return pairs >= BATCH_PAIRS || entries.size() >= BATCH_ENTRIES;
        }

        Batch batch(OffsetAndMetadata next) {
            return new Batch(partition.toString(), entries, List.of(assignment.position(partition, next)), deadLetters)
                    .ofSource(sourceMs)
                    .passingOver(passedOver);
        }
    }

    /** What events are held against; a command says nothing of it, and a record that was rejected may say anything. */
    private static long sourceMs(ConsumerRecord<byte[], ByteBuffer> record, Entry entry) {
        return entry instanceof Episode ? Math.max(record.timestamp(), Batch.SOURCE_UNKNOWN) : Batch.SOURCE_UNKNOWN;
    }

    private static OffsetAndMetadata at(ConsumerRecord<byte[], ByteBuffer> record, int further) {
        return new OffsetAndMetadata(record.offset() + further, record.leaderEpoch(), "");
    }
}
