package io.synfire.ingest.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.event.Position;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What tools for lag see of a learner: asked as they ask, by an admin client. */
@SuppressWarnings("NullAway.Init")
final class LagOffsetsIT {

    private static final int PARTITIONS = 3;

    @TempDir
    static Path brokerDirectory;

    static LocalBroker broker;

    @TempDir
    Path directory;

    private String topic;
    private LearnerKit kit;
    private Admin admin;

    @BeforeAll
    static void startBroker() {
        broker = LocalBroker.start(brokerDirectory, 0);
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @BeforeEach
    void createTopics(TestInfo test) {
        topic = test.getTestMethod().orElseThrow().getName()
                + test.getDisplayName().replaceAll("[^a-z]", "");
        kit = new LearnerKit(broker.bootstrapServers(), new TopicNames(topic, topic + ".dead")).create(PARTITIONS);
        admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
    }

    @AfterEach
    void closeAdmin() {
        admin.close();
    }

    @Test
    void committedOffsetsAreTheStoredPositionsAndToolsSeeTheLagOfAStoppedLearner() throws Exception {
        kit.produce(0, 1000);
        Path store = directory.resolve("store");
        try (Engine engine = LearnerKit.open(store);
                EpisodeConsumer learner = learner(engine, Map.of(), "lag-of-a-store")) {
            learner.start();
            LearnerKit.awaitEpisodes(engine, learner, 1000);
            LearnerKit.awaitCaughtUp(learner);
            await().atMost(LearnerKit.LONG).until(() -> lag("lag-of-a-store") == 0);
            assertThat(committed("lag-of-a-store")).isEqualTo(positions(engine.positions()));
            // Nobody has joined it.
            assertThat(admin.describeConsumerGroups(List.of("lag-of-a-store"))
                            .all()
                            .get()
                            .values())
                    .extracting(ConsumerGroupDescription::groupState)
                    .containsExactly(GroupState.EMPTY);
            kit.produce(1000, 1300);
        }
        assertThat(committed("lag-of-a-store")).isEqualTo(stored(store));
        kit.produce(1300, 2000);
        assertThat(lag("lag-of-a-store"))
                .isEqualTo(2000
                        - stored(store).values().stream()
                                .mapToLong(Long::longValue)
                                .sum())
                .isGreaterThanOrEqualTo(700);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "classic", "consumer"})
    void committedOffsetsAreNeverAheadOfWhatIsInTheStore(String protocol) throws Exception {
        Map<String, String> member =
                protocol.isEmpty() ? Map.of() : Map.of("group.id", topic, "group.protocol", protocol);
        Path store = directory.resolve("store");
        try (Engine engine = LearnerKit.open(store);
                EpisodeConsumer learner = learner(engine, member, topic)) {
            learner.start();
            int produced = 0;
            int looks = 0;
            long seen = 0;
            while (produced < 20_000) {
                kit.produce(produced, produced += 1000);
                Map<TopicPartition, Long> committed = committed(topic);
                Map<TopicPartition, Long> stored = stored(store);
                committed.forEach((partition, offset) -> assertThat(offset)
                        .as("%s committed=%s stored=%s", partition, committed, stored)
                        .isLessThanOrEqualTo(stored.getOrDefault(partition, 0L)));
                seen = Math.max(
                        seen,
                        committed.values().stream().mapToLong(Long::longValue).sum());
                looks++;
            }
            LearnerKit.awaitEpisodes(engine, learner, produced);
            LearnerKit.awaitCaughtUp(learner);
            await().atMost(LearnerKit.LONG).until(() -> lag(topic) == 0);
            System.out.printf(
                    "%s: %d looks, at most %d of %d records committed while learning%n",
                    protocol, looks, seen, produced);
        }
        assertThat(committed(topic)).isEqualTo(stored(store));
    }

    @Test
    void withoutAGroupNothingIsCommitted() throws Exception {
        kit.produce(0, 100);
        try (Engine engine = LearnerKit.open(directory.resolve("store"))) {
            kit.learnAll(engine, LearnerKit.policy(), new SimpleMeterRegistry());
        }
        assertThat(admin.listGroups().all().get())
                .noneMatch(group -> group.groupId().contains(topic));
    }

    @Test
    void aNameThatAGroupAtWorkHasIsRefusedByTheClusterAndLearningGoesOn() throws Exception {
        kit.produce(0, 1000);
        Map<String, String> member = Map.of("group.id", topic, "group.protocol", "classic");
        try (Engine engine = LearnerKit.open(directory.resolve("member"));
                Engine other = LearnerKit.open(directory.resolve("other"));
                EpisodeConsumer inGroup = learner(engine, member, topic);
                EpisodeConsumer beside = learner(other, Map.of(), topic)) {
            inGroup.start();
            LearnerKit.awaitEpisodes(engine, inGroup, 1000);
            LearnerKit.awaitCaughtUp(inGroup);
            beside.start();
            LearnerKit.awaitEpisodes(other, beside, 1000);
            LearnerKit.awaitCaughtUp(beside);
            kit.produce(1000, 1100);
            LearnerKit.awaitEpisodes(other, beside, 1100);
            LearnerKit.awaitCaughtUp(beside);
            assertThat(beside.failure()).isNull();
        }
    }

    private EpisodeConsumer learner(Engine engine, Map<String, String> more, String offsetsGroup) {
        return kit.learner(
                engine, more, LearnerKit.policy(), offsetsGroup, BatchListener.NONE, new SimpleMeterRegistry());
    }

    private Map<TopicPartition, Long> committed(String group) throws Exception {
        Map<TopicPartition, Long> committed = new HashMap<>();
        Map<TopicPartition, OffsetAndMetadata> found = admin.listConsumerGroupOffsets(group)
                .partitionsToOffsetAndMetadata()
                .get();
        found.forEach((partition, offset) -> committed.put(partition, offset.offset()));
        return committed;
    }

    /** As tools reckon it: the end of the log less what is committed, 0 where nothing is. */
    private long lag(String group) throws Exception {
        Map<TopicPartition, Long> committed = committed(group);
        Map<TopicPartition, OffsetSpec> latest = IntStream.range(0, PARTITIONS)
                .mapToObj(partition -> new TopicPartition(topic, partition))
                .collect(Collectors.toMap(partition -> partition, partition -> OffsetSpec.latest()));
        return admin.listOffsets(latest).all().get().entrySet().stream()
                .mapToLong(end -> end.getValue().offset() - committed.getOrDefault(end.getKey(), 0L))
                .sum();
    }

    private static Map<TopicPartition, Long> stored(Path store) {
        try (Engine reader = Engine.openReadOnly(store, new EngineOptions(16 << 20), new SimpleMeterRegistry())) {
            return positions(reader.positions());
        }
    }

    private static Map<TopicPartition, Long> positions(List<Position> positions) {
        return positions.stream()
                .collect(Collectors.toMap(
                        position -> new TopicPartition(
                                position.source().substring("kafka:".length()), position.partition()),
                        Position::nextOffset));
    }
}
