package io.synfire.ingest.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.event.Position;
import io.synfire.ingest.codec.Decoding;
import io.synfire.ingest.file.DeadLetterFile;
import io.synfire.ingest.replay.ReplayOptions;
import io.synfire.ingest.replay.ReplayWatch;
import io.synfire.ingest.replay.Until;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Topics that lose records by their own settings. */
@SuppressWarnings("NullAway.Init")
final class TopicRetentionIT {

    @TempDir
    static Path brokerDirectory;

    static LocalBroker broker;

    @TempDir
    Path directory;

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
        topic = test.getTestMethod().orElseThrow().getName()
                + test.getDisplayName().replaceAll("[^a-z]", "");
        kit = new LearnerKit(broker.bootstrapServers(), new TopicNames(topic, topic + ".dead")).create(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"compact", "compact,delete"})
    void aTopicThatIsCompactedIsRefusedWithTheWayOutAndNothingOfItIsLearned(String policy) throws Exception {
        kit.produce(0, 100);
        set("cleanup.policy", policy);
        try (Engine engine = LearnerKit.open(directory.resolve("store"))) {
            try (EpisodeConsumer learner =
                    kit.learner(engine, Map.of(), LearnerKit.policy(), new SimpleMeterRegistry())) {
                learner.start();
                assertThat(LearnerKit.awaitFailure(learner))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("the topic is compacted")
                        .hasMessageContaining("topic=" + topic + " cleanup.policy=" + policy + ";")
                        .hasMessageContaining("--set topics.episodes=TOPIC")
                        .hasMessageContaining("cleanup.policy to delete");
            }
            assertThat(engine.view().counts().episodes()).isZero();
            // The way out is one.
            set("cleanup.policy", "delete");
            kit.learnAll(engine, LearnerKit.policy(), new SimpleMeterRegistry());
            assertThat(engine.view().counts().episodes()).isEqualTo(100);
        }
    }

    @Test
    void aMemoryIsNotRebuiltFromATopicThatIsCompacted() throws Exception {
        kit.produce(0, 100);
        List<Position> goal = TopicReplay.end(kit.client(Map.of()), topic);
        set("cleanup.policy", "compact");
        try (Engine engine = LearnerKit.open(directory.resolve("store"));
                DeadLetterFile rejects = new DeadLetterFile(directory.resolve("rejects"))) {
            TopicReplay replay = new TopicReplay(
                    kit.client(Map.of()),
                    new TopicNames(topic, topic + ".dead"),
                    engine,
                    Decoding.plain(),
                    new ReplayOptions(Until.of(null), false, Duration.ofSeconds(1)),
                    rejects,
                    null);
            assertThatThrownBy(() -> replay.replay(goal, ReplayWatch.NONE))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("the topic is compacted");
            assertThat(engine.view().counts().episodes()).isZero();
        }
    }

    @Test
    void topicsThatAreMadeHereKeepAllAndNothingIsWarnedOf() throws Exception {
        TopicRetention made = retention();
        assertThat(made).isEqualTo(new TopicRetention(Set.of("delete"), "-1", "-1"));
        assertThat(made.warning(topic)).isEmpty();
    }

    @Test
    void aTopicWhoseRecordsExpireIsWarnedOfAndLearned() throws Exception {
        kit.produce(0, 10);
        String warning = "records of the topic expire, and a rebuild will lack what has expired: topic=" + topic;
        assertThat(logOfLearning("before")).doesNotContain(warning);
        set("retention.ms", "604800000");
        String ofTime = warning + " retention.ms=604800000 retention.bytes=-1; -1 for both keeps all";
        assertThat(retention().warning(topic)).contains(ofTime);
        assertThat(logOfLearning("of-time")).contains("WARN").contains(ofTime);
        set("retention.ms", "-1");
        set("retention.bytes", "1000000000");
        String ofSize = warning + " retention.ms=-1 retention.bytes=1000000000; -1 for both keeps all";
        assertThat(retention().warning(topic)).contains(ofSize);
        assertThat(logOfLearning("of-size")).contains("WARN").contains(ofSize);
    }

    @ParameterizedTest
    @CsvSource({
        "retention.ms, 604800000, delete retention.ms=604800000 retention.bytes=-1",
        "retention.bytes, 1000000, delete retention.ms=-1 retention.bytes=1000000",
        "cleanup.policy, compact, compact retention.ms=-1 retention.bytes=-1"
    })
    void aTopicThatLosesDeadLettersIsWarnedOfAndOneThatIsMadeHereIsNot(String name, String value, String told)
            throws Exception {
        String dead = topic + ".dead";
        kit.produce(0, 10);
        assertThat(retention(dead).warningOfDeadLetters(dead)).isEmpty();
        assertThat(logOfLearning("before")).doesNotContain("dead letters are lost");

        set(dead, name, value);
        String expected =
                "dead letters are lost: a record that a clock refused may be learned by a rebuild once its dead"
                        + " letter is gone: topic=" + dead + " cleanup.policy=" + told + "; delete, -1 and -1 keep all";
        assertThat(retention(dead).warningOfDeadLetters(dead)).contains(expected);
        assertThat(logOfLearning("after")).contains("WARN").contains(expected);
    }

    /** What is logged while all of the topic is learned, which it is. */
    private String logOfLearning(String store) {
        PrintStream before = System.err;
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
        try (Engine engine = LearnerKit.open(directory.resolve(store))) {
            kit.learnAll(engine, LearnerKit.policy(), new SimpleMeterRegistry());
            assertThat(engine.view().counts().episodes()).isEqualTo(10);
        } finally {
            System.setErr(before);
        }
        return log.toString(StandardCharsets.UTF_8);
    }

    private TopicRetention retention() throws Exception {
        return retention(topic);
    }

    private static TopicRetention retention(String topic) throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            Map<ConfigResource, Config> described =
                    admin.describeConfigs(List.of(resource)).all().get();
            return TopicRetention.of(described.values().iterator().next());
        }
    }

    private void set(String name, String value) throws Exception {
        set(topic, name, value);
    }

    private static void set(String topic, String name, String value) throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            admin.incrementalAlterConfigs(Map.of(
                            resource,
                            List.of(new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET))))
                    .all()
                    .get();
        }
    }
}
