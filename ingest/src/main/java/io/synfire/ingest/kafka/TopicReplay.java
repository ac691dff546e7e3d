package io.synfire.ingest.kafka;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Forget;
import io.synfire.engine.event.PassedOver;
import io.synfire.engine.event.Position;
import io.synfire.engine.event.Unlearned;
import io.synfire.engine.learn.Retracted;
import io.synfire.ingest.codec.Decoding;
import io.synfire.ingest.codec.MalformedRecordException;
import io.synfire.ingest.codec.RecordNotes;
import io.synfire.ingest.replay.CheckpointTimer;
import io.synfire.ingest.replay.IncompleteLogException;
import io.synfire.ingest.replay.Missing;
import io.synfire.ingest.replay.Rejects;
import io.synfire.ingest.replay.ReplayOptions;
import io.synfire.ingest.replay.ReplayWatch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteBufferDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Learns a topic again, up to given positions, into another memory than the one that is live. Has a consumer of its own, joins no group and
 * commits nothing; what cannot be learned is kept aside and not sent to the dead-letter topic, where the live learner has put it already.
 * Failures of the network and the brokers are waited out; a full disk is not: what is live needs the room first. One thread at a time, which
 * is the engine's writer.
 */
public final class TopicReplay {

    private static final Logger LOG = LoggerFactory.getLogger(TopicReplay.class);
    private static final Duration POLL = Duration.ofMillis(200);

    private final ClientProperties properties;
    private final TopicNames topics;
    private final String topic;
    private final Engine engine;
    private final Decoding decoding;
    private final ReplayOptions options;
    private final Rejects rejects;
    private final @Nullable InstantSource clock;
    private final List<Missing> missing = new ArrayList<>();

    private Unlearned known = Unlearned.unknown();

    /** How many refusals the memory before knew that are no dead letters any more. */
    private long kept;

    /** Read once, and then what came since. */
    private @Nullable Refusals refusals;

    private final CheckpointTimer checkpoints;

    /**
     * A replay.
     *
     * @param properties how to reach the cluster
     * @param topics the topic of episodes, and that of dead letters, which says what a clock has refused
     * @param engine what learns
     * @param decoding how records become entries
     * @param options how to read
     * @param rejects where records go that cannot be learned
     * @param clock what events are held against that the topic does not bound, where nobody may have read them before: what it refuses
     *     goes to the dead-letter topic, too. Null where a learner has passed all that is read
     */
    public TopicReplay(
            ClientProperties properties,
            TopicNames topics,
            Engine engine,
            Decoding decoding,
            ReplayOptions options,
            Rejects rejects,
            @Nullable InstantSource clock) {
        this.properties = properties;
        this.topics = topics;
        this.topic = topics.episodes();
        this.engine = engine;
        this.decoding = decoding;
        this.options = options;
        this.checkpoints = new CheckpointTimer(engine, options.checkpointInterval());
        this.rejects = rejects;
        this.clock = clock;
    }

    /** What is read, and how far. */
    private record Reading(
            KafkaConsumer<byte[], ByteBuffer> consumer,
            Assignment assignment,
            ForgetGate gate,
            PollDecoder decoder,
            ClockLetters letters,
            Map<TopicPartition, Long> left) {}

    /** A copy is met before the goal or not at all: what lies behind it is for who reads on. */
    private record UpToGoal(Map<TopicPartition, Long> left) implements ForgetGate.ReadThrough {
        @Override
        public boolean is(Forget forget, TopicPartition partition) {
            return !left.containsKey(partition);
        }

        @Override
        public boolean isComplete(Forget forget) {
            return true;
        }

        @Override
        public boolean mayCome(TopicPartition partition) {
            return true;
        }
    }

