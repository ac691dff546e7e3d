package io.synfire.ingest.kafka;

import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Position;
import io.synfire.engine.learn.Retracted;
import io.synfire.ingest.codec.Decoding;
import io.synfire.ingest.codec.HeldRetractions;
import io.synfire.ingest.codec.JsonEpisodeCodec;
import io.synfire.ingest.codec.MalformedRecordException;
import io.synfire.ingest.codec.Origin;
import io.synfire.ingest.codec.RecordNotes;
import io.synfire.ingest.replay.ReplayWatch;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the retractions of a topic before it is learned anew; decodes only what may be one. One thread at a time. */
final class TopicRetractions {

    private static final Logger LOG = LoggerFactory.getLogger(TopicRetractions.class);
    private static final long RETRY_MS = 200;

    private final ClientProperties properties;
    private final String topic;
    private final Decoding decoding;
    private final JsonEpisodeCodec codec;
    private final long bytesMax;

    TopicRetractions(ClientProperties properties, String topic, Decoding decoding, long bytesMax) {
        this.bytesMax = bytesMax;
        this.properties = properties;
        this.topic = topic;
        this.decoding = decoding;
        this.codec =
                new JsonEpisodeCodec(decoding.mapping(), decoding.limits(), new RecordNotes(), HeldRetractions.NONE);
    }

    /**
     * What they name, up to the goal; failures of the network and the brokers are waited out.
     *
     * @throws IllegalStateException if it is more than may be remembered
     */
    Retracted named(List<Position> goal, Map<Integer, Long> from, ReplayWatch watch) throws InterruptedException {
        Retracted named = new Retracted(bytesMax);
        Map<Integer, Long> next = new HashMap<>(from);
        while (!watch.isStopped()) {
            try (TopicScan scan = new TopicScan(properties, "synfire-rebuild-retractions", TopicScan.SILENCE_MAX)) {
                for (Position position : goal) {
                    read(scan, position, next, named);
                }
                return named;
            } catch (SilentClusterException e) {
                LOG.warn("the cluster does not answer, trying again: {}", e.getMessage());
                TimeUnit.MILLISECONDS.sleep(RETRY_MS);
            }
        }
        return named;
    }

    private void read(TopicScan scan, Position goal, Map<Integer, Long> next, Retracted named) {
        TopicPartition partition = new TopicPartition(topic, goal.partition());
        // What is gone names nothing.
        long begin = scan.begins(List.of(partition)).getOrDefault(partition, 0L);
        long from = Math.max(begin, next.getOrDefault(goal.partition(), 0L));
        // Who learns the log says so if it ends before the goal.
        long end = Math.min(goal.nextOffset(), scan.ends(List.of(partition)).getOrDefault(partition, 0L));
        scan.read(partition, from, end, record -> retraction(record).ifPresent(named::add));
        next.put(goal.partition(), goal.nextOffset());
    }

    private Optional<Entry> retraction(ConsumerRecord<byte[], byte[]> record) {
        byte[] value = record.value();
        if (value == null || !JsonEpisodeCodec.mayRetract(ByteBuffer.wrap(value))) {
            return Optional.empty();
        }
        try {
            // Its context may be that of the record's key. What is no UTF-8 is rejected where it is learned.
            String context = decoding.contextFromKey() && record.key() != null
                    ? new String(record.key(), StandardCharsets.UTF_8)
                    : null;
            return Optional.of(codec.decode(value, new Origin(record.timestamp(), context, null)));
        } catch (MalformedRecordException e) {
            LOG.debug("what is rejected takes nothing back: {}", e.getMessage());
            return Optional.empty();
        }
    }
}
