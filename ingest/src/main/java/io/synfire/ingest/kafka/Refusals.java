package io.synfire.ingest.kafka;

import io.synfire.engine.event.Position;
import io.synfire.ingest.codec.MalformedRecordException.Reason;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteBufferDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The records of a topic that were refused by the clock of the process that read them first. A clock goes on, and would let them pass
 * another time; but a log must give the same memory whenever it is read. So these refusals are read from the dead-letter topic before any
 * record is, and decide for ever.
 *
 * <p>The dead-letter topic is read to its end once; after that only what came since. Of refusals before the positions of the memory, which
 * are never asked for again, nothing is kept. One thread at a time.
 */
final class Refusals {

    private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final int ANSWER_MAX_MS = 10_000;
    private static final long SILENT_NANOS_MAX = 30_000_000_000L;

    /** Where so many were noted since, those that are behind the memory's positions are dropped. */
    private static final int NOTED_MAX = 1 << 16;

    private final ClientProperties properties;
    private final String deadLetters;
    private final String topicId;
    private final Supplier<List<Position>> positions;
    private final BooleanSupplier isStopped;

    /** By partition of the topic whose records were refused. */
    private final Map<Integer, OffsetClocks> refused = new HashMap<>();

    /** How far the dead-letter topic was read, by its partitions. */
    private final Map<Integer, Long> next = new HashMap<>();

    private @Nullable String deadLettersId;
    private State state = State.WHOLE;
    private int noted;

    /** How many dead letters of the topic were read. */
    private long letters;

    private final Letters others;

    /** Takes dead letters of the topic, whatever the reason. */
    @FunctionalInterface
    interface Letters {
        /** {@code memoryId} is empty where the letter does not say who wrote it. */
        void take(int partition, long offset, String memoryId);
    }

    /** What is left of the dead letters. */
    private enum State {
        /** All that were ever written. */
        WHOLE,
        /** The first of them are gone. */
        CUT,
        /** There is no such topic. */
        MISSING
    }

    /**
     * Refusals that are not read yet.
     *
     * @param properties how to reach the cluster
     * @param deadLetters the dead-letter topic
     * @param topicId the id of the topic whose records were refused: one of the same name may have been there before
     * @param positions where the memory stands that records are learned into; refusals before are not kept
     * @param isStopped whether to give up reading
     */
    Refusals(
            ClientProperties properties,
            String deadLetters,
            String topicId,
            Supplier<List<Position>> positions,
            BooleanSupplier isStopped) {
        this(properties, deadLetters, topicId, positions, isStopped, (partition, offset, memoryId) -> {});
    }

    /** The same; others hear of all dead letters of the topic. */
    Refusals(
            ClientProperties properties,
            String deadLetters,
            String topicId,
            Supplier<List<Position>> positions,
            BooleanSupplier isStopped,
            Letters others) {
        this.others = others;
        this.properties = properties;
        this.deadLetters = deadLetters;
        this.topicId = topicId;
        this.positions = positions;
        this.isStopped = isStopped;
    }

    /** The id of the topic whose records were refused. */
    String topicId() {
        return topicId;
    }

    /** What the clock said that refused a record, or {@link Long#MAX_VALUE} if none did. */
    long clockMs(int partition, long offset) {
        OffsetClocks clocks = refused.get(partition);
        return clocks == null ? Long.MAX_VALUE : clocks.clockMs(offset);
    }

    /** Notes a refusal that is on its way to the dead-letter topic: the record may be read again before it is there. */
    void note(int partition, long offset, long clockMs) {
        put(partition, offset, clockMs);
        if (++noted >= NOTED_MAX) {
            dropWhatIsBehind();
        }
    }

    /**
     * What is not known any more of what was refused, as of the last reading.
     *
     * @param rejected how many records the memory has rejected; where it has rejected none, nothing is missed
     * @param consequence what may follow from it
     * @return empty if all of it is known
     */
    Optional<String> doubt(long rejected, String consequence) {
        return switch (state) {
            case WHOLE ->
                letters >= rejected
                        ? Optional.empty()
                        : Optional.of("the dead-letter topic holds fewer dead letters than were rejected, "
                                + consequence + ": dead-letters=" + deadLetters + " rejected=" + rejected + " found="
                                + letters);
            case CUT ->
                Optional.of("the first dead letters are gone, " + consequence + ": dead-letters=" + deadLetters);
            case MISSING ->
                rejected == 0
                        ? Optional.empty()
                        : Optional.of("the dead-letter topic is gone, " + consequence + ": dead-letters=" + deadLetters
                                + " rejected=" + rejected);
        };
    }

    /** How many refusals are kept. */
    int size() {
        return refused.values().stream().mapToInt(OffsetClocks::size).sum();
    }

    /**
     * Reads the dead-letter topic to where it ends now.
     *
     * @throws RetriableException if the cluster does not answer; what was read until then is not read again
     * @throws WakeupException if it was stopped
     * @throws IllegalStateException if the topic may not be read
     */
    void read() {
        try {
            Set<Integer> partitions = partitions();
            if (!partitions.isEmpty()) {
                read(partitions);
            }
            dropWhatIsBehind();
        } catch (RetriableException | WakeupException e) {
            throw e;
        } catch (KafkaException e) {
            throw new IllegalStateException(
                    "what was refused before cannot be read from the dead-letter topic, so it might be learned now:"
                            + " dead-letters="
                            + deadLetters + ": " + Causes.words(e)
                            + (e instanceof AuthorizationException ? "; allow Read and Describe on that topic" : ""),
                    e);
        }
    }

