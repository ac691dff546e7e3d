package io.synfire.ingest.kafka;

import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Forget;
import io.synfire.engine.event.LearnedAnew;
import io.synfire.engine.event.Position;
import io.synfire.engine.event.Retraction;
import io.synfire.engine.event.Unlearned;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.ingest.codec.Decoding;
import io.synfire.ingest.codec.JsonEpisodeCodec;
import io.synfire.ingest.codec.MalformedRecordException;
import io.synfire.ingest.forget.ContextLives;
import io.synfire.ingest.forget.ForgetReceipt;
import io.synfire.ingest.forget.ForgetReceipt.Appended;
import io.synfire.ingest.forget.ForgetReceipt.Search;
import io.synfire.ingest.forget.HeldId;
import io.synfire.ingest.forget.RetractionParts;
import io.synfire.ingest.forget.RetractionParts.Part;
import io.synfire.ingest.forget.Unreadable;
import io.synfire.ingest.kafka.CommandProducer.Outgoing;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Appends what makes learners forget to a topic: retractions of all that it holds of a context, each to the partition it is of, or the
 * command to forget a concept, to every partition. Scans the whole topic for a context. One of a topic works at a time, wherever it runs:
 * who begins ends the one before, which appends nothing more. One thread at a time.
 */
public final class TopicForgetter {

    /** How often what the context did meanwhile is taken back as well, at most. */
    public static final int ROUNDS_MAX = 5;

    /** What is appended in one transaction, about. */
    private static final long TRANSACTION_BYTES = 32L << 20;

    /** What a record takes beside its key and value, at most. */
    private static final long RECORD_BYTES_BESIDE = 1_024;

    /** What every topic takes unless somebody made it less, where nobody says how much it is. */
    private static final long RECORD_BYTES_UNKNOWN = 1_000_000;

    private final ClientProperties properties;
    private final TopicNames topics;
    private final Decoding decoding;
    private final LearningSettings settings;
    private final InstantSource clock;
    private final Duration silenceMax;
    private LearnedAnew learnedAnew = LearnedAnew.nothing();
    private @Nullable LearnedRecords records;

    /**
     * A forgetter.
     *
     * @param properties how to reach the cluster
     * @param topics the topic of episodes, and that of dead letters
     * @param decoding how its records become entries
     * @param settings what the memory learned by
     * @param clock gives what is appended its timestamps, and says which records that are not read yet will be refused
     */
    public TopicForgetter(
            ClientProperties properties,
            TopicNames topics,
            Decoding decoding,
            LearningSettings settings,
            InstantSource clock) {
        this(properties, topics, decoding, settings, clock, TopicScan.SILENCE_MAX);
    }

    TopicForgetter(
            ClientProperties properties,
            TopicNames topics,
            Decoding decoding,
            LearningSettings settings,
            InstantSource clock,
            Duration silenceMax) {
        this.properties = properties;
        this.topics = topics;
        this.decoding = decoding;
        this.settings = settings;
        this.clock = clock;
        this.silenceMax = silenceMax;
    }

    /**
     * Tells how far the memory had learned its log anew, and not live: there a retraction took back what it had learned.
     *
     * @param anew as the memory says
     */
    public void knowing(LearnedAnew anew) {
        learnedAnew = anew;
    }

