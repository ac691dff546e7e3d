package io.synfire.ingest.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.event.Position;
import io.synfire.ingest.codec.Decoding;
import io.synfire.ingest.file.DeadLetterFile;
import io.synfire.ingest.replay.ReplayOptions;
import io.synfire.ingest.replay.ReplayWatch;
import io.synfire.ingest.replay.Until;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/**
 * Records that lie ahead of the clock of whoever reads them first: refused once, they are refused for ever, whatever clocks say later, so that
 * a memory that is learned live, one that is learned again after a crash, and one that is rebuilt are the same.
 */
@SuppressWarnings("NullAway.Init")
final class ReaderClockIT {

    private static final int PARTITIONS = 3;
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
        broker = LocalBroker.start(brokerDirectory, 0);
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @BeforeEach
    void createTopics(TestInfo test) {
        String topic = test.getTestMethod().orElseThrow().getName();
        topics = new TopicNames(topic, topic + ".dead");
        kit = new LearnerKit(broker.bootstrapServers(), topics).create(PARTITIONS);
    }

    private static Engine open(Path store, Map<String, String> settings) {
        return Engine.open(store, settings, new EngineOptions(16 << 20), new SimpleMeterRegistry());
    }

    private Engine open(String store) {
        return open(directory.resolve(store), Map.of("half-lives", "none"));
    }

    private EpisodeConsumer learner(Engine engine, Duration checkpointInterval, Map<String, String> more) {
        return new EpisodeConsumer(
                engine,
                kit.client(more),
                new EpisodeConsumer.Options(
                        topics, checkpointInterval, Decoding.plain(), LearnerKit.policy(), more.get("group.id")),
                BatchListener.NONE,
                new SimpleMeterRegistry(),
                clock);
    }

    private void learnAll(Engine engine) {
        learnAll(engine, Map.of());
    }

    private void learnAll(Engine engine, Map<String, String> more) {
        try (EpisodeConsumer learner = learner(engine, Duration.ofMillis(200), more)) {
            learner.start();
            LearnerKit.awaitCaughtUp(learner);
        }
    }

    /** Appends an event of a concept of its own, so many minutes after the start, by its own time and by its record's. */
    private void produce(int partition, String concept, double minutes, Header... headers) {
        long atMs = startMs + (long) (minutes * MINUTE_MS);
        send(
                topics.episodes(),
                partition,
                atMs,
                "{\"at\":" + atMs + ",\"concepts\":[\"" + concept + "\",\"all\"]}",
                headers);
    }

    private void send(String topic, int partition, long timestampMs, String json, Header... headers) {
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(kit.client(Map.of()).producer("test"))) {
            producer.send(new ProducerRecord<>(
                            topic,
                            partition,
                            timestampMs,
                            null,
                            json.getBytes(StandardCharsets.UTF_8),
                            List.of(headers)))
                    .get();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** Ahead, on time and almost too far ahead, in every partition; returns what may be learned by the clock of the start. */
    private List<String> produceAll() {
        List<String> learned = new ArrayList<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            produce(partition, "past-" + partition, -60);
            produce(partition, "far-" + partition, 30);
            produce(partition, "near-" + partition, 9.9);
            produce(partition, "just-" + partition, 10.1);
            produce(partition, "last-" + partition, -1);
            learned.addAll(List.of("past-" + partition, "near-" + partition, "last-" + partition));
        }
        return learned;
    }

    private static List<String> concepts(Engine engine) {
        List<String> concepts = new ArrayList<>();
        for (int concept = 0; concept < engine.view().conceptCount(); concept++) {
            concepts.add(engine.view().idOf(concept));
        }
        concepts.remove("all");
        return concepts;
    }

    private void assertHolds(Engine engine, List<String> learned) {
        assertThat(concepts(engine)).containsExactlyInAnyOrderElementsOf(learned);
        assertThat(engine.view().counts().episodes()).isEqualTo(learned.size());
    }

    /** Rebuilt as far as a memory has read, by somebody else, who knows nothing but the topics. */
    private Optional<String> rebuild(Engine engine, List<Position> goal, @Nullable InstantSource first, long rejected)
            throws Exception {
        try (DeadLetterFile rejects = new DeadLetterFile(directory.resolve("rejects.jsonl"))) {
            ReplayOptions options = new ReplayOptions(Until.of(null), false, Duration.ofSeconds(1));
            TopicReplay replay =
                    new TopicReplay(kit.client(Map.of()), topics, engine, Decoding.plain(), options, rejects, first);
            replay.replay(goal, ReplayWatch.NONE);
            return replay.doubt(rejected);
        }
    }

