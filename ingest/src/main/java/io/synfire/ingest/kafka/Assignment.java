package io.synfire.ingest.kafka;

import io.synfire.engine.Engine;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Position;
import io.synfire.ingest.kafka.Gaps.Gap;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;

/**
 * Where reading starts: at the engine's own positions, whatever a group may have committed; a partition the engine has never read
 * starts at its beginning, which is stored as its position at once: what goes missing from then on is a gap. Used by the learner's
 * thread, while nothing is being applied.
 */
final class Assignment {

    private final Engine engine;
    private final Consumer<byte[], ?> consumer;
    private final String topic;
    private final String topicId;
    private final Gaps gaps;
    private final Runnable beforeReading;

    /** Whether a partition that was never read must still be whole: others of the topic were, and no other member may have read it. */
    private final boolean isTopicKnown;

    /** Where the next poll must go on, by partition: what is polled is checked against it. */
    private final Map<TopicPartition, Long> next = new HashMap<>();

    /** Paused at a place until somebody lets them go. */
    private final Set<TopicPartition> held = new HashSet<>();

    /** Given by the group while nothing could be stored: held still until there is room. */
    private final Set<TopicPartition> postponed = new HashSet<>();

    /**
     * Refuses a topic that is not the one the stored positions are of, unless that is accepted.
     *
     * @param isShared whether other members of a group read partitions of the topic, too
     */
    Assignment(Engine engine, Consumer<byte[], ?> consumer, String topic, String topicId, Gaps gaps, boolean isShared) {
        this(engine, consumer, topic, topicId, gaps, isShared, () -> {});
    }

    /**
     * The same, where something must be known before records are read.
     *
     * @param beforeReading called before partitions are read; if it fails, they are not
     */
    Assignment(
            Engine engine,
            Consumer<byte[], ?> consumer,
            String topic,
            String topicId,
            Gaps gaps,
            boolean isShared,
            Runnable beforeReading) {
        this.beforeReading = beforeReading;
        this.engine = engine;
        this.consumer = consumer;
        this.topic = topic;
        this.topicId = topicId;
        this.gaps = gaps;
        List<Position> ofTopic = engine.positions().stream()
                .filter(position -> position.source().equals(source()))
                .toList();
        boolean isKnown =
                ofTopic.stream().anyMatch(position -> position.sourceId().equals(topicId));
        if (!isKnown && !ofTopic.isEmpty()) {
            gaps.requireAnother(ofTopic.get(0).sourceId(), topicId);
        }
        this.isTopicKnown = isKnown && !isShared;
    }

    /** Refuses a topic that has become another while it is read. */
    void requireSame(String foundId) {
        if (!foundId.equals(topicId)) {
            throw gaps.another(topicId, foundId);
        }
    }

    /** Assigns all partitions by hand; those that were added since the last call start at their beginning. */
    void assignAll(int partitions) {
        Set<TopicPartition> added = new HashSet<>();
        for (int partition = 0; partition < partitions; partition++) {
            added.add(new TopicPartition(topic, partition));
        }
        added.removeAll(next.keySet());
        if (!added.isEmpty()) {
            Set<TopicPartition> before = Set.copyOf(consumer.assignment());
            Set<TopicPartition> all = new HashSet<>(before);
            all.addAll(added);
            consumer.assign(all);
            try {
                seek(added);
            } catch (RuntimeException e) {
                // Not to be polled without a position: they are added another time.
                consumer.assign(before);
                throw e;
            }
        }
    }

    /** Moves newly assigned partitions to where the engine stands. */
    void seek(Collection<TopicPartition> partitions) {
        Map<Integer, Position> stored = stored();
        Map<TopicPartition, Long> begins = consumer.beginningOffsets(partitions);
        // A consumer takes the last offset it was told for the log's end, and reckons its lag by it.
        var unused = consumer.endOffsets(partitions);
        List<Gap> found = new ArrayList<>();
        List<Batch> starts = new ArrayList<>();
        for (TopicPartition partition : partitions) {
            Position position = stored.get(partition.partition());
            long begin = begins.getOrDefault(partition, 0L);
            long expected = position == null ? (isTopicKnown ? 0 : begin) : position.nextOffset();
            if (begin > expected) {
                found.add(Gap.expired(partition.partition(), expected, begin));
            }
            if (position == null || begin > expected) {
                starts.add(start(partition, begin));
            }
        }
        gaps.require(found);
        if (!starts.isEmpty()) {
            engine.apply(starts);
        }
        beforeReading.run();
        rewind(partitions);
    }

    /**
     * Where these begin cannot be stored now, since the disk is full. They are paused at an offset that means nothing: without one the consumer
     * would go on at what the group has committed.
     */
    void postpone(Collection<TopicPartition> partitions) {
        consumer.pause(partitions);
        partitions.forEach(partition -> consumer.seek(partition, 0));
        postponed.addAll(partitions);
    }

    /**
     * Reads on, all that was paused on a full disk.
     *
     * @throws io.synfire.engine.store.StoreFullException if there is no room all the same; all stay paused
     */
    void resume() {
        postponed.retainAll(consumer.assignment());
        if (!postponed.isEmpty()) {
            seek(Set.copyOf(postponed));
            postponed.clear();
        }
        Set<TopicPartition> paused = new HashSet<>(consumer.paused());
        paused.removeAll(held);
        consumer.resume(paused);
    }

    /** Reads no more of a partition for now; it goes on at a place. */
    void hold(TopicPartition partition, OffsetAndMetadata at) {
        consumer.pause(List.of(partition));
        seek(partition, at);
        held.add(partition);
    }