    /**
     * Appends the retractions of a context. Nothing is appended if the topic holds nothing of it. What the context does meanwhile is taken
     * back as well, up to {@value #ROUNDS_MAX} times.
     *
     * @param context its key
     * @param learned the positions of the memory: the topic must be the one they are of
     * @param memory what the memory has learned nothing of, as of its last checkpoint
     * @param watermarkMs what the receipt's evidence is decayed to
     * @return what they remove, and how many episodes are left; learners apply them when they read them
     * @throws SilentClusterException if the cluster does not answer within 30 s
     * @throws IllegalStateException if the topic is another than the one that was learned, or the cluster refuses something, such as its
     *     dead letters; of what is to be appended, parts may be
     */
    public ForgetReceipt forgetContext(String context, List<Position> learned, Unlearned memory, long watermarkMs) {
        String topicId = TopicIds.of(properties, topics.episodes());
        TopicIds.require(topics.episodes(), topicId, learned);
        TopicDeadLetters refused =
                new TopicDeadLetters(properties, topics.deadLetters(), new HeldId(context), topicId, memory.memoryId());
        // First: from then on nobody else appends what this does not see.
        try (CommandProducer producer = new CommandProducer(properties, topics.episodes(), silenceMax);
                TopicScan scan = new TopicScan(properties, "synfire-forget", silenceMax)) {
            refused.look();
            LearnedRecords decided = new LearnedRecords(properties, topics, decoding, settings, memory, learned, clock);
            records = decided;
            List<TopicPartition> partitions = scan.partitions(topics.episodes());
            Map<TopicPartition, Long> begins = scan.begins(partitions);
            List<Followed> all = partitions.stream()
                    .map(partition -> new Followed(
                            scan,
                            partition,
                            begins.getOrDefault(partition, 0L),
                            applied(learned, partition),
                            context,
                            topicId,
                            decided,
                            refused))
                    .toList();
            Map<Appended, Retraction> retractions = new LinkedHashMap<>();
            RetractionParts cutter = new RetractionParts(decoding, recordBytes(context));
            boolean isSeen = true;
            for (int round = 0; isSeen; round++) {
                // What is read now may have been refused meanwhile.
                Map<TopicPartition, Long> ends = scan.ends(partitions);
                decided.look();
                List<Outgoing> parts = new ArrayList<>();
                List<Retraction> cut = new ArrayList<>();
                for (Followed followed : all) {
                    followed.follow(ends.getOrDefault(followed.partition, followed.end));
                    if (round == 0) {
                        // An earlier run may have ended before the memory came to what it had appended.
                        followed.pending.forEach((offset, retraction) ->
                                retractions.put(followed.appended(offset, retraction), retraction));
                    }
                    if (round <= ROUNDS_MAX) {
                        for (Part part : cutter.of(followed.lives)) {
                            parts.add(outgoing(followed.partition, part));
                            cut.add(part.retraction());
                        }
                    }
                }
                if (parts.isEmpty()) {
                    break;
                }
                List<Appended> added = append(producer, parts);
                all.forEach(followed -> followed.appended(added));
                for (int i = 0; i < added.size(); i++) {
                    retractions.put(added.get(i), cut.get(i));
                }
                isSeen = scan.canSee(last(added));
            }
            return receipt(all, retractions, watermarkMs, isSeen);
        }
    }

    private ForgetReceipt receipt(
            List<Followed> all, Map<Appended, Retraction> retractions, long watermarkMs, boolean isSeen) {
        List<Appended> appended = new ArrayList<>();
        List<Retraction> applied = new ArrayList<>();
        retractions.forEach((each, retraction) -> {
            boolean isRepeated = all.stream().anyMatch(followed -> followed.isRepeated(each));
            Appended dated = each.takingBackUpTo(retraction.latestMs());
            appended.add(isRepeated ? dated.repeated() : dated);
            if (!isRepeated) {
                applied.add(retraction);
            }
        });
        // What the memory's watermark is, at least, when it has come to the parts.
        long latestMs = watermarkMs;
        for (Followed followed : all) {
            latestMs = Math.max(latestMs, followed.lives.clockMs());
        }
        return new ForgetReceipt(
                ForgetReceipt.removed(applied, settings, latestMs),
                new Search(
                        all.stream().map(Followed::searched).toList(),
                        all.stream()
                                .flatMap(followed -> followed.unsearched().stream())
                                .toList()),
                appended,
                isSeen
                        ? all.stream()
                                .mapToLong(followed -> followed.lives.left())
                                .sum()
                        : ForgetReceipt.LEFT_UNKNOWN,
                all.stream().mapToLong(Followed::strangers).sum());
    }

