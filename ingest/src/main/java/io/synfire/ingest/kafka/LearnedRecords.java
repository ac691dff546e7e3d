package io.synfire.ingest.kafka;

import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Position;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.ingest.codec.Decoding;
import io.synfire.ingest.codec.HeldRetractions;
import io.synfire.ingest.codec.MalformedRecordException;
import io.synfire.ingest.codec.RecordNotes;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.RetriableException;
import org.jspecify.annotations.Nullable;

/**
 * Says which records of a topic a memory learned, and as what, to those who read the topic again beside it. What the clock of the first
 * reader has refused was not learned, though the clock would let it pass by now: that is read from the dead-letter topic, all of it, before
 * any record is judged. Keeps some 40 bytes a refusal. One thread at a time.
 */
final class LearnedRecords {

    private final ClientProperties properties;
    private final TopicNames topics;
    private final Decoding decoding;
    private final LearningSettings settings;
    private final @Nullable Undecided undecided;

    private @Nullable Refusals refusals;
    private @Nullable RecordDecoder decided;
    private @Nullable RecordDecoder judged;

    /** Of records that a learner has passed, or will pass as their dead letters tell. */
    LearnedRecords(ClientProperties properties, TopicNames topics, Decoding decoding, LearningSettings settings) {
        this(properties, topics, decoding, settings, null);
    }

    /** Of all records: episodes behind the memory's positions are held against a clock, as who learns them next will do. */
    LearnedRecords(
            ClientProperties properties,
            TopicNames topics,
            Decoding decoding,
            LearningSettings settings,
            List<Position> learned,
            InstantSource clock) {
        this(properties, topics, decoding, settings, Undecided.behind(topics.episodes(), learned, clock));
    }

    private LearnedRecords(
            ClientProperties properties,
            TopicNames topics,
            Decoding decoding,
            LearningSettings settings,
            @Nullable Undecided undecided) {
        this.properties = properties;
        this.topics = topics;
        this.decoding = decoding;
        this.settings = settings;
        this.undecided = undecided;
    }

    /** From which offset of each partition on nobody has decided, and the clock that does. */
    private record Undecided(Map<Integer, Long> from, InstantSource clock) {

        static Undecided behind(String topic, List<Position> learned, InstantSource clock) {
            Map<Integer, Long> from = new HashMap<>();
            for (Position position : learned) {
                if (position.source().equals("kafka:" + topic)) {
                    from.put(position.partition(), position.nextOffset());
                }
            }
            return new Undecided(from, clock);
        }

        boolean holds(ConsumerRecord<?, ?> record) {
            return record.offset() >= from.getOrDefault(record.partition(), 0L);
        }
    }

    /**
     * Reads what was refused, up to now; what was read before is not read again.
     *
     * @throws SilentClusterException if the cluster does not answer
     * @throws IllegalStateException if there is no such topic, or what was refused may not be read
     */
    void look() {
        Refusals read = refusals;
        if (read == null) {
            String topicId = TopicIds.of(properties, topics.episodes());
            read = new Refusals(properties, topics.deadLetters(), topicId, List::of, () -> false);
            decided = decoder(read, null);
            judged = undecided == null ? decided : decoder(read, clockNeeded(undecided.clock()));
            refusals = read;
        }
        try {
            read.read();
        } catch (RetriableException e) {
            throw new SilentClusterException(
                    "the dead letters cannot be read: dead-letters=" + topics.deadLetters() + ": " + e.getMessage(), e);
        }
    }

    /**
     * What was learned of a record.
     *
     * @throws MalformedRecordException if it is a dead letter: nothing was learned of it
     * @throws IllegalStateException if nobody has looked what was refused
     */
    Entry entry(ConsumerRecord<byte[], byte[]> record) throws MalformedRecordException {
        RecordDecoder known = decided;
        RecordDecoder ahead = judged;
        if (known == null || ahead == null) {
            throw new IllegalStateException(
                    "what was refused must be read before any record: topic=" + topics.episodes());
        }
        Entry entry = known.admitted(record);
        // Commands are for whoever learns: what they name was let pass once, and may be ahead of this clock all the
        // same.
        return entry instanceof Episode && undecided != null && undecided.holds(record)
                ? ahead.admitted(record)
                : entry;
    }

    /**
     * What may make a record that was refused look like one that was learned: what a clock has refused is not known any more.
     *
     * @param deadLetters how many records the memory has rejected
     * @return empty if all of it is known
     */
    Optional<String> doubt(long deadLetters) {
        return refusals == null
                ? Optional.empty()
                : refusals.doubt(deadLetters, "so what a clock has refused may be taken for learned");
    }

    private RecordDecoder decoder(Refusals read, @Nullable InstantSource clock) {
        // One that tells clocks was applied by the memory that it was made for, whatever the limits of this one are.
        return new RecordDecoder(
                decoding, settings, new ReaderClock(settings, read, clock), new RecordNotes(), HeldRetractions.BY_HAND);
    }

    /** The clock, if the topic does not bound its timestamps itself. */
    private @Nullable InstantSource clockNeeded(InstantSource clock) {
        try {
            TimestampBound bound = TimestampBound.of(TopicRetention.describe(properties, topics.episodes()));
            return bound.isWiderThan(settings.maxAheadMs()) ? clock : null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the topic was looked at: topic=" + topics.episodes(), e);
        }
    }
}
