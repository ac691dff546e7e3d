package io.synfire.ingest.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.SmallDisk;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Members of a group, each with a store of its own: whatever moves between them, each store is the fold of what is below its positions. */
@SuppressWarnings("NullAway.Init")
final class GroupIT {

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
        broker = LocalBroker.start(
                brokerDirectory,
                0,
                Map.of(
                        "group.min.session.timeout.ms",
                        "1000",
                        "group.consumer.min.session.timeout.ms",
                        "3000",
                        "group.consumer.session.timeout.ms",
                        "3000",
                        "group.consumer.min.heartbeat.interval.ms",
                        "300",
                        "group.consumer.heartbeat.interval.ms",
                        "300"));
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @BeforeEach
    void createTopics(TestInfo test) {
        topic = test.getTestMethod().orElseThrow().getName()
                + test.getDisplayName().replaceAll("[^a-z]", "");
        kit = new LearnerKit(broker.bootstrapServers(), new TopicNames(topic, topic + ".dead")).create(4);
    }

    private Map<String, String> member(String protocol, Map<String, String> more) {
        Map<String, String> member = new HashMap<>(more);
        member.put("group.id", topic);
        member.put("group.protocol", protocol);
        member.put("metadata.max.age.ms", "1000");
        if (protocol.equals("classic")) {
            member.put("session.timeout.ms", "2000");
            member.put("heartbeat.interval.ms", "300");
        }
        return member;
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "consumer"})
    void partitionsThatMoveInMidBatchLeaveEachStoreTheFoldOfWhatIsBelowItsOwnPositions(String protocol) {
        kit.produce(0, 3000);
        try (Engine first = LearnerKit.open(directory.resolve("first"));
                Engine second = LearnerKit.open(directory.resolve("second"))) {
            Map<String, String> small = member(protocol, Map.of("max.poll.records", "50"));
            try (EpisodeConsumer one = kit.learner(first, small, LearnerKit.policy(), meters)) {
                one.start();
                await().atMost(LearnerKit.LONG)
                        .until(() -> first.view().counts().episodes() > 0);
                try (EpisodeConsumer two = kit.learner(second, small, LearnerKit.policy(), meters)) {
                    two.start();
                    await().atMost(LearnerKit.LONG)
                            .until(() -> second.view().counts().episodes() > 0);
                    kit.produce(3000, 5000);
                    LearnerKit.awaitCaughtUp(one);
                    LearnerKit.awaitCaughtUp(two);
                }
                // All of it is the first one's now: its store goes on where it stands, not where the second one is.
                kit.produce(5000, 6000);
                LearnerKit.awaitEpisodes(first, one, 6000);
                LearnerKit.awaitCaughtUp(one);
            }
            assertThat(second.view().counts().episodes()).isBetween(1L, 5000L);
            kit.assertIsFoldOfWhatIsBelowItsPositions(first, directory.resolve("first-folded"));
            kit.assertIsFoldOfWhatIsBelowItsPositions(second, directory.resolve("second-folded"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "consumer"})
    void aMemberWhoseDiskIsFullStaysOneAndGivesAwayAndTakesBackItsPartitionsAndGoesOnOnceThereIsRoom(String protocol)
            throws Exception {
        kit.produce(0, 2000);
        Map<String, String> hasty = member(protocol, Map.of("max.poll.interval.ms", "3000"));
        try (SmallDisk disk = SmallDisk.at(directory.resolve("disk"), 96);
                Engine first = LearnerKit.open(disk.root().resolve("store"));
                Engine second = LearnerKit.open(directory.resolve("second"));
                EpisodeConsumer one = kit.learner(first, hasty, LearnerKit.policy(), meters)) {
            one.start();
            LearnerKit.awaitEpisodes(first, one, 2000);
            LearnerKit.awaitCaughtUp(one);
            disk.fill(0);
            kit.produce(2000, 2040);
            await().atMost(LearnerKit.LONG).until(() -> first.waitsForRoom().isPresent());
            // Records that cannot be learned: for longer than a member may be silent it is the same one.
            kit.produce(2040, 2080);
            Set<String> seat = kit.memberIds(topic);
            assertThat(seat).hasSize(1);
            await().during(Duration.ofSeconds(5)).atMost(LearnerKit.LONG).until(() -> kit.memberIds(topic)
                    .equals(seat));
            try (EpisodeConsumer two = kit.learner(second, hasty, LearnerKit.policy(), meters)) {
                two.start();
                // It learns what the other gave away, while that one can neither learn nor checkpoint.
                await().atMost(LearnerKit.LONG)
                        .until(() -> second.view().counts().episodes() > 0);
                kit.produce(2080, 3000);
                LearnerKit.awaitCaughtUp(two);
                await().atMost(LearnerKit.LONG)
                        .untilAsserted(() -> assertThat(List.of(one.partitions(), two.partitions()))
                                .containsExactly(2, 2));
                assertThat(kit.memberIds(topic)).hasSize(2).containsAll(seat);
                assertThat(first.waitsForRoom()).isPresent();
                assertThat(one.failure()).isNull();
            }
            await().atMost(LearnerKit.LONG).until(() -> one.partitions() == 4);
            assertThat(kit.memberIds(topic)).isEqualTo(seat);
            assertThat(first.waitsForRoom()).isPresent();
            assertThat(first.view().counts().episodes()).isLessThan(3000);
            kit.produce(3000, 4000);
            disk.free();
            LearnerKit.awaitEpisodes(first, one, 4000);
            LearnerKit.awaitCaughtUp(one);
            kit.assertIsFoldOfWhatIsBelowItsPositions(first, directory.resolve("first-folded"));
            kit.assertIsFoldOfWhatIsBelowItsPositions(second, directory.resolve("second-folded"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "consumer"})
    void aMemberWhoseDiskIsFullIsGivenPartitionsThatItHasNeverReadAndReadsThemOnceThereIsRoom(String protocol)
            throws Exception {
        kit.produce(0, 2000);
        Map<String, String> hasty = member(protocol, Map.of("max.poll.interval.ms", "3000"));
        try (SmallDisk disk = SmallDisk.at(directory.resolve("disk"), 96);
                Engine full = LearnerKit.open(disk.root().resolve("store"));
                Engine roomy = LearnerKit.open(directory.resolve("roomy"));
                EpisodeConsumer one = kit.learner(full, hasty, LearnerKit.policy(), meters)) {
            try (EpisodeConsumer two = kit.learner(roomy, hasty, LearnerKit.policy(), meters)) {
                two.start();
                LearnerKit.awaitEpisodes(roomy, two, 2000);
                one.start();
                await().atMost(LearnerKit.LONG).until(() -> one.partitions() == 2);
                LearnerKit.awaitCaughtUp(one);
                assertThat(full.positions()).hasSize(2);
                disk.fill(0);
                kit.produce(2000, 2040);
                await().atMost(LearnerKit.LONG).until(() -> full.waitsForRoom().isPresent());
            }
            await().atMost(LearnerKit.LONG).until(() -> one.partitions() == 4);
            Set<String> seat = kit.memberIds(topic);
            await().during(Duration.ofSeconds(5)).atMost(LearnerKit.LONG).until(() -> kit.memberIds(topic)
                    .equals(seat));
            assertThat(full.positions()).hasSize(2);
            assertThat(one.failure()).isNull();
            disk.free();
            LearnerKit.awaitEpisodes(full, one, 2040);
            LearnerKit.awaitCaughtUp(one);
            assertThat(full.positions()).hasSize(4);
            kit.assertIsFoldOfWhatIsBelowItsPositions(full, directory.resolve("folded"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "consumer"})
    void aMemberThatIsGivenNoPartitionIsReadyAndIsNotOnceItIsGivenOneUntilItHasCaughtUp(String protocol) {
        kit = new LearnerKit(broker.bootstrapServers(), new TopicNames(topic + ".one", topic + ".one.dead")).create(1);
        kit.produce(0, 500);
        BatchGate gate = new BatchGate();
        try (Engine first = LearnerKit.open(directory.resolve("first"));
                Engine second = LearnerKit.open(directory.resolve("second"));
                EpisodeConsumer two = kit.learner(second, named(protocol, "b"), LearnerKit.policy(), gate, meters)) {
            try (EpisodeConsumer one = kit.learner(first, named(protocol, "a"), LearnerKit.policy(), meters)) {
                one.start();
                LearnerKit.awaitEpisodes(first, one, 500);
                LearnerKit.awaitCaughtUp(one);
                assertThat(one.partitions()).isEqualTo(1);
                two.start();
                LearnerKit.awaitCaughtUp(two);
                // While the group takes in another member, nobody may have any.
                await().atMost(LearnerKit.LONG).until(() -> one.partitions() == 1 && two.partitions() == 0);
                assertThat(second.view().counts().episodes()).isZero();
            }
            gate.awaitHeld();
            await().atMost(LearnerKit.LONG).until(() -> two.partitions() == 1);
            assertThat(two.ready()).isFalse();
            gate.open();
            LearnerKit.awaitEpisodes(second, two, 500);
            LearnerKit.awaitCaughtUp(two);
        }
    }

    /** Of several members, the one whose name is the first gets what there is. */
    private Map<String, String> named(String protocol, String name) {
        return member(protocol, Map.of("group.instance.id", name));
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "consumer"})
    void whatWasPolledBeforeTheGroupGaveItAwayIsNotLearnedAfterwards(String protocol) {
        kit.produce(0, 2000);
        Map<String, String> hasty =
                member(protocol, Map.of("max.poll.interval.ms", "3000", "max.poll.records", "2000"));
        try (Engine first = LearnerKit.open(directory.resolve("first"));
                Engine second = LearnerKit.open(directory.resolve("second"))) {
            BatchGate gate = new BatchGate();
            try (EpisodeConsumer slow = kit.learner(first, hasty, LearnerKit.policy(), gate, meters)) {
                slow.start();
                gate.awaitHeld();
                // It is in the middle of its first poll and does not ask any more: the group gives all to another.
                try (EpisodeConsumer other =
                        kit.learner(second, member(protocol, Map.of()), LearnerKit.policy(), meters)) {
                    other.start();
                    await().atMost(LearnerKit.LONG)
                            .until(() -> second.view().counts().episodes() == 2000);
                    LearnerKit.awaitCaughtUp(other);
                    gate.open();
                    // Back in the group, with some of the partitions.
                    await().atMost(LearnerKit.LONG).until(() -> slow.ready() && slow.lag() == 0);
                    kit.assertIsFoldOfWhatIsBelowItsPositions(first, directory.resolve("first-folded"));
                }
                LearnerKit.awaitEpisodes(first, slow, 2000);
                LearnerKit.awaitCaughtUp(slow);
            }
            assertThat(first.digest().learnedHex()).isEqualTo(second.digest().learnedHex());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "consumer"})
    void aLostPartitionIsNotLearnedAnyFurtherWhileTheMemberIsOut(String protocol) {
        kit.produce(0, 2000);
        Map<String, String> hasty =
                member(protocol, Map.of("max.poll.interval.ms", "3000", "max.poll.records", "2000"));
        try (Engine engine = LearnerKit.open(directory.resolve("store"))) {
            BatchGate gate = new BatchGate();
            try (EpisodeConsumer slow = kit.learner(engine, hasty, LearnerKit.policy(), gate, meters)) {
                slow.start();
                gate.awaitHeld();
                await().atMost(LearnerKit.LONG).until(() -> kit.members(topic) == 0);
                gate.open();
                LearnerKit.awaitEpisodes(engine, slow, 2000);
                LearnerKit.awaitCaughtUp(slow);
            }
            kit.assertIsFoldOfWhatIsBelowItsPositions(engine, directory.resolve("folded"));
        }
    }
}
