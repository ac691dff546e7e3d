package io.synfire.ingest.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.event.Position;
import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** Logs that do not go on where the store ends: refused with what is missing, accepted by name, and only once. */
@SuppressWarnings("NullAway.Init")
final class LogGapsIT {

    @TempDir
    static Path brokerDirectory;

    static LocalBroker broker;

    @TempDir
    Path directory;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private String topic;
    private LearnerKit kit;

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
        topic = test.getTestMethod().orElseThrow().getName();
        kit = new LearnerKit(broker.bootstrapServers(), new TopicNames(topic, topic + ".dead")).create(1);
    }

    @Test
    void recordsThatExpiredUnreadAreNamedAndAcceptedByThatNameOnce() throws Exception {
        kit.produce(0, 100);
        learnAll("store");
        kit.produce(100, 300);
        deleteBefore(0, 250);
        assertRefused("store", "partition=0 next=100 missing=100..249 resume=250", "--set accept-gap=0@100");
        assertRefused("store", "missing=100..249", "--set accept-gap=0@100", "0@99", "1@100", "250");

        try (Engine engine = LearnerKit.open(directory.resolve("store"))) {
            kit.learnAll(engine, LearnerKit.policy("0@100"), meters);
            assertThat(engine.view().counts().episodes()).isEqualTo(150);
            assertThat(position(engine, 0).nextOffset()).isEqualTo(300);
        }
        assertThat(missing()).isEqualTo(150);

        // The same word again accepts no later gap.
        kit.produce(300, 400);
        deleteBefore(0, 350);
        assertRefused("store", "missing=300..349", "--set accept-gap=0@300", "0@100");
    }

    @Test
    void recordsThatExpireUnderARunningLearnerAreAGapToo() throws Exception {
        kit.produce(0, 3000);
        BatchGate gate = new BatchGate();
        // Small fetches: what it has not asked for yet is gone when it does.
        Map<String, String> slow = Map.of("max.poll.records", "10", "max.partition.fetch.bytes", "2000");
        try (Engine engine = LearnerKit.open(directory.resolve("store"));
                EpisodeConsumer learner = kit.learner(engine, slow, LearnerKit.policy(), gate, meters)) {
            learner.start();
            gate.awaitHeld();
            deleteBefore(0, -1);
            gate.open();
            assertThat(LearnerKit.awaitFailure(learner))
                    .hasMessageContaining("..2999 resume=3000")
                    .hasMessageContaining("accept-gap=0@" + position(engine, 0).nextOffset());
            assertThat(engine.view().counts().episodes())
                    .isEqualTo(position(engine, 0).nextOffset());
        }
    }

    @Test
    void aTopicThatWasCreatedAgainIsReadFromItsBeginningOnceItsFormerIdIsAccepted() throws Exception {
        kit.produce(0, 100);
        learnAll("store");
        String former;
        try (Engine engine = LearnerKit.open(directory.resolve("store"))) {
            former = position(engine, 0).sourceId();
        }
        recreate();
        kit.produce(100, 130);
        assertRefused("store", "deleted and created again", "accept-gap=" + former);
        try (Engine engine = LearnerKit.open(directory.resolve("store"))) {
            kit.learnAll(engine, LearnerKit.policy(former), meters);
            assertThat(engine.view().counts().episodes()).isEqualTo(130);
            assertThat(position(engine, 0).nextOffset()).isEqualTo(30);
        }
        // Nothing is left to accept, and once more would be refused.
        learnAll("store");
        recreate();
        assertRefused("store", "deleted and created again", "accept-gap=", former);
    }

    @Test
    void aTopicThatIsCreatedAgainWhileItIsReadIsRefused() throws Exception {
        kit.produce(0, 100);
        try (Engine engine = LearnerKit.open(directory.resolve("store"));
                EpisodeConsumer learner = kit.learner(engine, Map.of(), LearnerKit.policy(), meters)) {
            learner.start();
            LearnerKit.awaitCaughtUp(learner);
            recreate();
            // More than before, so that the stored position lies within the new log.
            kit.produce(1000, 1300);
            assertThat(LearnerKit.awaitFailure(learner)).hasMessageContaining("deleted and created again");
            assertThat(engine.view().counts().episodes()).isEqualTo(100);
        }
    }

    @Test
    void partitionsThatAreAddedStartAtTheirBeginningWhileItRunsAndWhileItDoesNot() throws Exception {
        kit.produce(0, 100);
        try (Engine engine = LearnerKit.open(directory.resolve("store"));
                EpisodeConsumer learner = kit.learner(engine, Map.of(), LearnerKit.policy(), meters)) {
            learner.start();
            LearnerKit.awaitCaughtUp(learner);
            grow(3);
            kit.produce(100, 400);
            LearnerKit.awaitEpisodes(engine, learner, 400);
            assertThat(position(engine, 1).nextOffset() + position(engine, 2).nextOffset())
                    .isPositive();
        }
        grow(5);
        kit.produce(400, 900);
        learnAll("store");
        try (Engine engine = LearnerKit.open(directory.resolve("store"))) {
            assertThat(engine.view().counts().episodes()).isEqualTo(900);
            kit.assertIsFoldOfWhatIsBelowItsPositions(engine, directory.resolve("folded"));
        }
    }

    @Test
    void aPartitionThatWasAddedAndHasExpiredRecordsAlreadyIsAGap() throws Exception {
        kit.produce(0, 100);
        learnAll("store");
        grow(2);
        kit.produce(100, 400);
        deleteBefore(1, 20);
        assertRefused("store", "partition=1 next=0 missing=0..19 resume=20", "accept-gap=1@0");
        // A store that knows nothing of the topic begins with what there is.
        learnAll("new");
        try (Engine engine = LearnerKit.open(directory.resolve("new"))) {
            assertThat(engine.view().counts().episodes()).isEqualTo(380);
        }
    }

    @Test
    void aLogThatEndsBeforeTheStoredPositionIsRefusedAndGoesOnThereOnceItIsAccepted() throws Exception {
        Path own = directory.resolve("kafka");
        LocalBroker first = LocalBroker.start(own, 0);
        int port = Integer.parseInt(first.bootstrapServers().split(":", 2)[1]);
        kit = new LearnerKit(first.bootstrapServers(), new TopicNames(topic, topic + ".dead")).create(1);
        kit.produce(0, 100);
        learnAll("store");
        first.close();
        // What an unclean election, or a disk that lost its last writes, leaves behind.
        for (File file :
                Objects.requireNonNull(own.resolve(topic + "-0").toFile().listFiles())) {
            assertThat(file.getName().equals("partition.metadata") || file.delete())
                    .isTrue();
        }
        try (LocalBroker second = LocalBroker.start(own, port)) {
            assertThat(second.bootstrapServers()).isEqualTo(first.bootstrapServers());
            kit.produce(200, 240);
            // Its records are of a later leader: none is one of those that were learned.
            assertRefused("store", "no-longer-in-the-log=0..99 resume=0", "accept-gap=0@100");
            try (Engine engine = LearnerKit.open(directory.resolve("store"));
                    EpisodeConsumer learner = kit.learner(engine, Map.of(), LearnerKit.policy("0@100"), meters)) {
                learner.start();
                LearnerKit.awaitCaughtUp(learner);
                kit.produce(240, 250);
                LearnerKit.awaitEpisodes(engine, learner, 150);
                assertThat(position(engine, 0).nextOffset()).isEqualTo(50);
            }
        }
    }

    @Test
    void aTruncationThatTheConsumerFindsByTheLeadersEpochIsRefusedAndAcceptedWhereTheLogsPart() {
        TopicPartition partition = new TopicPartition(topic, 0);
        kit.produce(0, 100);
        learnAll("store");
        LogTruncationException truncation = new LogTruncationException(
                "parted", Map.of(partition, 100L), Map.of(partition, new OffsetAndMetadata(60)));
        try (Engine engine = LearnerKit.open(directory.resolve("store"));
                MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("none")) {
            consumer.assign(List.of(partition));
            consumer.updateBeginningOffsets(Map.of(partition, 0L));
            consumer.updateEndOffsets(Map.of(partition, 120L));
            Assignment refusing = assignment(engine, consumer);
            org.assertj.core.api.Assertions.assertThatThrownBy(() -> refusing.resume(truncation))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("no-longer-in-the-log=60..99")
                    .hasMessageContaining("accept-gap=0@100");
            assertThat(position(engine, 0).nextOffset()).isEqualTo(100);
            assignment(engine, consumer, "0@100").resume(truncation);
            assertThat(consumer.position(partition)).isEqualTo(60);
            assertThat(position(engine, 0).nextOffset()).isEqualTo(60);
        }
    }

    private Assignment assignment(Engine engine, MockConsumer<byte[], byte[]> consumer, String... accepted) {
        return new Assignment(
                engine,
                consumer,
                topic,
                position(engine, 0).sourceId(),
                new Gaps(topic, java.util.Set.of(accepted)::contains, meters),
                false);
    }

    private void learnAll(String store) {
        try (Engine engine = LearnerKit.open(directory.resolve(store))) {
            kit.learnAll(engine, LearnerKit.policy(), meters);
        }
    }

    private void assertRefused(String store, String reason, String advice, String... accepted) {
        try (Engine engine = LearnerKit.open(directory.resolve(store));
                EpisodeConsumer learner = kit.learner(engine, Map.of(), LearnerKit.policy(accepted), meters)) {
            String before = engine.digest().learnedHex();
            List<Position> positions = engine.positions();
            learner.start();
            assertThat(LearnerKit.awaitFailure(learner))
                    .hasMessageContaining(reason)
                    .hasMessageContaining(advice);
            assertThat(learner.ready()).isFalse();
            assertThat(engine.digest().learnedHex()).isEqualTo(before);
            assertThat(engine.positions()).isEqualTo(positions);
        }
    }

    private double missing() {
        return meters.get("synfire.records.missing").counter().count();
    }

    private static Position position(Engine engine, int partition) {
        return engine.positions().stream()
                .filter(position -> position.partition() == partition)
                .findFirst()
                .orElseThrow();
    }

    private Admin admin() {
        return Admin.create(kit.client(Map.of()).admin());
    }

    private void deleteBefore(int partition, long offset) throws Exception {
        try (Admin admin = admin()) {
            admin.deleteRecords(Map.of(new TopicPartition(topic, partition), RecordsToDelete.beforeOffset(offset)))
                    .all()
                    .get();
        }
    }

    private void grow(int partitions) throws Exception {
        try (Admin admin = admin()) {
            admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(partitions)))
                    .all()
                    .get();
        }
    }

    private void recreate() throws Exception {
        try (Admin admin = admin()) {
            admin.deleteTopics(List.of(topic)).all().get();
            await().atMost(LearnerKit.LONG)
                    .until(() -> !admin.listTopics().names().get().contains(topic));
        }
        kit.create(1);
    }
}
