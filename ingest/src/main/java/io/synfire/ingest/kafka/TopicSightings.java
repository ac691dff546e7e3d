package io.synfire.ingest.kafka;

import io.synfire.engine.event.Entry;
import io.synfire.engine.event.LearnedAnew;
import io.synfire.engine.event.Position;
import io.synfire.engine.event.Unlearned;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.ingest.codec.Decoding;
import io.synfire.ingest.codec.MalformedRecordException;
import io.synfire.ingest.kafka.LearnedRecords.LeftOut;
import io.synfire.ingest.sighting.PairFinder;
import io.synfire.ingest.sighting.Sighting;
import io.synfire.ingest.sighting.Sightings;
import io.synfire.ingest.sighting.Sightings.Range;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Finds where two concepts fired together in what a memory has read of a topic: looks at the end of it, and farther back, until enough is found or
 * {@value Sightings#RECORDS_MAX} records were looked at. Backwards since the latest is what is asked for, and Kafka's index of
 * times knows those of records, not those of episodes. What a memory holds of a stretch is known only to who reads it in log order: so each look begins
 * farther back and reads to the end, at least three times as much as the one before, and half of it again in all. What a clock
 * has refused is read first, from all dead letters. Each search has a consumer of its own. One thread at a time.
 */
public final class TopicSightings {

    private static final int CHUNK_RECORDS = 10_000;
    private static final Duration POLL = Duration.ofMillis(500);
    private static final long ANSWER_NANOS_MAX = 30_000_000_000L;

    private final ClientProperties properties;
    private final String topic;
    private final LearnedRecords learned;
    private final LearningSettings settings;
    private final Unlearned memory;
    private final int recordsMax;
    private final Map<Integer, Long> anew = new HashMap<>();

    /**
     * A search.
     *
     * @param properties how to reach the cluster
     * @param topics the topic of episodes, and that of dead letters, which says what a clock has refused
     * @param decoding how its records become entries
     * @param settings what the memory learned by
     * @param memory what the memory has learned nothing of, and how far it has read: what lies behind that is not looked at. Where it does
     *     not say how far, the topic is looked at to its end
     */
    public TopicSightings(
            ClientProperties properties,
            TopicNames topics,
            Decoding decoding,
            LearningSettings settings,
            Unlearned memory) {
        this(properties, topics, decoding, settings, memory, Sightings.RECORDS_MAX);
    }

    /**
     * Tells how far the memory has learned its log anew. To be called before {@link #find}.
     *
     * @param learnedAnew what the memory says of it
     * @return this
     */
    public TopicSightings knowing(LearnedAnew learnedAnew) {
        anew.clear();
        for (Position position : learnedAnew.upTo()) {
            if (position.source().equals("kafka:" + topic)) {
                anew.put(position.partition(), position.nextOffset());
            }
        }
        return this;
    }

    TopicSightings(
            ClientProperties properties,
            TopicNames topics,
            Decoding decoding,
            LearningSettings settings,
            Unlearned memory,
            int recordsMax) {
        this.properties = properties;
        this.topic = topics.episodes();
        this.memory = memory;
        this.recordsMax = recordsMax;
        this.learned =
                new LearnedRecords(properties, topics, decoding, settings, List.of(memory), LeftOut.IS_NOT_LEARNED);
        this.settings = settings;
    }

    /** One partition, as far as it was looked at. */
    private final class Backwards {
        final TopicPartition partition;
        final long begin;
        final long end;
        private final String from;
        private final String to;
        PairFinder finder;
        long next;
        long records;

        /** Of the earliest record that was looked at; what was not is no later. */
        long timestampMs = Long.MAX_VALUE;

        Backwards(TopicPartition partition, long begin, long end, String from, String to) {
            this.partition = partition;
            this.begin = begin;
            this.end = end;
            this.from = from;
            this.to = to;
            this.next = end;
            this.finder = finder(end);
        }

        private PairFinder finder(long next) {
            return new PairFinder(from, to, settings, next <= 0);
        }

        boolean isOver() {
            return next <= begin;
        }

        /** From where it is looked at next, if no more than so many records may be looked at besides. */
        long farther(long recordsMax) {
            return Math.max(begin, next - Math.min(recordsMax, Math.max(CHUNK_RECORDS, 2 * (end - next))));
        }

        void begin(long offset) {
            next = offset;
            records = 0;
            finder = finder(offset);
        }

        Range range() {
            return new Range("kafka:" + topic, partition.partition(), next, end);
        }

        List<String> unsearched() {
            return begin == 0 || !isOver()
                    ? List.of()
                    : List.of("kafka:" + topic + " partition " + partition.partition() + ", offsets 0 to " + begin
                            + ", which have expired");
        }
    }

    /**
     * Searches.
     *
     * @param from one concept's id
     * @param to the other's
     * @param k how many are asked for
     * @return the latest places where both fired
     * @throws IllegalStateException if the cluster does not answer, or does not let its dead letters be read
     */
    public Sightings find(String from, String to, int k) {
        learned.look();
        try (KafkaConsumer<byte[], byte[]> consumer = properties.newConsumer(properties.reader("synfire-evidence"))) {
            List<Backwards> partitions = partitions(consumer, from, to);
            Backwards latest = latest(partitions, k);
            while (latest != null && records(partitions) < recordsMax) {
                look(consumer, latest, latest.farther(recordsMax - records(partitions)));
                latest = latest(partitions, k);
            }
            return Sightings.latest(
                    k,
                    found(partitions),
                    partitions.stream().map(Backwards::range).toList(),
                    partitions.stream()
                            .flatMap(partition -> partition.unsearched().stream())
                            .toList(),
                    records(partitions));
        } catch (KafkaException e) {
            throw new IllegalStateException("the topic cannot be searched: topic=" + topic + ": " + e.getMessage(), e);
        }
    }

    /**
     * What may make a record that was refused look like one that was learned: what a clock has refused is not known any more. To be asked
     * after {@link #find}.
     *
     * @param deadLetters how many records the memory has rejected
     * @return empty if all of it is known
     */
    public Optional<String> doubt(long deadLetters) {
        return learned.doubt(deadLetters);
    }

    private List<Backwards> partitions(KafkaConsumer<byte[], byte[]> consumer, String from, String to) {
        List<TopicPartition> names = consumer.partitionsFor(topic).stream()
                .sorted(Comparator.comparingInt(PartitionInfo::partition))
                .map(info -> new TopicPartition(topic, info.partition()))
                .toList();
        Map<TopicPartition, Long> begins = consumer.beginningOffsets(names);
        Map<TopicPartition, Long> ends = consumer.endOffsets(names);
        return names.stream()
                .map(name -> {
                    long begin = begins.getOrDefault(name, 0L);
                    return new Backwards(
                            name, begin, Math.max(begin, read(name, ends.getOrDefault(name, 0L))), from, to);
                })
                .toList();
    }

    /** How far the memory has read a partition, which may be none of it. */
    private long read(TopicPartition partition, long end) {
        List<Position> own = memory.upTo().stream()
                .filter(position -> position.source().equals("kafka:" + topic))
                .toList();
        return own.isEmpty()
                ? end
                : own.stream()
                        .filter(position -> position.partition() == partition.partition())
                        .mapToLong(position -> Math.min(position.nextOffset(), end))
                        .findFirst()
                        .orElse(0L);
    }

    /** The partition whose unread part may hold the latest; null if none can hold what is later than k that were found. */
    private static @Nullable Backwards latest(List<Backwards> partitions, int k) {
        long[] found = found(partitions).stream()
                .mapToLong(sighting -> sighting.latest().timestampMs())
                .sorted()
                .toArray();
        long enoughMs = found.length < k ? Long.MIN_VALUE : found[found.length - k];
        return partitions.stream()
                .filter(partition -> !partition.isOver() && partition.timestampMs > enoughMs)
                .max(Comparator.comparingLong(partition -> partition.timestampMs))
                .orElse(null);
    }

    private static List<Sighting> found(List<Backwards> partitions) {
        return PairFinder.found(
                partitions.stream().map(partition -> partition.finder).toList());
    }

    private static long records(List<Backwards> partitions) {
        return partitions.stream().mapToLong(partition -> partition.records).sum();
    }

    /** Reads a partition from an offset to its end. */
    private void look(KafkaConsumer<byte[], byte[]> consumer, Backwards backwards, long from) {
        TopicPartition partition = backwards.partition;
        backwards.begin(from);
        consumer.assign(List.of(partition));
        consumer.seek(partition, from);
        long deadline = System.nanoTime() + ANSWER_NANOS_MAX;
        while (consumer.position(partition) < backwards.end) {
            List<ConsumerRecord<byte[], byte[]>> polled = consumer.poll(POLL).records(partition);
            if (!polled.isEmpty()) {
                deadline = System.nanoTime() + ANSWER_NANOS_MAX;
            } else if (System.nanoTime() > deadline) {
                throw new IllegalStateException("the cluster does not hand out records: topic=" + topic + " partition="
                        + partition.partition() + " offset=" + consumer.position(partition));
            }
            for (ConsumerRecord<byte[], byte[]> record : polled) {
                if (record.offset() < backwards.end) {
                    backwards.records++;
                    backwards.timestampMs = Math.min(backwards.timestampMs, record.timestamp());
                    take(record, backwards.finder);
                }
            }
        }
    }

    private void take(ConsumerRecord<byte[], byte[]> record, PairFinder finder) {
        if (learned.isPassedOver(record)) {
            return;
        }
        Entry entry;
        try {
            entry = learned.entry(record);
        } catch (MalformedRecordException e) {
            // A dead letter: nothing was learned of it.
            return;
        }
        boolean isAnew = record.offset() < anew.getOrDefault(record.partition(), 0L);
        finder.take("kafka:" + topic, record.partition(), record.offset(), record.timestamp(), entry, isAnew);
    }
}