    @Test
    void killedBetweenDeadLetterAndCheckpointItRefusesAgainThoughTheClockWouldLetItPassByNow() throws Exception {
        produce(0, "first", -120);
        Engine killed = open("store");
        EpisodeConsumer learner = learner(killed, Duration.ofHours(1), Map.of());
        learner.start();
        LearnerKit.awaitCaughtUp(learner);
        List<String> learned = produceAll();
        learned.add("first");
        List<ConsumerRecord<byte[], byte[]>> dead = kit.deadLetters(2 * PARTITIONS);
        await().atMost(LearnerKit.LONG)
                .untilAsserted(
                        () -> assertThat(killed.view().counts().episodes()).isEqualTo(learned.size()));
        killed.abandon();
        learner.close();
        for (ConsumerRecord<byte[], byte[]> letter : dead) {
            assertThat(LearnerKit.text(letter, DeadLetters.REASON)).isEqualTo("clock");
            assertThat(LearnerKit.text(letter, DeadLetters.CLOCK))
                    .isEqualTo(Instant.ofEpochMilli(startMs).toString());
            assertThat(LearnerKit.text(letter, DeadLetters.MESSAGE))
                    .startsWith("at may lie at most max-ahead=10m after the clock of the process that read the record"
                            + " first: at=")
                    .endsWith(" clock=" + Instant.ofEpochMilli(startMs));
        }

        nowMs.set(startMs + 60 * MINUTE_MS);
        try (Engine again = open("store");
                Engine fresh = open("fresh");
                Engine rebuilt = open("rebuilt")) {
            assertThat(again.view().counts().episodes())
                    .as("nothing of it was checkpointed")
                    .isEqualTo(1);
            learnAll(again);
            assertHolds(again, learned);
            assertThat(again.view().counts().deadLetters()).isEqualTo(2 * PARTITIONS);
            assertThat(again.view().watermarkMs()).isEqualTo(startMs + (long) (9.9 * MINUTE_MS));

            learnAll(fresh);
            assertHolds(fresh, learned);
            assertThat(fresh.digest().learnedHex()).isEqualTo(again.digest().learnedHex());

            assertThat(rebuild(rebuilt, again.positions(), null, 6)).isEmpty();
            assertHolds(rebuilt, learned);
            assertThat(rebuilt.digest().learnedHex()).isEqualTo(again.digest().learnedHex());
            assertThat(rebuilt.view().counts().deadLetters()).isEqualTo(2 * PARTITIONS);
        }
    }

    @Test
    void whatWasLetPassOnceIsLetPassAgainAndByARebuildWhateverItsClockSays() throws Exception {
        List<String> learned = produceAll();
        nowMs.set(startMs + 21 * MINUTE_MS);
        for (int partition = 0; partition < PARTITIONS; partition++) {
            learned.addAll(List.of("just-" + partition, "far-" + partition));
        }
        try (Engine live = open("store");
                Engine rebuilt = open("rebuilt")) {
            learnAll(live);
            assertHolds(live, learned);
            nowMs.set(0);
            rebuild(rebuilt, live.positions(), null, 0);
            assertThat(rebuilt.digest().learnedHex()).isEqualTo(live.digest().learnedHex());
        }
    }

