package io.synfire.ingest.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Forget;
import io.synfire.engine.event.Position;
import io.synfire.engine.view.Digest;
import io.synfire.ingest.codec.Decoding;
import io.synfire.ingest.codec.JsonEpisodeCodec;
import io.synfire.ingest.file.DeadLetterFile;
import io.synfire.ingest.replay.ReplayOptions;
import io.synfire.ingest.replay.ReplayWatch;
import io.synfire.ingest.replay.Until;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** A concept is forgotten at one moment of all partitions of a topic, in a real one: however they are read, and never waited for in vain. */
@SuppressWarnings("NullAway.Init")
final class ForgetBarrierIT {

    private static final long DAY = 86_400_000;

    @TempDir
    static Path brokerDirectory;

    static LocalBroker broker;

    @TempDir
    Path directory;

    private final JsonEpisodeCodec codec = new JsonEpisodeCodec();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private String topic;
    private LearnerKit kit;
    private int stores;

    @BeforeAll
    static void startBroker() {
        broker = LocalBroker.start(
                brokerDirectory,
                0,
                Map.of("group.min.session.timeout.ms", "1000", "group.initial.rebalance.delay.ms", "0"));
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @BeforeEach
    void createTopics(TestInfo test) {
        use(test.getTestMethod().orElseThrow().getName());
    }

    private void use(String name) {
        topic = name;
        kit = new LearnerKit(broker.bootstrapServers(), new TopicNames(topic, topic + ".dead")).create(3);
    }

    @Test
    void partitionsThatBecomeReadableInAnyOrderAndARebuildGiveTheSameMemory() throws Exception {
        Digest first = null;
        for (int[] order : new int[][] {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}}) {
            use("order" + order[0] + order[1] + order[2]);
            // Nothing behind an open transaction is read, so each partition is read when its own is committed.
            List<KafkaProducer<byte[], byte[]>> open = new ArrayList<>();
            for (int p = 0; p < 3; p++) {
                open.add(transaction("open-" + topic + p));
                send(open.get(p), p, Episode.of(DAY * (10 + p), "c", "before" + p));
            }
            for (int p = 0; p < 3; p++) {
                append(p, Episode.of(DAY * (2 + p), "c", "before" + p));
            }
            Forget forget = new Forget("c", Map.of(topic, 3), "f-1");
            commit(forget, 0, 1, 2);
            for (int p = 0; p < 3; p++) {
                append(p, Episode.of(DAY * (3 + p), "c", "late" + p), Episode.of(DAY * 30, "c", "after"));
            }
            try (Engine engine = open();
                    EpisodeConsumer learner = kit.learner(engine, Map.of(), LearnerKit.policy(), meters)) {
                learner.start();
                for (int i = 0; i < 3; i++) {
                    commitAndClose(open.get(order[i]));
                    int held = i + 1;
                    if (held < 3) {
                        awaitHeld(learner, held);
                        assertThat(engine.view().counts().episodes()).isEqualTo(2L * held);
                        assertThat(strength(engine, "c", "before" + order[0])).isEqualTo(2);
                    }
                }
                LearnerKit.awaitCaughtUp(learner);
                assertForgotten(engine);
                first = first == null ? engine.digest() : first;
                assertThat(engine.digest()).isEqualTo(first);
                try (Engine rebuilt = open()) {
                    rebuild(rebuilt, engine.positions());
                    assertThat(rebuilt.digest()).isEqualTo(first);
                    assertThat(offsets(rebuilt)).isEqualTo(offsets(engine));
                }
            }
        }
    }

    private void assertForgotten(Engine engine) {
        assertThat(engine.view().counts().episodes()).isEqualTo(12);
        for (int p = 0; p < 3; p++) {
            assertThat(strength(engine, "c", "before" + p)).isZero();
            assertThat(strength(engine, "before" + p, "c")).isZero();
            assertThat(strength(engine, "c", "late" + p)).isEqualTo(1);
        }
        assertThat(strength(engine, "c", "after")).isEqualTo(3);
    }