    /**
     * Appends the command to forget a concept to every partition of every topic that the memory was learned from and that is still there,
     * all of it or none.
     *
     * @param concept its id
     * @param learned the positions of the memory: its topics must be those they are of
     * @return where it is
     * @throws SilentClusterException if the cluster does not answer within 30 s
     * @throws IllegalStateException if a topic is another than the one that was learned, or the cluster refuses something; then nothing was
     *     appended
     */
    public List<Appended> forgetConcept(String concept, List<Position> learned) {
        TopicIds.require(properties, topics.episodes(), learned);
        try (CommandProducer producer = new CommandProducer(properties, topics.episodes(), silenceMax);
                TopicScan scan = new TopicScan(properties, "synfire-forget", silenceMax)) {
            Map<String, Integer> covered = new TreeMap<>();
            for (String topic : learnedTopics(learned)) {
                covered.put(topic, scan.partitions(topic).size());
            }
            Forget forget = new Forget(concept, covered, "forget-" + UUID.randomUUID());
            byte[] json = new JsonEpisodeCodec().encode(forget);
            List<Outgoing> copies = new ArrayList<>();
            covered.forEach((topic, partitions) -> {
                for (int partition = 0; partition < partitions; partition++) {
                    copies.add(new Outgoing(
                            topic, partition, clock.millis(), null, json, String.valueOf(forget.eventId())));
                }
            });
            return producer.append(copies);
        }
    }

    /**
     * What may make the retractions take back what was never learned: what a clock has refused is not known any more. To be asked after
     * {@link #forgetContext}.
     *
     * @param deadLetters how many records the memory has rejected
     * @return empty if all of it is known
     */
    public Optional<String> doubt(long deadLetters) {
        return records == null ? Optional.empty() : records.doubt(deadLetters);
    }

    /** The topic, and others that the memory was learned from, as far as they are there. */
    private Set<String> learnedTopics(List<Position> learned) {
        Set<String> names = new TreeSet<>(Set.of(topics.episodes()));
        for (Position position : learned) {
            String topic =
                    position.source().startsWith("kafka:") ? position.source().substring(6) : topics.episodes();
            if (!names.contains(topic) && TopicIds.isThere(properties, topic, position.sourceId())) {
                names.add(topic);
            }
        }
        return names;
    }

    /** A partition, as far as it was followed. */
    private final class Followed {
        final TopicPartition partition;
        private final TopicScan scan;
        private final long begin;
        private final long applied;
        private final String context;
        private final String source;
        private final TopicDeadLetters refused;
        private final LearnedRecords decided;
        private long strangersBefore = -1;

        /** Retractions of the context that were in the log at the first look, and not applied, by their offsets. */
        final Map<Long, Retraction> pending = new TreeMap<>();

        /** Of those in the log, which are passed over, since one of their id came before. */
        private final Set<Long> repeated = new HashSet<>();

        /** What this run has appended is told by its own outcome: where it is refused, to append it again would not help. */
        private final Set<Long> appended = new HashSet<>();

        private Unreadable unreadable;
        ContextLives lives;
        long end;

        Followed(
                TopicScan scan,
                TopicPartition partition,
                long begin,
                long applied,
                String context,
                String topicId,
                LearnedRecords decided,
                TopicDeadLetters refused) {
            this.scan = scan;
            this.partition = partition;
            this.begin = begin;
            this.end = begin;
            this.applied = applied;
            this.context = context;
            this.source = Position.identity(topicId, partition.partition());
            this.decided = decided;
            this.refused = refused;
            this.lives = new ContextLives(context, settings, learnedAnew, Set.of());
            this.unreadable = new Unreadable(context);
        }

        void follow(long to) {
            scan.read(partition, end, to, this::take);
            // An event may have been sent twice, also to another context: who was first decides what was learned.
            while (!lives.isCertain()) {
                lives = new ContextLives(context, settings, learnedAnew, lives.eventIds());
                pending.clear();
                repeated.clear();
                unreadable = new Unreadable(context);
                scan.read(partition, begin, to, this::take);
            }
            unreadable.requireNone();
            end = Math.max(end, to);
            if (strangersBefore < 0) {
                strangersBefore = lives.strangers();
            }
        }

        /** Where the beginning is gone, since the first look: who knows what was there before. */
        long strangers() {
            return begin == 0 ? lives.strangers() : lives.strangers() - strangersBefore;
        }

        String searched() {
            return "kafka:" + partition.topic() + " partition " + partition.partition() + ", offsets " + begin + " to "
                    + end;
        }

        /** What was there before the log begins. */
        List<String> unsearched() {
            return begin == 0
                    ? List.of()
                    : List.of("kafka:" + partition.topic() + " partition " + partition.partition() + ", offsets 0 to "
                            + begin + ", which have expired");
        }

