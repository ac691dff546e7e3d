package io.synfire.ingest.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.ingest.codec.MalformedRecordException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** Records that cannot be learned while they cannot be kept either: learning stops before them and goes on once it is repaired. */
@SuppressWarnings("NullAway.Init")
final class DeadLetterFaultsIT {

    private static final byte[] MALFORMED = "no json".getBytes(StandardCharsets.UTF_8);
    private static final int HUGE = 50 << 20;

    @TempDir
    Path directory;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private TopicNames topics;

    @BeforeEach
    void name(TestInfo test) {
        String name = test.getTestMethod().orElseThrow().getName();
        topics = new TopicNames(name, name + ".dead");
    }

    @Test
    void whereTheTopicOfDeadLettersIsGoneLearningStopsBeforeTheRecordAndGoesOnOnceItIsBack() throws Exception {
        try (LocalBroker broker = LocalBroker.start(directory.resolve("kafka"), 0)) {
            LearnerKit kit = new LearnerKit(broker.bootstrapServers(), topics).create(1);
            try (Admin admin = admin(kit)) {
                admin.deleteTopics(List.of(topics.deadLetters())).all().get();
                await().atMost(Duration.ofMinutes(1))
                        .until(() -> !admin.listTopics().names().get().contains(topics.deadLetters()));
            }
            kit.produce(0, 10);
            kit.produceValue("bad", MALFORMED);
            kit.produce(10, 20);
            assertStopsBefore(kit, Map.of("max.block.ms", "1500"), 10);
            kit.create(1);
            assertGoesOn(kit, 20, 1);
            assertThat(kit.deadLetters(1).get(0).value()).isEqualTo(MALFORMED);
        }
    }

    @Test
    void whereARecordIsLargerThanTheTopicOfDeadLettersTakesLearningStopsBeforeIt() throws Exception {
        try (LocalBroker broker = LocalBroker.start(directory.resolve("kafka"), 0)) {
            LearnerKit kit = new LearnerKit(broker.bootstrapServers(), topics).create(1);
            limit(kit, topics.deadLetters(), 1000);
            byte[] large = Arrays.copyOf(MALFORMED, 5000);
            kit.produce(0, 10);
            kit.produceValue("bad", large);
            assertStopsBefore(kit, Map.of(), 10);
            limit(kit, topics.deadLetters(), 10_000);
            assertGoesOn(kit, 10, 1);
            assertThat(kit.deadLetters(1).get(0).value()).isEqualTo(large);
        }
    }

    @Test
    void whereTheBrokerIsSilentForLongerThanADeadLetterIsTriedTheRecordIsNotSafeAndNamed() throws Exception {
        Map<String, String> impatient = Map.of("delivery.timeout.ms", "3000", "request.timeout.ms", "1000");
        try (CuttableProxy proxy = new CuttableProxy();
                LocalBroker broker = LocalBroker.start(
                        directory.resolve("kafka"),
                        0,
                        Map.of("advertised.listeners", "PLAINTEXT://127.0.0.1:" + proxy.port()))) {
            proxy.to(Integer.parseInt(broker.bootstrapServers().split(":", 2)[1]));
            LearnerKit kit = new LearnerKit("127.0.0.1:" + proxy.port(), topics).create(1);
            MalformedRecordException reason = new MalformedRecordException("a rule: name=value", null);
            try (DeadLetters rejected =
                    new DeadLetters(kit.client(impatient), topics.deadLetters(), "id", "memory", 1 << 20, meters)) {
                rejected.send(malformed(10), reason);
                rejected.await();
                proxy.silence();
                rejected.send(malformed(11), reason);
                assertThatThrownBy(rejected::await)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("learning stops before it: topic=t partition=3 offset=11")
                        .hasMessageContaining("dead-letters=" + topics.deadLetters());
            }
            proxy.mend();
            assertThat(kit.deadLetters(1).get(0).value()).isEqualTo(MALFORMED);
        }
    }

    private static ConsumerRecord<byte[], ByteBuffer> malformed(long offset) {
        return new ConsumerRecord<>("t", 3, offset, new byte[0], ByteBuffer.wrap(MALFORMED));
    }