    @Test
    void aLearnerThatStopsWhileItWaitsGoesOnAtItsCopiesAndOthersAreReadMeanwhile() throws Exception {
        KafkaProducer<byte[], byte[]> open = transaction("open-" + topic);
        append(0, Episode.of(DAY, "c", "before"));
        append(1, Episode.of(DAY, "c", "before"));
        Forget forget = new Forget("c", Map.of(topic, 2), "f-1");
        send(open, 1, Episode.of(2 * DAY, "c", "before"));
        commit(forget, 0, 1);
        append(0, Episode.of(3 * DAY, "c", "after"));
        Path store = directory.resolve("store");
        try (Engine engine = openAt(store)) {
            try (EpisodeConsumer learner = kit.learner(engine, Map.of(), LearnerKit.policy(), meters)) {
                learner.start();
                awaitHeld(learner, 1);
                // A partition that is not covered is read on.
                append(2, Episode.of(4 * DAY, "x", "y"));
                LearnerKit.awaitEpisodes(engine, learner, 3);
                assertThat(learner.ready()).as("not caught up while it waits").isFalse();
                assertThat(learner.lag()).isPositive();
            }
            assertThat(offsets(engine)).isEqualTo(Map.of(0, 1L, 1, 1L, 2, 1L));
        }
        commitAndClose(open);
        try (Engine engine = openAt(store);
                EpisodeConsumer learner = kit.learner(engine, Map.of(), LearnerKit.policy(), meters)) {
            learner.start();
            LearnerKit.awaitCaughtUp(learner);
            assertThat(strength(engine, "c", "before")).isZero();
            assertThat(strength(engine, "c", "after")).isEqualTo(1);
            assertThat(engine.view().counts().episodes()).isEqualTo(5);
            assertThat(held()).isZero();
        }
    }

    @Test
    void copiesThatWereNeverThereAreNotWaitedForAndThoseOfAnAbortedTransactionNeverWere() throws Exception {
        for (int p = 0; p < 3; p++) {
            append(p, Episode.of(DAY, "c", "before"));
        }
        KafkaProducer<byte[], byte[]> aborted = transaction("aborted-" + topic);
        for (int p = 0; p < 3; p++) {
            send(aborted, p, new Forget("c", Map.of(topic, 3), "f-0"));
        }
        aborted.flush();
        aborted.abortTransaction();
        aborted.close();
        for (int p = 0; p < 3; p++) {
            append(p, Episode.of(DAY, "c", "between"));
        }
        try (Engine engine = open();
                EpisodeConsumer learner = kit.learner(engine, Map.of(), LearnerKit.policy(), meters)) {
            learner.start();
            LearnerKit.awaitCaughtUp(learner);
            assertThat(strength(engine, "c", "before")).isEqualTo(3);
            // By hand, and not into all of them: in the last there is none, and what is open there may hold one.
            KafkaProducer<byte[], byte[]> open = transaction("open-" + topic);
            send(open, 2, Episode.of(2 * DAY, "c", "between"));
            open.flush();
            append(0, new Forget("c", Map.of(topic, 3), "f-1"), Episode.of(3 * DAY, "c", "after"));
            append(1, new Forget("c", Map.of(topic, 3), "f-1"), Episode.of(3 * DAY, "c", "after"));
            awaitHeld(learner, 2);
            await().during(Duration.ofSeconds(2)).atMost(LearnerKit.LONG).until(() -> held() == 2);
            assertThat(strength(engine, "c", "before")).isEqualTo(3);
            commitAndClose(open);
            LearnerKit.awaitEpisodes(engine, learner, 9);
            LearnerKit.awaitCaughtUp(learner);
            assertThat(strength(engine, "c", "before")).isZero();
            assertThat(strength(engine, "c", "between")).isZero();
            assertThat(strength(engine, "c", "after")).isEqualTo(2);
            try (Engine rebuilt = open()) {
                rebuild(rebuilt, engine.positions());
                assertThat(rebuilt.digest()).isEqualTo(engine.digest());
            }
        }
    }