    @Test
    void aMemoryThatIsRebuiltWhileItsLearnerRefusesMoreIsTheSame() throws Exception {
        produceAll();
        try (Engine live = open("store");
                Engine rebuilt = open("rebuilt");
                DeadLetterFile rejects = new DeadLetterFile(directory.resolve("rejects.jsonl"))) {
            TopicReplay replay = new TopicReplay(
                    kit.client(Map.of()),
                    topics,
                    rebuilt,
                    Decoding.plain(),
                    new ReplayOptions(Until.of(null), false, Duration.ofSeconds(1)),
                    rejects,
                    null);
            try (EpisodeConsumer learner = learner(live, Duration.ofHours(1), Map.of())) {
                learner.start();
                for (int round = 0; round < 3; round++) {
                    LearnerKit.awaitCaughtUp(learner);
                    replay.replay(live.positions(), ReplayWatch.NONE);
                    assertThat(rebuilt.digest().learnedHex())
                            .isEqualTo(live.digest().learnedHex());
                    long expected = live.view().counts().episodes() + PARTITIONS;
                    for (int partition = 0; partition < PARTITIONS; partition++) {
                        produce(partition, "again-" + round + "-" + partition, 20 + round);
                        produce(partition, "now-" + round + "-" + partition, round);
                    }
                    LearnerKit.awaitEpisodes(live, learner, expected);
                    nowMs.addAndGet(MINUTE_MS);
                }
            }
            nowMs.set(startMs + 60 * MINUTE_MS);
            replay.replay(live.positions(), ReplayWatch.NONE);
            assertThat(rebuilt.digest().learnedHex()).isEqualTo(live.digest().learnedHex());
            assertThat(concepts(rebuilt)).noneMatch(concept -> concept.startsWith("again"));
            assertThat(rebuilt.view().counts().deadLetters()).isEqualTo(5 * PARTITIONS);
        }
    }

    @Test
    void whereThereIsNoMemoryARebuildReadsFirstAndItsRefusalsDecideForEverToo() throws Exception {
        List<String> learned = produceAll();
        List<Position> goal = TopicReplay.end(kit.client(Map.of()), topics.episodes());
        try (Engine first = open("first");
                Engine second = open("second");
                Engine live = open("live")) {
            rebuild(first, goal, clock, 0);
            assertHolds(first, learned);
            assertThat(kit.deadLetters(2 * PARTITIONS)).hasSize(2 * PARTITIONS);
            nowMs.set(startMs + 60 * MINUTE_MS);
            rebuild(second, goal, clock, 0);
            assertThat(second.digest().learnedHex()).isEqualTo(first.digest().learnedHex());
            learnAll(live);
            assertThat(live.digest().learnedHex()).isEqualTo(first.digest().learnedHex());
        }
    }

    @Test
    void byAnotherMaxAheadWhatWasRefusedIsJudgedByTheSameClockAnew() throws Exception {
        List<String> learned = produceAll();
        try (Engine live = open("store");
                Engine wider = open(directory.resolve("wider"), Map.of("half-lives", "none", "max-ahead", "15m"))) {
            learnAll(live);
            nowMs.set(startMs + 60 * MINUTE_MS);
            rebuild(wider, live.positions(), null, 6);
            for (int partition = 0; partition < PARTITIONS; partition++) {
                learned.add("just-" + partition);
            }
            assertHolds(wider, learned);
        }
    }

    @Test
    void aMemberOfAGroupKnowsWhatAnotherHasRefused() throws Exception {
        List<String> learned = produceAll();
        Map<String, String> group = Map.of("group.id", topics.episodes());
        try (Engine one = open("one");
                Engine other = open("other")) {
            learnAll(one, group);
            nowMs.set(startMs + 60 * MINUTE_MS);
            learnAll(other, group);
            assertHolds(one, learned);
            assertHolds(other, learned);
            assertThat(other.digest().learnedHex()).isEqualTo(one.digest().learnedHex());
        }
    }

    @Test
    void whatIsTakenBackIsHeldAgainstTheClockToo() {
        long atMs = startMs + 30 * MINUTE_MS;
        send(topics.episodes(), 0, atMs, "{\"retract\":{\"at\":" + atMs + ",\"concepts\":[\"a\"]}}");
        send(topics.episodes(), 0, startMs, "{\"forget\":{\"concept\":\"b\"}}");
        try (Engine live = open("store")) {
            learnAll(live);
            assertThat(live.view().counts().deadLetters()).isEqualTo(1);
            assertThat(LearnerKit.text(kit.deadLetters(1).get(0), DeadLetters.REASON))
                    .isEqualTo("clock");
        }
    }

    @Test
    void aTopicThatBoundsItsTimestampsItselfOrSetsThemNeedsNoClock() throws Exception {
        nowMs.set(startMs - 24 * 60 * MINUTE_MS);
        set("message.timestamp.after.max.ms", Long.toString(10 * MINUTE_MS));
        produce(0, "bound", 9);
        try (Engine live = open("bound")) {
            learnAll(live);
            assertHolds(live, List.of("bound"));
        }
        set("message.timestamp.after.max.ms", Long.toString(10 * MINUTE_MS + 1));
        set("message.timestamp.type", "LogAppendTime");
        produce(0, "set", 5);
        try (Engine live = open("set")) {
            learnAll(live);
            // By the clock of a day before the first is refused, and the second was given its time by the broker.
            assertHolds(live, List.of("set"));
        }
    }

