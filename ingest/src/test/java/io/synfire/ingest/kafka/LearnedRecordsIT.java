package io.synfire.ingest.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Unlearned;
import io.synfire.ingest.codec.Decoding;
import io.synfire.ingest.forget.ForgetReceipt;
import io.synfire.ingest.replay.Tail;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/**
 * Records that the clock of their first reader has refused were not learned: who takes back, shows or asks what was learned, passes over
 * them, also when their time has come.
 */
@SuppressWarnings("NullAway.Init")
final class LearnedRecordsIT {

    private static final long MINUTE_MS = 60_000;

    @TempDir
    static Path brokerDirectory;

    static LocalBroker broker;

    @TempDir
    Path directory;

    /** When the test began; brokers hold timestamps against the real time. */
    private final long startMs = System.currentTimeMillis();

    private final AtomicLong nowMs = new AtomicLong(startMs);
    private final InstantSource clock = () -> Instant.ofEpochMilli(nowMs.get());

    private TopicNames topics;
    private LearnerKit kit;

    @BeforeAll
    static void startBroker() {
        broker = LocalBroker.start(
                brokerDirectory,
                0,
                Map.of(
                        "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                        "allow.everyone.if.no.acl.found", "true"));
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @BeforeEach
    void createTopics(TestInfo test) {
        String topic = test.getTestMethod().orElseThrow().getName();
        topics = new TopicNames(topic, topic + ".dead");
        kit = new LearnerKit(broker.bootstrapServers(), topics).create(1);
    }

    private ClientProperties client() {
        return kit.client(Map.of());
    }

    private Engine open(String store) {
        return Engine.open(
                directory.resolve(store),
                Map.of("half-lives", "none"),
                new EngineOptions(16 << 20),
                new SimpleMeterRegistry());
    }

    private void learnAll(Engine engine) {
        try (EpisodeConsumer learner = new EpisodeConsumer(
                engine,
                client(),
                new EpisodeConsumer.Options(
                        topics, Duration.ofMillis(200), Decoding.plain(), LearnerKit.policy(), null),
                BatchListener.NONE,
                new SimpleMeterRegistry(),
                clock)) {
            learner.start();
            LearnerKit.awaitCaughtUp(learner);
        }
    }

    /** So many minutes after the start, by its own time and by its record's. */
    private void produce(String context, double minutes, String... concepts) {
        long atMs = atMs(minutes);
        String json = "{\"at\":" + atMs + ",\"context\":\"" + context + "\",\"concepts\":[\""
                + String.join("\",\"", concepts) + "\"]}";
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(client().producer("test"))) {
            producer.send(new ProducerRecord<>(topics.episodes(), 0, atMs, null, json.getBytes(StandardCharsets.UTF_8)))
                    .get();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private long atMs(double minutes) {
        return startMs + (long) (minutes * MINUTE_MS);
    }

    /** The first and the last are learned; the two between are half an hour ahead, by the clock of the start. */
    private void produceAll() {
        produce("u", -1, "tea", "milk");
        produce("u", 30, "tea", "milk");
        produce("u", 31, "tea", "ink");
        produce("v", 9, "tea", "milk");
    }

    private TopicForgetter forgetter(Engine engine) {
        return new TopicForgetter(
                client(), topics, Decoding.plain(), engine.view().settings(), clock);
    }

    private static double activation(Engine engine, String concept) {
        int found = engine.view().conceptOf(concept);
        return found < 0
                ? 0
                : engine.view().activity(engine.view().watermarkMs()).of(found, 0);
    }

    @Test
    void whatTheClockRefusedIsNotTakenBackThoughItsTimeHasCome() {
        produceAll();
        try (Engine live = open("store")) {
            learnAll(live);
            assertThat(activation(live, "tea")).isEqualTo(2);
            assertThat(live.view().counts().deadLetters()).isEqualTo(2);
            nowMs.set(startMs + 60 * MINUTE_MS);
            TopicForgetter forgetter = forgetter(live);
            ForgetReceipt receipt = forgetter.forgetContext(
                    "u", live.positions(), Unlearned.unknown(), live.view().watermarkMs());
            assertThat(receipt.episodes()).isEqualTo(1);
            assertThat(receipt.left()).isZero();
            assertThat(receipt.appended()).hasSize(1);
            assertThat(forgetter.doubt(2)).isEmpty();
            learnAll(live);
            assertThat(activation(live, "tea")).isEqualTo(1);
            assertThat(activation(live, "milk")).isEqualTo(1);
            assertThat(activation(live, "ink")).isZero();
            assertThat(live.view().counts().deadLetters()).isEqualTo(2);
            // Nothing is left, whoever looks again.
            assertThat(forgetter(live)
                            .forgetContext(
                                    "u",
                                    live.positions(),
                                    Unlearned.unknown(),
                                    live.view().watermarkMs())
                            .appended())
                    .isEmpty();
        }
    }

    @Test
    void whatNobodyHasReadYetIsHeldAgainstTheClockAsTheLearnerDoes() {
        produce("v", -2, "tea", "milk");
        try (Engine live = open("store")) {
            learnAll(live);
            produceAll();
            ForgetReceipt receipt = forgetter(live)
                    .forgetContext(
                            "u",
                            live.positions(),
                            Unlearned.unknown(),
                            live.view().watermarkMs());
            assertThat(receipt.episodes()).isEqualTo(1);
            learnAll(live);
            // The two that are ahead, and no retraction that names them.
            assertThat(live.view().counts().deadLetters()).isEqualTo(2);
            assertThat(activation(live, "tea")).isEqualTo(2);
            assertThat(activation(live, "milk")).isEqualTo(2);
            assertThat(activation(live, "ink")).isZero();
        }
    }

    @Test
    void whatWasLearnedIsTakenBackThoughAClockThatIsBehindWouldRefuseIt() {
        produceAll();
        nowMs.set(startMs + 60 * MINUTE_MS);
        try (Engine live = open("store")) {
            learnAll(live);
            assertThat(activation(live, "tea")).isEqualTo(4);
            nowMs.set(startMs);
            ForgetReceipt receipt = forgetter(live)
                    .forgetContext(
                            "u",
                            live.positions(),
                            Unlearned.unknown(),
                            live.view().watermarkMs());
            assertThat(receipt.episodes()).isEqualTo(3);
            nowMs.set(startMs + 60 * MINUTE_MS);
            learnAll(live);
            assertThat(activation(live, "tea")).isEqualTo(1);
            assertThat(activation(live, "ink")).isZero();
        }
    }

    @Test
    void whatTheClockRefusedIsNoEvidence() {
        produceAll();
        try (Engine live = open("store")) {
            learnAll(live);
            nowMs.set(startMs + 60 * MINUTE_MS);
            TopicSightings sightings = new TopicSightings(
                    client(), topics, Decoding.plain(), live.view().settings(), Unlearned.unknown());
            assertThat(sightings.find("tea", "milk", 10).found())
                    .extracting(found -> found.latest().offset())
                    .containsExactly(3L, 0L);
            assertThat(sightings.find("tea", "ink", 10).found()).isEmpty();
            assertThat(sightings.doubt(2)).isEmpty();
        }
    }

    @Test
    void whatTheClockRefusedIsNotInTheTail() {
        produceAll();
        try (Engine live = open("store")) {
            learnAll(live);
            nowMs.set(startMs + 60 * MINUTE_MS);
            Tail tail = new Tail(atMs(-5), 100);
            TopicTail topic = new TopicTail(
                    client(), topics, Decoding.plain(), live.view().settings(), List.of());
            topic.read(tail, records -> {});
            assertThat(tail.episodes()).extracting(Episode::atMs).containsExactly(atMs(-1), atMs(9));
            assertThat(topic.doubt(2)).isEmpty();
        }
    }

    @Test
    void whereTheRefusalsAreGoneAllOfThemSaySo() throws Exception {
        produceAll();
        try (Engine live = open("store");
                Admin admin = Admin.create(client().admin())) {
            learnAll(live);
            admin.deleteRecords(Map.of(new TopicPartition(topics.deadLetters(), 0), RecordsToDelete.beforeOffset(1)))
                    .all()
                    .get();
            assertDoubt(
                    live,
                    2,
                    Optional.of("the first dead letters are gone, so what a clock has refused may be taken for learned:"
                            + " dead-letters=" + topics.deadLetters()));
            admin.deleteTopics(List.of(topics.deadLetters())).all().get();
            await().atMost(LearnerKit.LONG)
                    .until(() -> !admin.listTopics().names().get().contains(topics.deadLetters()));
            assertDoubt(
                    live,
                    2,
                    Optional.of("the dead-letter topic is gone, so what a clock has refused may be taken for learned:"
                            + " dead-letters=" + topics.deadLetters() + " rejected=2"));
            // Where nothing was ever rejected, nothing is missed.
            assertDoubt(live, 0, Optional.empty());
        }
    }

    /** Each reads with the positions of a memory that knows none of the context, so that nothing is appended. */
    private void assertDoubt(Engine live, long rejected, Optional<String> doubt) {
        TopicForgetter forgetter = forgetter(live);
        forgetter.forgetContext(
                "nobody", live.positions(), Unlearned.unknown(), live.view().watermarkMs());
        assertThat(forgetter.doubt(rejected)).isEqualTo(doubt);
        TopicSightings sightings = new TopicSightings(
                client(), topics, Decoding.plain(), live.view().settings(), Unlearned.unknown());
        sightings.find("tea", "milk", 1);
        assertThat(sightings.doubt(rejected)).isEqualTo(doubt);
        TopicTail tail =
                new TopicTail(client(), topics, Decoding.plain(), live.view().settings(), List.of());
        tail.read(new Tail(0, 10), records -> {});
        assertThat(tail.doubt(rejected)).isEqualTo(doubt);
    }

    @Test
    void whereTheRefusalsMayNotBeReadNobodyTakesARecordForLearned() throws Exception {
        produceAll();
        try (Engine live = open("store");
                Engine fresh = open("fresh");
                Admin admin = Admin.create(client().admin())) {
            learnAll(live);
            long end = TopicReplay.end(client(), topics.episodes()).get(0).nextOffset();
            admin.createAcls(List.of(new AclBinding(
                            new ResourcePattern(ResourceType.TOPIC, topics.deadLetters(), PatternType.LITERAL),
                            new AccessControlEntry("User:ANONYMOUS", "*", AclOperation.READ, AclPermissionType.DENY))))
                    .all()
                    .get();
            String[] words = {
                "what was refused before cannot be read from the dead-letter topic, so it might be learned now:",
                "dead-letters=" + topics.deadLetters(),
                "authorization failed",
                "; allow Read and Describe on that topic"
            };
            assertThatThrownBy(() -> new TopicSightings(
                                    client(),
                                    topics,
                                    Decoding.plain(),
                                    live.view().settings(),
                                    Unlearned.unknown())
                            .find("tea", "milk", 1))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContainingAll(words);
            assertThatThrownBy(() -> new TopicTail(
                                    client(),
                                    topics,
                                    Decoding.plain(),
                                    live.view().settings(),
                                    List.of())
                            .read(new Tail(0, 10), records -> {}))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContainingAll(words);
            assertThatThrownBy(() -> forgetter(live)
                            .forgetContext(
                                    "u",
                                    live.positions(),
                                    Unlearned.unknown(),
                                    live.view().watermarkMs()))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(topics.deadLetters());
            assertThat(TopicReplay.end(client(), topics.episodes()).get(0).nextOffset())
                    .as("nothing was appended")
                    .isEqualTo(end);
            // A learner stops before the first record, and says why.
            try (EpisodeConsumer learner =
                    kit.learner(fresh, Map.of(), LearnerKit.policy(), new SimpleMeterRegistry())) {
                learner.start();
                assertThat(LearnerKit.awaitFailure(learner))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContainingAll(words);
                assertThat(learner.ready()).isFalse();
                assertThat(fresh.view().counts().episodes()).isZero();
                assertThat(fresh.positions()).allMatch(position -> position.nextOffset() == 0);
            }
        }
    }
}