    /**
     * Where a topic ends now.
     *
     * @param properties how to reach the cluster
     * @param topic the topic
     * @return one position per partition that holds anything
     * @throws IllegalStateException if the cluster does not say
     */
    public static List<Position> end(ClientProperties properties, String topic) {
        String topicId = TopicIds.of(properties, topic);
        try (KafkaConsumer<byte[], ByteBuffer> consumer = consumer(properties)) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(partition -> new TopicPartition(topic, partition.partition()))
                    .toList();
            List<Position> positions = new ArrayList<>();
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            for (TopicPartition partition : partitions) {
                long end = ends.getOrDefault(partition, 0L);
                if (end > 0) {
                    positions.add(new Position("kafka:" + topic, topicId, partition.partition(), end, -1));
                }
            }
            return positions;
        } catch (KafkaException e) {
            throw new SilentClusterException(
                    "the cluster does not say where the topic ends: topic=" + topic + ": " + Causes.words(e), e);
        }
    }

    /**
     * Learns from where the engine stands to the goal, which is checkpointed then.
     *
     * @param goal how far each partition is to be learned; partitions that are not named are not read
     * @param watch watches
     * @throws IncompleteLogException if the beginning of what is to be read is gone, and that is not accepted
     * @throws IllegalStateException if the topic is not the one of the goal, or ends before it
     * @throws InterruptedException if the thread is interrupted
     */
    public void replay(List<Position> goal, ReplayWatch watch) throws InterruptedException {
        String topicId = TopicIds.of(properties, topic);
        TopicIds.require(topic, topicId, goal);
        TopicRetention.require(properties, topic);
        if (refusals == null) {
            refusals = new Refusals(properties, topics.deadLetters(), topicId, engine::positions, watch::isStopped);
        }
        Refusals decided = refusals;
        ReaderClock readerClock = new ReaderClock(engine.view().settings(), decided, clockNeeded());
        RecordDecoder decoder =
                new RecordDecoder(decoding, engine.view().settings(), readerClock, new RecordNotes(), options.held());
        try (KafkaConsumer<byte[], ByteBuffer> consumer = consumer(properties);
                Applier applier = new Applier(engine, BatchListener.NONE, null);
                ClockLetters letters = new ClockLetters(
                        properties,
                        topics.deadLetters(),
                        topicId,
                        engine.storeId().orElse(""))) {
            Map<TopicPartition, Long> left = new HashMap<>();
            for (Position position : goal) {
                left.put(new TopicPartition(topic, position.partition()), position.nextOffset());
            }
            Assignment assignment = assignment(consumer, topicId, () -> readRefusals(decided, topicId));
            ForgetGate gate = new ForgetGate(engine, assignment, topic, new UpToGoal(left));
            Rejecting rejecting = (record, reason) -> reject(record, reason, letters);
            Reading reading = new Reading(
                    consumer,
                    assignment,
                    gate,
                    new PollDecoder(engine, decoder, options.until(), assignment, rejecting, gate),
                    letters,
                    left);
            try {
                boolean hasBegun = false;
                while (!(hasBegun && left.isEmpty()) && !watch.isStopped()) {
                    try {
                        if (hasBegun) {
                            step(reading, applier);
                        } else {
                            begin(reading);
                            hasBegun = true;
                        }
                    } catch (WakeupException e) {
                        LOG.debug("reading what was refused was given up: it was stopped", e);
                    } catch (RetriableException e) {
                        LOG.warn("the cluster does not answer, trying again: {}", e.getMessage());
                        // What was polled and not applied is to be read again.
                        applier.await();
                        reading.assignment().rewind();
                    }
                    watch.moved();
                }
            } finally {
                if (watch.isStopped()) {
                    applier.stop();
                }
                applier.await();
            }
            if (!watch.isStopped()) {
                finish(goal);
                engine.checkpoint();
            }
        }
    }

    /**
     * What the retractions name that are to be read: what the engine must be told before it learns anything. Reads the topic once, and waits as
     * {@link #replay} does.
     *
     * @param goal how far each partition is to be learned
     * @param from from which offset of each partition on; from the first, where it is not there
     * @param watch watches; if it stops this, what was found so far is returned
     * @return what they name
     * @throws IllegalStateException if the topic is not the one of the goal
     * @throws InterruptedException if the thread is interrupted
     */
    public Retracted retracted(List<Position> goal, Map<Integer, Long> from, ReplayWatch watch)
            throws InterruptedException {
        TopicIds.require(topic, TopicIds.of(properties, topic), goal);
        return new TopicRetractions(properties, topic, decoding, engine.takenBackBytesMax()).named(goal, from, watch);
    }

    /**
     * What may make the new memory another than the one that was learned: what a clock has refused is not known any more. To be asked after
     * {@link #replay}.
     *
     * @param deadLetters how many records the memory has rejected that was live; 0 if that is not known
     * @return empty if all of it is known
     */
    public Optional<String> doubt(long deadLetters) {
        Refusals read = refusals;
        if (read == null) {
            return Optional.empty();
        }
        if (kept > 0) {
            return Optional.of(
                    "dead letters of records that a clock has refused are gone; the memory before knew them, so they"
                            + " decide as before, but a memory that begins anew may learn these records: dead-letters="
                            + topics.deadLetters() + " records=" + kept);
        }
        return new PassedOverOffsets(known, read.topicId()).knowsAll()
                ? Optional.empty()
                : read.doubt(deadLetters, "so what a clock has refused may have been learned now");
    }

    /**
     * Refuses what the clock had refused, too, for the memory that is learned anew: dead letters may be gone. To be called before
     * {@link #replay}, and again when that memory has read on.
     *
     * @param before what that memory has learned nothing of
     */
    public void knowing(Unlearned before) {
        known = before;
    }

    private void readRefusals(Refusals decided, String topicId) {
        decided.read();
        Map<TopicPartition, Long> stored = stored();
        for (PassedOver each : known.records()) {
            if (each.why() == PassedOver.Why.CLOCK && each.sourceId().equals(topicId)) {
                long next = stored.getOrDefault(new TopicPartition(topic, each.partition()), 0L);
                for (long offset = Math.max(each.from(), next); offset < each.to(); offset++) {
                    if (decided.clockMs(each.partition(), offset) == Long.MAX_VALUE) {
                        decided.note(each.partition(), offset, each.clockMs());
                        kept++;
                    }
                }
            }
        }
    }

    /**
     * What was passed over since it is gone.
     *
     * @return ranges, in the order in which they were met
     */
    public List<Missing> missing() {
        return List.copyOf(missing);
    }

    /** The clock, if one has to decide. */
    private @Nullable InstantSource clockNeeded() throws InterruptedException {
        InstantSource given = clock;
        if (given == null) {
            return null;
        }
        long maxAheadMs = engine.view().settings().maxAheadMs();
        TimestampBound bound = TimestampBound.of(TopicRetention.describe(properties, topic));
        bound.word(topic, maxAheadMs).ifPresent(word -> LOG.info("{}", word));
        return bound.isWiderThan(maxAheadMs) ? given : null;
    }

    /** Seeks, and refuses a log that does not hold all from there to the goal. */
    private void begin(Reading reading) {
        Map<TopicPartition, Long> stored = stored();
        reading.left().entrySet().removeIf(goal -> stored.getOrDefault(goal.getKey(), 0L) >= goal.getValue());
        Set<TopicPartition> partitions = new HashSet<>(reading.left().keySet());
        reading.consumer().assign(partitions);
        if (partitions.isEmpty()) {
            return;
        }
        Map<TopicPartition, Long> first = reading.consumer().beginningOffsets(partitions);
        Map<TopicPartition, Long> end = reading.consumer().endOffsets(partitions);
        List<Missing> gone = new ArrayList<>();
        for (TopicPartition partition : partitions) {
            long goal = reading.left().getOrDefault(partition, 0L);
            long next = stored.getOrDefault(partition, 0L);
            long begin = first.getOrDefault(partition, 0L);
            if (end.getOrDefault(partition, 0L) < goal) {
                throw new IllegalStateException("the log ends before what the memory has learned of it: topic=" + topic
                        + " partition=" + partition.partition() + " learned=" + goal + " end=" + end.get(partition));
            }
            if (begin > next) {
                gone.add(new Missing("kafka:" + topic, partition.partition(), next, Math.min(begin, goal)));
            }
        }
        if (!gone.isEmpty() && !options.acceptsGap()) {
            throw new IncompleteLogException(gone);
        }
        gone.forEach(range -> passOver(reading, range));
        // Not those of which all is gone: they have no position to be polled at.
        reading.consumer().assign(reading.left().keySet());
        reading.assignment().seek(reading.left().keySet());
    }

    private void passOver(Reading reading, Missing range) {
        if (!missing.contains(range)) {
            LOG.warn("a part of the log is gone and passed over: {}", range);
            missing.add(range);
        }
        TopicPartition partition = new TopicPartition(topic, range.partition());
        if (range.toOffset() >= reading.left().getOrDefault(partition, 0L)) {
            reached(reading, partition);
        }
    }

    /** Whether a gap is accepted is asked before it is looked for. */
    private Assignment assignment(KafkaConsumer<byte[], ByteBuffer> consumer, String topicId, Runnable beforeReading) {
        Gaps gaps = new Gaps(topic, name -> options.acceptsGap(), new SimpleMeterRegistry());
        return new Assignment(engine, consumer, topic, topicId, gaps, false, beforeReading);
    }

    private static void reached(Reading reading, TopicPartition partition) {
        reading.left().remove(partition);
        reading.consumer().pause(List.of(partition));
    }

    private void step(Reading reading, Applier applier) throws InterruptedException {
        try {
            ConsumerRecords<byte[], ByteBuffer> polled =
                    upToGoal(reading, reading.consumer().poll(POLL));
            if (polled.nextOffsets().isEmpty()) {
                applier.await();
                // Behind the last record there may be nothing but markers of transactions.
                Set.copyOf(reading.left().keySet()).stream()
                        .filter(partition -> reading.consumer().position(partition)
                                >= reading.left().getOrDefault(partition, 0L))
                        .forEach(partition -> reached(reading, partition));
                passGate(reading, applier);
                return;
            }
            List<Batch> batches = reading.decoder().decode(polled);
            rejects.force();
            reading.letters().await();
            applier.apply(batches, polled.count());
            polled.nextOffsets().forEach((partition, next) -> {
                if (!reading.assignment().isHeld(partition)
                        && next.offset() >= reading.left().getOrDefault(partition, Long.MAX_VALUE)) {
                    reached(reading, partition);
                }
            });
            passGate(reading, applier);
            var unused = checkpoints.look();
        } catch (OffsetOutOfRangeException e) {
            passOverWhatWent(reading, applier, e);
        } catch (IOException e) {
            throw new UncheckedIOException("a rejected record cannot be kept: " + e.getMessage(), e);
        }
    }

    /** Applies the commands for which partitions were held, once they are due. */
    private static void passGate(Reading reading, Applier applier) throws InterruptedException {
        while (reading.gate().mayOpen()) {
            applier.await();
            Batch due = reading.gate().next();
            if (due == null) {
                return;
            }
            applier.apply(List.of(due), 0);
            applier.await();
            reading.gate().opened();
        }
    }

    /** The beginning of the log went while it was read. */
    private void passOverWhatWent(Reading reading, Applier applier, OffsetOutOfRangeException cause)
            throws InterruptedException {
        applier.await();
        Map<TopicPartition, Long> asked = cause.offsetOutOfRangePartitions();
        Map<TopicPartition, Long> first = reading.consumer().beginningOffsets(asked.keySet());
        List<Missing> gone = new ArrayList<>();
        asked.forEach((partition, next) -> {
            long goal = reading.left().getOrDefault(partition, 0L);
            long begin = Math.min(first.getOrDefault(partition, 0L), goal);
            if (begin > next) {
                gone.add(new Missing("kafka:" + topic, partition.partition(), next, begin));
            }
        });
        if (!gone.isEmpty() && !options.acceptsGap()) {
            throw new IncompleteLogException(gone);
        }
        reading.assignment().resume(cause);
        gone.forEach(range -> passOver(reading, range));
    }

    /** Cuts off what lies behind the goal. */
    private static ConsumerRecords<byte[], ByteBuffer> upToGoal(
            Reading reading, ConsumerRecords<byte[], ByteBuffer> polled) {
        Map<TopicPartition, List<ConsumerRecord<byte[], ByteBuffer>>> records = new HashMap<>();
        Map<TopicPartition, OffsetAndMetadata> nextOffsets = new HashMap<>();
        polled.nextOffsets().forEach((partition, next) -> {
            Long goal = reading.left().get(partition);
            if (goal == null) {
                return;
            }
            records.put(
                    partition,
                    polled.records(partition).stream()
                            .filter(record -> record.offset() < goal)
                            .toList());
            if (next.offset() < goal) {
                nextOffsets.put(partition, next);
            } else {
                nextOffsets.put(partition, new OffsetAndMetadata(goal, next.leaderEpoch(), ""));
            }
        });
        return new ConsumerRecords<>(records, nextOffsets);
    }

    private void reject(
            ConsumerRecord<byte[], ByteBuffer> record, MalformedRecordException reason, ClockLetters letters) {
        if (clock != null && reason instanceof RefusedByClockException) {
            letters.send(record, reason);
        }
        byte[] value = bytes(record.value());
        try {
            rejects.add(
                    new Rejects.Place("kafka:" + topic + "-" + record.partition(), "", record.offset(), -1),
                    String.valueOf(reason.getMessage()),
                    value);
        } catch (IOException e) {
            throw new UncheckedIOException("a rejected record cannot be kept: " + e.getMessage(), e);
        }
    }

    private static byte[] bytes(@Nullable ByteBuffer value) {
        if (value == null) {
            return new byte[0];
        }
        byte[] bytes = new byte[value.remaining()];
        value.duplicate().get(bytes);
        return bytes;
    }

    /** The goal itself, also where no record lies right before it. */
    private void finish(List<Position> goal) {
        Map<TopicPartition, Long> stored = stored();
        List<Position> behind = goal.stream()
                .filter(position -> stored.getOrDefault(new TopicPartition(topic, position.partition()), 0L)
                        < position.nextOffset())
                .toList();
        for (Position position : behind) {
            String partition = new TopicPartition(topic, position.partition()).toString();
            engine.apply(new Batch(partition, List.of(), List.of(position), 0));
        }
    }

    private Map<TopicPartition, Long> stored() {
        Map<TopicPartition, Long> stored = new HashMap<>();
        for (Position position : engine.positions()) {
            if (position.source().equals("kafka:" + topic)) {
                stored.put(new TopicPartition(topic, position.partition()), position.nextOffset());
            }
        }
        return stored;
    }

    private static KafkaConsumer<byte[], ByteBuffer> consumer(ClientProperties properties) {
        return properties.newConsumer(
                properties.reader("synfire-rebuild"), new ByteArrayDeserializer(), new ByteBufferDeserializer());
    }
}