    @Test
    void commandsThatLieInAnotherOrderInEachPartitionEndTheSameInALearnerAndInARebuild() throws Exception {
        Forget a = new Forget("a", Map.of(topic, 3), "f-a");
        Forget b = new Forget("b", Map.of(topic, 3), "f-b");
        Entry[][] log = {{a, b}, {b, a}, {a, b}};
        for (int p = 0; p < 3; p++) {
            append(p, Episode.of(DAY, "a", "b"));
            append(p, log[p][0], Episode.of(2 * DAY, "a", "b"), log[p][1], Episode.of(3 * DAY, "a", "b"));
        }
        try (Engine engine = open();
                EpisodeConsumer learner =
                        kit.learner(engine, Map.of("max.poll.records", "1"), LearnerKit.policy(), meters)) {
            learner.start();
            LearnerKit.awaitCaughtUp(learner);
            // a, at its copies and before b's in partition 1; then b, whose copies are next in all; then a's copy
            // there, of no effect.
            assertThat(strength(engine, "a", "b")).isEqualTo(4);
            assertThat(engine.view().counts().episodes()).isEqualTo(9);
            assertThat(meters.get("synfire.partitions.held").gauge().value()).isZero();
            try (Engine rebuilt = open()) {
                rebuild(rebuilt, engine.positions());
                assertThat(rebuilt.digest()).isEqualTo(engine.digest());
            }
        }
    }