    @Test
    void aRecordOfFiftyMegabytesIsKeptByteForByteWhereThereIsRoomAndElseByItsBeginningAndItsPlace() throws Exception {
        try (LocalBroker broker = LocalBroker.start(
                directory.resolve("kafka"), 0, Map.of("message.max.bytes", Integer.toString(HUGE + (1 << 20))))) {
            LearnerKit kit = new LearnerKit(broker.bootstrapServers(), topics).create(1);
            byte[] huge = new byte[HUGE];
            Arrays.fill(huge, (byte) 'x');
            huge[HUGE - 1] = 'y';
            Map<String, Object> producing = kit.client(Map.of()).producer("test", HUGE);
            try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(producing)) {
                producer.send(new ProducerRecord<>(topics.episodes(), "huge".getBytes(StandardCharsets.UTF_8), huge))
                        .get();
            }
            kit.produce(0, 10);
            try (Engine engine = LearnerKit.open(directory.resolve("store"))) {
                FaultPolicy roomy = new FaultPolicy(Duration.ofSeconds(30), HUGE + 100, Set.of());
                kit.learnAll(engine, roomy, meters);
                assertThat(engine.view().counts().episodes()).isEqualTo(10);
                assertThat(engine.view().counts().deadLetters()).isEqualTo(1);
            }
            assertThat(deadLetters("size")).isEqualTo(1);
            ConsumerRecord<byte[], byte[]> whole = kit.deadLetters(1).get(0);
            assertThat(Arrays.equals(whole.value(), huge)).isTrue();
            assertThat(new String(whole.key(), StandardCharsets.UTF_8)).isEqualTo("huge");
            assertThat(whole.headers().lastHeader(DeadLetters.TRUNCATED)).isNull();
            assertThat(LearnerKit.text(whole, DeadLetters.MESSAGE)).contains("max-record=16777216", "bytes=" + HUGE);

            try (Engine engine = LearnerKit.open(directory.resolve("tight"))) {
                kit.learnAll(engine, new FaultPolicy(Duration.ofSeconds(30), 1 << 20, Set.of()), meters);
                assertThat(engine.view().counts().episodes()).isEqualTo(10);
            }
            ConsumerRecord<byte[], byte[]> beginning = kit.deadLetters(2).get(1);
            assertThat(beginning.value()).hasSize(FaultPolicy.KEPT_BYTES).containsOnly('x');
            assertThat(LearnerKit.text(beginning, DeadLetters.TRUNCATED)).isEqualTo("key=4 value=" + HUGE);
            assertThat(LearnerKit.text(beginning, DeadLetters.OFFSET)).isEqualTo("0");
        }
    }

    @Test
    void aNewTopicOfDeadLettersTakesWhatTheTopicOfEpisodesDoesAndTheReasonBesides() throws Exception {
        try (LocalBroker broker = LocalBroker.start(directory.resolve("kafka"), 0)) {
            LearnerKit kit = new LearnerKit(broker.bootstrapServers(), topics);
            try (Admin admin = admin(kit)) {
                admin.createTopics(List.of(new NewTopic(topics.episodes(), 1, (short) 1)
                                .configs(Map.of("max.message.bytes", "2000000"))))
                        .all()
                        .get();
                Topics.awaitKnown(admin, List.of(topics.episodes()));
                kit.create(1);
                ConfigResource dead = new ConfigResource(ConfigResource.Type.TOPIC, topics.deadLetters());
                Config config = Objects.requireNonNull(
                        admin.describeConfigs(List.of(dead)).all().get().get(dead));
                String bytesMax = config.get("max.message.bytes").value();
                assertThat(Integer.parseInt(bytesMax)).isGreaterThan(2_000_000);
            }
            // As large as the topic takes, with what a batch of one record has besides: its dead letter is larger.
            byte[] largest = Arrays.copyOf(MALFORMED, 2_000_000 - 200);
            kit.produceValue("bad", largest);
            try (Engine engine = LearnerKit.open(directory.resolve("store"))) {
                kit.learnAll(engine, new FaultPolicy(Duration.ofSeconds(30), 4 << 20, Set.of()), meters);
            }
            assertThat(kit.deadLetters(1).get(0).value()).isEqualTo(largest);
        }
    }

    private void assertStopsBefore(LearnerKit kit, Map<String, String> client, long offset) {
        try (Engine engine = LearnerKit.open(directory.resolve("store"));
                EpisodeConsumer learner = kit.learner(engine, client, LearnerKit.policy(), meters)) {
            learner.start();
            assertThat(LearnerKit.awaitFailure(learner))
                    .hasMessageContaining("learning stops before it")
                    .hasMessageContaining("topic=" + topics.episodes() + " partition=0 offset=" + offset)
                    .hasMessageContaining("dead-letters=" + topics.deadLetters());
            assertThat(learner.ready()).isFalse();
            assertThat(engine.positions().get(0).nextOffset()).isLessThanOrEqualTo(offset);
            assertThat(engine.view().counts().deadLetters()).isZero();
        }
    }

    private void assertGoesOn(LearnerKit kit, long episodes, long deadLetters) {
        try (Engine engine = LearnerKit.open(directory.resolve("store"))) {
            kit.learnAll(engine, LearnerKit.policy(), meters);
            assertThat(engine.view().counts().episodes()).isEqualTo(episodes);
            assertThat(engine.view().counts().deadLetters()).isEqualTo(deadLetters);
            kit.assertIsFoldOfWhatIsBelowItsPositions(engine, directory.resolve("folded"));
        }
    }

    private double deadLetters(String reason) {
        var counter = meters.find("synfire.dead.letters").tag("reason", reason).counter();
        return counter == null ? 0 : counter.count();
    }

    private static Admin admin(LearnerKit kit) {
        return Admin.create(kit.client(Map.of()).admin());
    }

    private static void limit(LearnerKit kit, String topic, int bytesMax) throws Exception {
        try (Admin admin = admin(kit)) {
            AlterConfigOp limit = new AlterConfigOp(
                    new ConfigEntry("max.message.bytes", Integer.toString(bytesMax)), AlterConfigOp.OpType.SET);
            admin.incrementalAlterConfigs(Map.of(new ConfigResource(ConfigResource.Type.TOPIC, topic), List.of(limit)))
                    .all()
                    .get();
        }
    }
}
