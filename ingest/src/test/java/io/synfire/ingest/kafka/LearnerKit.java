package io.synfire.ingest.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Position;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.ingest.codec.Decoding;
import io.synfire.ingest.codec.MalformedRecordException;
import io.synfire.ingest.codec.RecordNotes;
import io.synfire.ingest.kafka.EpisodeProducer.Outgoing;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** Learners and logs for tests of faults: episodes by number, and what a store must be equal to. */
final class LearnerKit {

    /** Generous: a loaded machine is no fault. */
    static final Duration LONG = Duration.ofMinutes(2);

    /** The time of the episode that is number 0. */
    static final long FIRST_MS = 1_300_000_000_000L;

    private final String bootstrapServers;
    private final TopicNames topics;

    LearnerKit(String bootstrapServers, TopicNames topics) {
        this.bootstrapServers = bootstrapServers;
        this.topics = topics;
    }

    ClientProperties client(Map<String, String> more) {
        Map<String, String> given = new HashMap<>(more);
        given.put("bootstrap.servers", bootstrapServers);
        return new ClientProperties(given);
    }

    LearnerKit create(int partitions) {
        new Topics(client(Map.of())).create(topics, partitions);
        return this;
    }

    static FaultPolicy policy(String... acceptedGaps) {
        return new FaultPolicy(Duration.ofSeconds(2), 1 << 20, Set.of(acceptedGaps));
    }

    static Engine open(Path store) {
        return Engine.open(store, Map.of(), new EngineOptions(16 << 20), new SimpleMeterRegistry());
    }

    EpisodeConsumer learner(Engine engine, Map<String, String> more, FaultPolicy policy, MeterRegistry meters) {
        return learner(engine, more, policy, BatchListener.NONE, meters);
    }

    EpisodeConsumer learner(
            Engine engine, Map<String, String> more, FaultPolicy policy, BatchListener listener, MeterRegistry meters) {
        return learner(engine, more, policy, more.get("group.id"), listener, meters);
    }

    /** A learner that commits its positions under a group's name. */
    EpisodeConsumer learner(
            Engine engine,
            Map<String, String> more,
            FaultPolicy policy,
            @Nullable String offsetsGroup,
            BatchListener listener,
            MeterRegistry meters) {
        return new EpisodeConsumer(
                engine,
                client(more),
                new EpisodeConsumer.Options(topics, Duration.ofMillis(200), Decoding.plain(), policy, offsetsGroup),
                listener,
                meters);
    }

    /** Learns all there is and stops. */
    void learnAll(Engine engine, FaultPolicy policy, MeterRegistry meters) {
        try (EpisodeConsumer learner = learner(engine, Map.of(), policy, meters)) {
            learner.start();
            awaitCaughtUp(learner);
        }
    }

    static void awaitCaughtUp(EpisodeConsumer learner) {
        await().atMost(LONG).untilAsserted(() -> assertThat("failure=" + learner.failure() + " ready=" + learner.ready()
                        + " lag=" + learner.lag() + " waiting=" + learner.waiting())
                .isEqualTo("failure=null ready=true lag=0 waiting=null"));
    }

    static void awaitEpisodes(Engine engine, EpisodeConsumer learner, long episodes) {
        await().atMost(LONG).until(() -> {
            assertThat(learner.failure()).isNull();
            return engine.view().counts().episodes() == episodes;
        });
    }

    static Throwable awaitFailure(EpisodeConsumer learner) {
        return await().atMost(LONG).until(learner::failure, failure -> failure != null);
    }

    /** How many members a group has, as its coordinator knows. */
    int members(String group) throws InterruptedException, ExecutionException {
        return memberIds(group).size();
    }