    /** Whether a partition is held. It is no more once it was moved to where the engine stands, or was given away. */
    boolean isHeld(TopicPartition partition) {
        return held.contains(partition);
    }

    /** Reads on, from where the engine stands. */
    void letGo(Collection<TopicPartition> partitions) {
        rewind(partitions.stream().filter(held::contains).toList());
    }

    /** What is read here. */
    Set<TopicPartition> own() {
        return Set.copyOf(next.keySet());
    }

    /** Where the engine stands, by partition. */
    Map<Integer, Long> storedOffsets() {
        Map<Integer, Long> offsets = new HashMap<>();
        stored().forEach((partition, position) -> offsets.put(partition, position.nextOffset()));
        return offsets;
    }

    /** Moves partitions back to where the engine stands: what was polled of them and not applied is to be read again. */
    void rewind(Collection<TopicPartition> partitions) {
        Map<Integer, Position> stored = stored();
        for (TopicPartition partition : partitions) {
            Position position = stored.get(partition.partition());
            if (position == null) {
                throw new IllegalStateException("a partition is read that has no position: " + partition);
            }
            Optional<Integer> epoch =
                    position.leaderEpoch() < 0 ? Optional.empty() : Optional.of(position.leaderEpoch());
            seek(partition, new OffsetAndMetadata(position.nextOffset(), epoch, ""));
            if (held.remove(partition)) {
                consumer.resume(List.of(partition));
            }
        }
    }

    private void seek(TopicPartition partition, OffsetAndMetadata to) {
        consumer.seek(partition, to);
        next.put(partition, to.offset());
    }

    /** Moves all partitions that are read back to where the engine stands. */
    void rewind() {
        Set<TopicPartition> read = new HashSet<>(next.keySet());
        read.retainAll(consumer.assignment());
        rewind(read);
    }

    /** Lets the consumer drop what it has received and keeps; reads on from where the engine stands. Not in a group. */
    void release() {
        Set<TopicPartition> all = new HashSet<>(consumer.assignment());
        consumer.unsubscribe();
        consumer.assign(all);
        Set<TopicPartition> reading = new HashSet<>(all);
        reading.removeAll(held);
        List.copyOf(held)
                .forEach(partition -> hold(partition, new OffsetAndMetadata(next.getOrDefault(partition, 0L))));
        rewind(reading);
    }

    /** These are not read any more. */
    void forget(Collection<TopicPartition> partitions) {
        partitions.forEach(next::remove);
        held.removeAll(partitions);
        postponed.removeAll(partitions);
    }

    /**
     * What was polled must go on where the last poll ended, in a partition that was moved to the engine's position.
     *
     * @param firstOffset of the polled records, or -1 if only the position moved
     * @param end the position behind them
     */
    void requireNext(TopicPartition partition, long firstOffset, OffsetAndMetadata end) {
        Long expected = next.put(partition, end.offset());
        if (expected == null || end.offset() < expected || (firstOffset >= 0 && firstOffset < expected)) {
            throw new IllegalStateException("a poll must go on where the last one ended: " + partition + " expected="
                    + expected + " first=" + firstOffset + " end=" + end.offset());
        }
    }

    /** What tells the topic from another of its name. */
    String topicId() {
        return topicId;
    }

    Position position(TopicPartition partition, OffsetAndMetadata next) {
        return new Position(
                source(),
                topicId,
                partition.partition(),
                next.offset(),
                next.leaderEpoch().orElse(-1));
    }

    /**
     * The log does not have the next records.
     *
     * @throws IllegalStateException if that is not accepted
     */
    void resume(OffsetOutOfRangeException cause) {
        Map<TopicPartition, Long> asked = cause.offsetOutOfRangePartitions();
        Map<TopicPartition, Long> begins = consumer.beginningOffsets(asked.keySet());
        Map<TopicPartition, Long> ends = consumer.endOffsets(asked.keySet());
        Map<TopicPartition, OffsetAndMetadata> divergent =
                cause instanceof LogTruncationException truncation ? truncation.divergentOffsets() : Map.of();
        List<Gap> found = new ArrayList<>();
        List<Batch> starts = new ArrayList<>();
        asked.forEach((partition, offset) -> {
            long begin = begins.getOrDefault(partition, 0L);
            long end = ends.getOrDefault(partition, 0L);
            OffsetAndMetadata parted = divergent.get(partition);
            if (offset < begin) {
                found.add(Gap.expired(partition.partition(), offset, begin));
                starts.add(start(partition, begin));
            } else if (parted != null || offset > end) {
                long resume = parted == null ? end : parted.offset();
                found.add(Gap.truncated(partition.partition(), offset, resume));
                starts.add(start(partition, resume));
            }
            // Else a leader was new and did not know yet how far the log goes: it is asked again.
        });
        gaps.require(found);
        engine.apply(starts);
        rewind(asked.keySet());
    }

    private Batch start(TopicPartition partition, long offset) {
        return new Batch(
                partition.toString(), List.of(), List.of(position(partition, new OffsetAndMetadata(offset))), 0);
    }

    private Map<Integer, Position> stored() {
        Map<Integer, Position> stored = new HashMap<>();
        for (Position position : engine.positions()) {
            if (position.source().equals(source()) && position.sourceId().equals(topicId)) {
                stored.put(position.partition(), position);
            }
        }
        return stored;
    }

    private String source() {
        return "kafka:" + topic;
    }
}