    @Test
    void aPartitionThatIsAddedLaterIsNotWaitedFor() throws Exception {
        for (int p = 0; p < 3; p++) {
            append(p, Episode.of(DAY, "c", "before"));
        }
        try (Engine engine = open();
                EpisodeConsumer learner = kit.learner(engine, Map.of(), LearnerKit.policy(), meters)) {
            learner.start();
            LearnerKit.awaitCaughtUp(learner);
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
                admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(4)))
                        .all()
                        .get();
            }
            // Who gave it did not know of the fourth yet.
            commit(new Forget("c", Map.of(topic, 3), "f-1"), 0, 1, 2);
            append(3, Episode.of(2 * DAY, "x", "y"));
            LearnerKit.awaitEpisodes(engine, learner, 4);
            await().atMost(LearnerKit.LONG).until(() -> held() == 0 && strength(engine, "c", "before") == 0);
        }
    }

    @Test
    void aPartitionThatWasAddedJustBeforeIsWaitedFor() throws Exception {
        append(0, Episode.of(DAY, "c", "before"));
        Forget forget = new Forget("c", Map.of(topic, 4), "f-1");
        KafkaProducer<byte[], byte[]> open = transaction("open-" + topic);
        for (int p = 0; p < 3; p++) {
            send(open, p, forget);
        }
        try (Engine engine = open();
                Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
                EpisodeConsumer learner = kit.learner(engine, Map.of(), LearnerKit.policy(), meters)) {
            learner.start();
            LearnerKit.awaitEpisodes(engine, learner, 1);
            admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(4)))
                    .all()
                    .get();
            // At once: the learner looks for new ones once a second.
            send(open, 3, Episode.of(DAY, "c", "before"));
            send(open, 3, forget);
            commitAndClose(open);
            append(0, Episode.of(2 * DAY, "c", "after"));
            LearnerKit.awaitEpisodes(engine, learner, 3);
            await().atMost(LearnerKit.LONG).until(() -> held() == 0 && learner.lag() == 0);
            assertThat(strength(engine, "c", "before")).isZero();
            assertThat(strength(engine, "c", "after")).isEqualTo(1);
        }
    }

    @Test
    void aMemberOfAGroupWaitsForItsOwnPartitionsAndForgetsInThoseThatItIsGivenLater() throws Exception {
        for (int p = 0; p < 3; p++) {
            append(p, Episode.of(DAY, "c", "before" + p));
        }
        Map<String, String> member = new HashMap<>(Map.of("group.id", topic, "group.protocol", "classic"));
        member.putAll(
                Map.of("session.timeout.ms", "2000", "heartbeat.interval.ms", "300", "metadata.max.age.ms", "1000"));
        try (Engine one = open();
                Engine other = open();
                EpisodeConsumer first = kit.learner(one, member, LearnerKit.policy(), meters)) {
            first.start();
            LearnerKit.awaitCaughtUp(first);
            KafkaProducer<byte[], byte[]> open = transaction("open-" + topic);
            send(open, 2, Episode.of(2 * DAY, "c", "before2"));
            open.flush();
            commit(new Forget("c", Map.of(topic, 3), "f-1"), 0, 1, 2);
            append(0, Episode.of(3 * DAY, "c", "after"));
            append(1, Episode.of(3 * DAY, "c", "after"));
            awaitHeld(first, 2);
            // While it waits, the group gives a part of its partitions to another.
            try (EpisodeConsumer second = kit.learner(other, member, LearnerKit.policy(), new SimpleMeterRegistry())) {
                second.start();
                await().atMost(LearnerKit.LONG).until(() -> first.partitions() > 0 && second.partitions() > 0);
                commitAndClose(open);
                LearnerKit.awaitCaughtUp(first);
                LearnerKit.awaitCaughtUp(second);
                assertNothingBefore(one);
                assertNothingBefore(other);
            }
            // All is the first one's again, and what was the other's has its copy ahead of it.
            await().atMost(LearnerKit.LONG).until(() -> first.partitions() == 3);
            append(2, Episode.of(4 * DAY, "c", "after"));
            LearnerKit.awaitEpisodes(one, first, 7);
            assertNothingBefore(one);
            kit.assertIsFoldOfWhatIsBelowItsPositions(one, directory.resolve("folded"));
        }
    }

    private static void assertNothingBefore(Engine engine) {
        for (int p = 0; p < 3; p++) {
            assertThat(strength(engine, "c", "before" + p)).isZero();
        }
    }

    private void rebuild(Engine engine, List<Position> goal) throws Exception {
        ReplayOptions options = new ReplayOptions(Until.always(), false, Duration.ofSeconds(1));
        try (DeadLetterFile rejects = new DeadLetterFile(directory.resolve("rejected" + stores))) {
            new TopicReplay(
                            kit.client(Map.of("max.poll.records", "2")),
                            new TopicNames(topic, topic + ".dead"),
                            engine,
                            Decoding.plain(),
                            options,
                            rejects,
                            null)
                    .replay(goal, ReplayWatch.NONE);
        }
    }

    private Engine open() {
        return openAt(directory.resolve("store" + stores++));
    }

    private static Engine openAt(Path store) {
        return Engine.open(store, Map.of("half-lives", "none"), new EngineOptions(16 << 20), new SimpleMeterRegistry());
    }

    private void awaitHeld(EpisodeConsumer learner, int partitions) {
        await().atMost(LearnerKit.LONG).until(() -> {
            assertThat(learner.failure()).isNull();
            return held() == partitions;
        });
    }

    private int held() {
        return (int) meters.get("synfire.partitions.held").gauge().value();
    }

    private static Map<Integer, Long> offsets(Engine engine) {
        return engine.positions().stream().collect(Collectors.toMap(Position::partition, Position::nextOffset));
    }

    private static double strength(Engine engine, String cue, String target) {
        int c = engine.view().conceptOf(cue);
        if (c < 0) {
            return 0;
        }
        var row = engine.view().associations(c, engine.view().watermarkMs());
        int index = row.indexOf(engine.view().conceptOf(target));
        return index < 0 ? 0 : row.strength(index, 0);
    }

    private void append(int partition, Entry... entries) {
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(kit.client(Map.of()).producer("test"))) {
            for (Entry entry : entries) {
                send(producer, partition, entry);
            }
        }
    }

    private void commit(Entry entry, int... partitions) {
        KafkaProducer<byte[], byte[]> producer = transaction("commit-" + topic);
        for (int partition : partitions) {
            send(producer, partition, entry);
        }
        commitAndClose(producer);
    }

    private void send(KafkaProducer<byte[], byte[]> producer, int partition, Entry entry) {
        var unused = producer.send(new ProducerRecord<>(topic, partition, null, codec.encode(entry)));
        producer.flush();
    }

    private KafkaProducer<byte[], byte[]> transaction(String id) {
        Map<String, Object> given = new HashMap<>(kit.client(Map.of()).producer("test"));
        given.put("transactional.id", id);
        KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(given);
        producer.initTransactions();
        producer.beginTransaction();
        return producer;
    }

    private static void commitAndClose(KafkaProducer<byte[], byte[]> producer) {
        producer.commitTransaction();
        producer.close();
    }
}