    /** The partitions of the dead-letter topic; none if there is no such topic. */
    private Set<Integer> partitions() {
        try (Admin admin = properties.newAdmin()) {
            TopicDescription found = admin.describeTopics(
                            List.of(deadLetters), new DescribeTopicsOptions().timeoutMs(ANSWER_MAX_MS))
                    .allTopicNames()
                    .get()
                    .get(deadLetters);
            if (found == null) {
                return Set.of();
            }
            String id = found.topicId().toString();
            if (!id.equals(deadLettersId)) {
                // It was deleted and created again. What it said before was decided all the same.
                next.clear();
                letters = 0;
                deadLettersId = id;
            }
            Set<Integer> partitions = new HashSet<>();
            found.partitions().forEach(partition -> partitions.add(partition.partition()));
            return partitions;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                state = State.MISSING;
                return Set.of();
            }
            throw e.getCause() instanceof KafkaException cause ? cause : new KafkaException(e.getCause());
        } catch (InterruptedException e) {
            throw new org.apache.kafka.common.errors.InterruptException(e);
        }
    }

    private void read(Set<Integer> partitions) {
        Map<String, Object> given = properties.reader("synfire-refusals");
        given.put("allow.auto.create.topics", "false");
        try (KafkaConsumer<ByteBuffer, ByteBuffer> consumer =
                properties.newConsumer(given, new ByteBufferDeserializer(), new ByteBufferDeserializer())) {
            List<TopicPartition> all = partitions.stream()
                    .map(partition -> new TopicPartition(deadLetters, partition))
                    .toList();
            Map<TopicPartition, Long> begins = consumer.beginningOffsets(all);
            Map<TopicPartition, Long> ends = new HashMap<>(consumer.endOffsets(all));
            state = begins.values().stream().anyMatch(begin -> begin > 0) ? State.CUT : State.WHOLE;
            consumer.assign(all);
            for (TopicPartition partition : all) {
                long begin = begins.getOrDefault(partition, 0L);
                consumer.seek(partition, Math.max(begin, next.getOrDefault(partition.partition(), 0L)));
            }
            long before = read(consumer, ends);
            if (before > 0) {
                LOG.info(
                        "{} dead letters were read, {} refusals by a clock decide: dead-letters={}",
                        before,
                        size(),
                        deadLetters);
            }
        }
    }

    /** Reads up to the ends; returns how many records that were. */
    private long read(KafkaConsumer<ByteBuffer, ByteBuffer> consumer, Map<TopicPartition, Long> ends) {
        long records = 0;
        long heardNanos = System.nanoTime();
        while (true) {
            List<TopicPartition> done = new ArrayList<>();
            ends.forEach((partition, end) -> {
                long at = consumer.position(partition);
                next.put(partition.partition(), at);
                if (at >= end) {
                    done.add(partition);
                }
            });
            done.forEach(ends::remove);
            consumer.pause(done);
            if (ends.isEmpty()) {
                return records;
            }
            if (isStopped.getAsBoolean()) {
                throw new WakeupException();
            }
            int polled = 0;
            for (ConsumerRecord<ByteBuffer, ByteBuffer> record : consumer.poll(POLL)) {
                take(record);
                polled++;
            }
            records += polled;
            if (polled > 0) {
                heardNanos = System.nanoTime();
            } else if (System.nanoTime() - heardNanos > SILENT_NANOS_MAX) {
                throw new TimeoutException(
                        "the cluster does not hand out dead letters: dead-letters=" + deadLetters + " left=" + ends);
            }
        }
    }

    private void take(ConsumerRecord<ByteBuffer, ByteBuffer> record) {
        if (!topicId.equals(text(record, DeadLetters.TOPIC_ID))) {
            return;
        }
        letters++;
        boolean isClock = Reason.CLOCK.tag().equals(text(record, DeadLetters.REASON));
        try {
            int partition = Integer.parseInt(text(record, DeadLetters.PARTITION));
            long offset = Long.parseLong(text(record, DeadLetters.OFFSET));
            if (isClock) {
                put(
                        partition,
                        offset,
                        Instant.parse(text(record, DeadLetters.CLOCK)).toEpochMilli());
            }
            others.take(partition, offset, text(record, DeadLetters.MEMORY));
        } catch (NumberFormatException | DateTimeException | ArithmeticException e) {
            LOG.warn(
                    "a dead letter does not say which record it is of, or which clock refused it, so it decides nothing:"
                            + " dead-letters={} partition={} offset={}",
                    deadLetters,
                    record.partition(),
                    record.offset());
        }
    }

    private void put(int partition, long offset, long clockMs) {
        if (partition < 0 || offset < 0) {
            throw new NumberFormatException("partition and offset must be at least 0");
        }
        refused.computeIfAbsent(partition, unused -> new OffsetClocks()).put(offset, clockMs);
    }

    private void dropWhatIsBehind() {
        noted = 0;
        for (Position position : positions.get()) {
            OffsetClocks clocks = refused.get(position.partition());
            if (clocks != null && position.sourceId().equals(topicId)) {
                clocks.dropBefore(position.nextOffset());
            }
        }
    }

    /** Of several headers of a name the last one: a dead letter that was sent again carries those of the first time, too. */
    private static String text(ConsumerRecord<ByteBuffer, ByteBuffer> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null || header.value() == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
    }
}
