package io.synfire.ingest.kafka;

import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.PassedOver.Why;
import io.synfire.engine.event.Position;
import io.synfire.engine.event.Unlearned;
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
 * Says which records of a topic a memory learned, and as what, to those who read the topic again beside it. The memory knows what it has
 * passed over, and that decides, whatever settings and dead letters there are now. Of records of which it does not know, since an older
 * version read them, or since they came after its last checkpoint, the dead-letter topic decides, which is read before any record is judged:
 * what the clock of the first reader has refused was not learned; nor was what this memory has rejected, or somebody who does not say who he
 * is, which leaves a doubt. Keeps some 40 bytes a refusal. One thread at a time.
 */
final class LearnedRecords {

    private final ClientProperties properties;
    private final TopicNames topics;
    private final Decoding decoding;
    private final LearningSettings settings;
    private final List<Unlearned> memories;
    private final LeftOut leftOut;
    private final @Nullable Undecided undecided;
    private List<PassedOverOffsets> known = List.of();

    private @Nullable LetterOffsets letters;
    private @Nullable Refusals refusals;
    private @Nullable RecordDecoder learned;
    private @Nullable RecordDecoder decided;
    private @Nullable RecordDecoder judged;

    /** How often a dead letter decided of which nobody knows whose it is. */
    private long doubted;

    /** Of records that a learner has passed, or will pass as their dead letters tell. {@code memories}: what they know; empty if none does. */
    LearnedRecords(
            ClientProperties properties,
            TopicNames topics,
            Decoding decoding,
            LearningSettings settings,
            List<Unlearned> memories,
            LeftOut leftOut) {
        this(properties, topics, decoding, settings, memories, leftOut, null);
    }

    /** Of all records: episodes behind the memory's positions are held against a clock, as who learns them next will do. */
    LearnedRecords(
            ClientProperties properties,
            TopicNames topics,
            Decoding decoding,
            LearningSettings settings,
            Unlearned memory,
            List<Position> learned,
            InstantSource clock) {
        this(
                properties,
                topics,
                decoding,
                settings,
                List.of(memory),
                LeftOut.IS_NOT_LEARNED,
                Undecided.behind(topics.episodes(), learned, clock));
    }

    private LearnedRecords(
            ClientProperties properties,
            TopicNames topics,
            Decoding decoding,
            LearningSettings settings,
            List<Unlearned> memories,
            LeftOut leftOut,
            @Nullable Undecided undecided) {
        this.properties = properties;
        this.topics = topics;
        this.decoding = decoding;
        this.settings = settings;
        this.memories = List.copyOf(memories);
        this.leftOut = leftOut;
        this.undecided = undecided;
    }

    /** What is to be said of records that a memory has left out since they are later than the moment that it was rebuilt for. */
    enum LeftOut {
        /** They were not learned. */
        IS_NOT_LEARNED,
        /** They are part of the log all the same. */
        COUNTS
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
            known = memories.stream()
                    .map(memory -> new PassedOverOffsets(memory, topicId))
                    .toList();
            LetterOffsets others = new LetterOffsets(memories, known);
            letters = others;
            read = new Refusals(properties, topics.deadLetters(), topicId, List::of, () -> false, others::take);
            // One that is never read refuses nothing.
            learned = decoder(new Refusals(properties, topics.deadLetters(), topicId, List::of, () -> false), null);
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
     * Whether a record was passed over: nothing was learned of it, whatever it says now.
     *
     * @throws IllegalStateException if nobody has looked what was refused
     */
    boolean isPassedOver(ConsumerRecord<?, ?> record) {
        LetterOffsets others = letters;
        if (others == null) {
            throw unread();
        }
        boolean isKnown = false;
        for (PassedOverOffsets memory : known) {
            if (memory.knows(record.partition(), record.offset())) {
                isKnown = true;
                Why why = memory.why(record.partition(), record.offset());
                if (why != null && (why != Why.LEFT_OUT || leftOut == LeftOut.IS_NOT_LEARNED)) {
                    return true;
                }
            }
        }
        if (isKnown) {
            return false;
        }
        if (others.isOwn(record.partition(), record.offset())) {
            return true;
        }
        boolean isUnsigned = others.isUnsigned(record.partition(), record.offset());
        if (isUnsigned) {
            doubted++;
        }
        return isUnsigned;
    }

    /** Whether a memory says that it has learned a record. */
    private boolean isLearned(ConsumerRecord<?, ?> record) {
        return known.stream().anyMatch(memory -> memory.knows(record.partition(), record.offset()));
    }

    /**
     * What was learned of a record.
     *
     * @throws MalformedRecordException if it cannot be read, or a clock has refused it: it is a dead letter, and nothing was learned of it; or
     *     the memory has learned it, and it cannot be read as it is read here
     * @throws IllegalStateException if nobody has looked what was refused
     */
    Entry entry(ConsumerRecord<byte[], byte[]> record) throws MalformedRecordException {
        RecordDecoder certain = learned;
        RecordDecoder told = decided;
        RecordDecoder ahead = judged;
        if (certain == null || told == null || ahead == null) {
            throw unread();
        }
        if (isLearned(record)) {
            return certain.admitted(record);
        }
        Entry entry = told.admitted(record);
        // Commands are for whoever learns: what they name was let pass once, and may be ahead of this clock all the
        // same.
        return entry instanceof Episode && undecided != null && undecided.holds(record)
                ? ahead.admitted(record)
                : entry;
    }

    /**
     * What may make a record that was refused look like one that was learned, or one that was learned look like one that was refused: what a
     * clock has refused is not known any more, or who has rejected what is not.
     *
     * @param deadLetters how many records the memory has rejected
     * @return empty if all of it is known
     */
    Optional<String> doubt(long deadLetters) {
        Refusals read = refusals;
        if (read == null) {
            return Optional.empty();
        }
        if (known.isEmpty() || !known.stream().allMatch(PassedOverOffsets::knowsAll)) {
            long told = memories.stream().mapToLong(Unlearned::rejected).max().orElse(0);
            Optional<String> gone =
                    read.doubt(Math.max(0, deadLetters - told), "so what a clock has refused may be taken for learned");
            if (gone.isPresent()) {
                return gone;
            }
        }
        return doubted == 0
                ? Optional.empty()
                : Optional.of("there are dead letters of which nobody knows whether this memory has rejected them, so"
                        + " their records were taken for not learned: dead-letters=" + topics.deadLetters());
    }

    private IllegalStateException unread() {
        return new IllegalStateException("what was refused must be read before any record: topic=" + topics.episodes());
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