        boolean isRepeated(Appended part) {
            return part.source().equals("kafka:" + partition.topic())
                    && part.partition() == partition.partition()
                    && repeated.contains(part.offset());
        }

        private void take(ConsumerRecord<byte[], byte[]> record) {
            if (!appended.contains(record.offset()) && decided.isPassedOver(record)) {
                return;
            }
            try {
                Entry entry = decided.entry(record);
                Retraction own = entry instanceof Retraction retraction && context.equals(retraction.context())
                        ? retraction
                        : null;
                boolean counts = lives.take(source, record.offset(), entry);
                if (own != null && !counts) {
                    repeated.add(record.offset());
                } else if (own != null && record.offset() >= applied && own.isPart()) {
                    pending.put(record.offset(), own);
                }
            } catch (MalformedRecordException e) {
                // A dead letter that is yet to be written; or it was learned, read otherwise.
                if (record.offset() < applied && !isRefused(record)) {
                    unreadable.add(
                            "kafka:" + record.topic() + " partition " + record.partition() + " offset "
                                    + record.offset(),
                            record.key(),
                            record.value(),
                            e.getMessage() + ", and no dead letter says that it was refused");
                }
            }
        }

        /** Of what was appended, what is in this partition. */
        void appended(List<Appended> parts) {
            parts.stream()
                    .filter(part -> part.partition() == partition.partition())
                    .forEach(part -> appended.add(part.offset()));
        }

        Appended appended(long offset, Retraction retraction) {
            String eventId = retraction.eventId();
            return new Appended(
                    "kafka:" + partition.topic(), partition.partition(), offset, eventId == null ? "" : eventId, false);
        }

        /** Whether it could be read here, and whoever learned could not. */
        private boolean isRefused(ConsumerRecord<byte[], byte[]> record) {
            return refused.reason(new TopicDeadLetters.Place(record.topic(), record.partition(), record.offset()))
                    .isPresent();
        }
    }

    /** How large a value the topic and the producer take. */
    private int recordBytes(String context) {
        long topicMax = new Topics(properties).recordBytesMax(topics.episodes()).orElse(RECORD_BYTES_UNKNOWN);
        Object requestMax = properties.producer("synfire-forget").get(ProducerConfig.MAX_REQUEST_SIZE_CONFIG);
        long requestBytesMax = Long.parseLong(String.valueOf(requestMax));
        long beside = RECORD_BYTES_BESIDE + context.getBytes(StandardCharsets.UTF_8).length;
        return (int) Math.max(1, Math.min(topicMax, requestBytesMax) - beside);
    }

    /** With a timestamp that its episodes are not too far ahead of, as they were not when they were learned. */
    private Outgoing outgoing(TopicPartition partition, Part part) {
        Retraction retraction = part.retraction();
        long latestMs =
                retraction.episodes().stream().mapToLong(Episode::atMs).max().orElseThrow();
        return new Outgoing(
                partition.topic(),
                partition.partition(),
                Math.max(clock.millis(), latestMs - settings.maxAheadMs()),
                retraction.context(),
                part.json(),
                String.valueOf(retraction.eventId()));
    }

    /** How far the memory has read a partition. */
    private static long applied(List<Position> learned, TopicPartition partition) {
        return learned.stream()
                .filter(position -> position.source().equals("kafka:" + partition.topic())
                        && position.partition() == partition.partition())
                .mapToLong(Position::nextOffset)
                .findFirst()
                .orElse(0);
    }

    private static List<Appended> append(CommandProducer producer, List<Outgoing> parts) {
        List<Appended> appended = new ArrayList<>();
        List<Outgoing> some = new ArrayList<>();
        long bytes = 0;
        for (Outgoing part : parts) {
            if (!some.isEmpty() && bytes + part.json.length > TRANSACTION_BYTES) {
                appended.addAll(producer.append(some));
                some.clear();
                bytes = 0;
            }
            some.add(part);
            bytes += part.json.length;
        }
        appended.addAll(producer.append(some));
        return appended;
    }

    private Map<TopicPartition, Long> last(List<Appended> appended) {
        Map<TopicPartition, Long> last = new HashMap<>();
        appended.forEach(
                each -> last.merge(new TopicPartition(topics.episodes(), each.partition()), each.offset(), Math::max));
        return last;
    }
}