    /** The members a group has, as its coordinator knows; one that left and came back has another id. */
    Set<String> memberIds(String group) throws InterruptedException, ExecutionException {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            return admin
                    .describeConsumerGroups(List.of(group))
                    .describedGroups()
                    .values()
                    .iterator()
                    .next()
                    .get()
                    .members()
                    .stream()
                    .map(MemberDescription::consumerId)
                    .collect(Collectors.toSet());
        }
    }

    /** Episodes {@code from} to {@code to}, of forty contexts. */
    void produce(int from, int to) {
        try (EpisodeProducer producer =
                new EpisodeProducer(client(Map.of()), topics.episodes(), new SimpleMeterRegistry())) {
            List<Outgoing> records = new ArrayList<>();
            for (int i = from; i < to; i++) {
                String json = "{\"at\":" + (FIRST_MS + i * 1000L) + ",\"context\":\"k" + i % 40 + "\",\"concepts\":[\"c"
                        + i % 13 + "\",\"d" + i % 5 + "\"]}";
                records.add(new Outgoing("k" + i % 40, json.getBytes(StandardCharsets.UTF_8)));
            }
            assertThat(producer.append(records).lastOffset()).isNotNegative();
        }
    }

    void produceValue(String key, byte[] value) {
        try (EpisodeProducer producer =
                new EpisodeProducer(client(Map.of()), topics.episodes(), new SimpleMeterRegistry())) {
            assertThat(producer.append(List.of(new Outgoing(key, value))).lastOffset())
                    .isNotNegative();
        }
    }

    /** The store equals the fold of every record below its own positions: here they are folded anew, one after the other. */
    void assertIsFoldOfWhatIsBelowItsPositions(Engine engine, Path fresh) {
        try (Engine folded = open(fresh);
                KafkaConsumer<byte[], byte[]> reader =
                        new KafkaConsumer<>(client(Map.of()).consumer())) {
            RecordDecoder decoder = decoder(engine.view().settings());
            for (Position position : engine.positions()) {
                TopicPartition partition = new TopicPartition(topics.episodes(), position.partition());
                reader.assign(List.of(partition));
                reader.seekToBeginning(List.of(partition));
                while (reader.position(partition) < position.nextOffset()) {
                    for (ConsumerRecord<byte[], byte[]> record : reader.poll(Duration.ofMillis(200))) {
                        if (record.offset() < position.nextOffset()) {
                            fold(folded, decoder, partition, record);
                        }
                    }
                }
            }
            assertThat(engine.view().counts().episodes())
                    .isEqualTo(folded.view().counts().episodes());
            assertThat(engine.digest().learnedHex()).isEqualTo(folded.digest().learnedHex());
        }
    }

    private static void fold(
            Engine folded, RecordDecoder decoder, TopicPartition partition, ConsumerRecord<byte[], byte[]> record) {
        try {
            folded.apply(new Batch(partition.toString(), List.of(decoder.admitted(record)), List.of(), 0));
        } catch (MalformedRecordException e) {
            // It is among the dead letters.
            assertThat(e.getMessage()).isNotBlank();
        }
    }

    /** Of records that no clock has refused. */
    static RecordDecoder decoder(LearningSettings settings) {
        Refusals none = new Refusals(
                new ClientProperties(Map.of("bootstrap.servers", "nowhere.invalid:1")),
                "none",
                "none",
                List::of,
                () -> false);
        return new RecordDecoder(Decoding.plain(), settings, new ReaderClock(settings, none, null), new RecordNotes());
    }

    /** All dead letters, as soon as there are so many. */
    List<ConsumerRecord<byte[], byte[]>> deadLetters(int count) {
        List<ConsumerRecord<byte[], byte[]>> dead = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> reader =
                new KafkaConsumer<>(client(Map.of()).consumer())) {
            TopicPartition partition = new TopicPartition(topics.deadLetters(), 0);
            reader.assign(List.of(partition));
            reader.seekToBeginning(List.of(partition));
            await().atMost(LONG).until(() -> {
                reader.poll(Duration.ofMillis(100)).forEach(dead::add);
                return dead.size() >= count;
            });
        }
        return dead;
    }

    static String text(ConsumerRecord<byte[], byte[]> record, String header) {
        return new String(record.headers().lastHeader(header).value(), StandardCharsets.UTF_8);
    }
}