    @Test
    void aDeadLetterDecidesForTheRecordThatItNamesAndNoOther() throws Exception {
        produce(0, "first", -60);
        produce(0, "second", -60);
        produce(0, "third", 9);
        String id = TopicIds.of(kit.client(Map.of()), topics.episodes());
        String early = Instant.ofEpochMilli(startMs - 600 * MINUTE_MS).toString();
        letter("clock", "another-topic-of-this-name", "0", "0", early);
        letter("time", id, "0", "0", early);
        letter("clock", id, "1", "0", early);
        letter("clock", id, "0", "5", early);
        letter("clock", id, "zero", "0", early);
        letter("clock", id, "0", "-1", early);
        letter("clock", id, "0", "0", "yesterday");
        // By what that clock said the second could be learned.
        letter(
                "clock",
                id,
                "0",
                "1",
                Instant.ofEpochMilli(startMs - 70 * MINUTE_MS).toString());
        letter("clock", id, "0", "2", early);
        try (Engine live = open("store")) {
            learnAll(live);
            assertHolds(live, List.of("first", "second"));
        }
    }

    @Test
    void aDeadLetterThatIsSentAgainSaysWhereItIsNow() throws Exception {
        produce(0, "far", 30);
        try (Engine live = open("store")) {
            learnAll(live);
            ConsumerRecord<byte[], byte[]> letter = kit.deadLetters(1).get(0);
            produce(0, "before", -1);
            nowMs.set(startMs + 60 * MINUTE_MS);
            // With all of its headers, as tools do: it is another record, and its time has come.
            produce(0, "far", 30, letter.headers().toArray());
            learnAll(live);
            assertHolds(live, List.of("far", "before"));
        }
    }

    @Test
    void whereDeadLettersAreGoneARebuildSaysSo() throws Exception {
        produceAll();
        try (Engine live = open("store");
                Engine cut = open("cut");
                Engine gone = open("gone")) {
            learnAll(live);
            try (Admin admin = Admin.create(kit.client(Map.of()).admin())) {
                admin.deleteRecords(
                                Map.of(new TopicPartition(topics.deadLetters(), 0), RecordsToDelete.beforeOffset(2)))
                        .all()
                        .get();
                assertThat(rebuild(cut, live.positions(), null, 6))
                        .hasValue(
                                "the first dead letters are gone, so what a clock has refused may have been learned now:"
                                        + " dead-letters=" + topics.deadLetters());
                admin.deleteTopics(List.of(topics.deadLetters())).all().get();
                await().atMost(LearnerKit.LONG)
                        .until(() -> !admin.listTopics().names().get().contains(topics.deadLetters()));
                assertThat(rebuild(gone, live.positions(), null, 6))
                        .hasValue(
                                "the dead-letter topic is gone, so what a clock has refused may have been learned now:"
                                        + " dead-letters=" + topics.deadLetters() + " rejected=6");
            }
            assertThat(cut.view().counts().episodes())
                    .isEqualTo(live.view().counts().episodes() + 2);
            assertThat(gone.view().counts().episodes())
                    .isEqualTo(live.view().counts().episodes() + 6);
        }
    }

    private void letter(String reason, String topicId, String partition, String offset, String clock) {
        send(
                topics.deadLetters(),
                0,
                startMs,
                "{}",
                header(DeadLetters.REASON, reason),
                header(DeadLetters.TOPIC_ID, topicId),
                header(DeadLetters.PARTITION, partition),
                header(DeadLetters.OFFSET, offset),
                header(DeadLetters.CLOCK, clock));
    }

    private static Header header(String name, String value) {
        return new RecordHeader(name, value.getBytes(StandardCharsets.UTF_8));
    }

    private void set(String name, String value) throws Exception {
        try (Admin admin = Admin.create(kit.client(Map.of()).admin())) {
            admin.incrementalAlterConfigs(Map.of(
                            new ConfigResource(ConfigResource.Type.TOPIC, topics.episodes()),
                            List.of(new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET))))
                    .all()
                    .get();
        }
    }
}
