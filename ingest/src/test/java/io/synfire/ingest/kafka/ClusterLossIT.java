package io.synfire.ingest.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Brokers that stop and start, networks that are cut: waited out, said, and nothing lost or doubled. */
@SuppressWarnings("NullAway.Init")
final class ClusterLossIT {

    private static final long SEED = Long.getLong("synfire.seed", 20_111_209);
    private static final TopicNames TOPICS = new TopicNames("lost", "lost.dead");

    @TempDir
    Path directory;

    @Test
    void aBrokerThatStopsAndStartsLeavesNoGapAndTheLearnerSaysMeanwhileThatItWaits() {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        LocalBroker first = LocalBroker.start(directory.resolve("kafka"), 0);
        int port = Integer.parseInt(first.bootstrapServers().split(":", 2)[1]);
        LearnerKit kit = new LearnerKit(first.bootstrapServers(), TOPICS).create(2);
        try (Engine engine = LearnerKit.open(directory.resolve("store"));
                EpisodeConsumer learner = kit.learner(engine, Map.of(), LearnerKit.policy(), meters)) {
            kit.produce(0, 500);
            learner.start();
            LearnerKit.awaitCaughtUp(learner);
            assertThat(learner.waiting()).isNull();
            assertThat(meters.get("synfire.ready").gauge().value()).isEqualTo(1);

            first.close();
            await().atMost(LearnerKit.LONG).until(() -> !learner.ready());
            assertThat(learner.waiting()).contains("the cluster has not answered for", "topic=lost");
            assertThat(meters.get("synfire.ready").gauge().value()).isZero();
            assertThat(meters.get("synfire.cluster.silent.seconds").gauge().value())
                    .isGreaterThan(2);
            assertThat(learner.failure()).isNull();

            try (LocalBroker second = LocalBroker.start(directory.resolve("kafka"), port)) {
                assertThat(second.bootstrapServers()).isEqualTo(first.bootstrapServers());
                kit.produce(500, 1000);
                LearnerKit.awaitEpisodes(engine, learner, 1000);
                LearnerKit.awaitCaughtUp(learner);
                assertThat(learner.waiting()).isNull();
                assertEqualsUndisturbed(engine, kit);
            }
        }
    }

    @Test
    void connectionsThatAreCutAndFallSilentAgainAndAgainLoseNothingAndDoubleNothing() throws Exception {
        System.out.println("seed=" + SEED);
        SplittableRandom random = new SplittableRandom(SEED);
        try (CuttableProxy proxy = new CuttableProxy();
                LocalBroker broker = LocalBroker.start(
                        directory.resolve("kafka"),
                        0,
                        Map.of("advertised.listeners", "PLAINTEXT://127.0.0.1:" + proxy.port()))) {
            proxy.to(Integer.parseInt(broker.bootstrapServers().split(":", 2)[1]));
            LearnerKit kit = new LearnerKit("127.0.0.1:" + proxy.port(), TOPICS).create(2);
            Map<String, String> impatient = Map.of("request.timeout.ms", "1500", "default.api.timeout.ms", "3000");
            try (Engine engine = LearnerKit.open(directory.resolve("store"));
                    EpisodeConsumer learner =
                            kit.learner(engine, impatient, LearnerKit.policy(), new SimpleMeterRegistry())) {
                learner.start();
                CompletableFuture<Void> produced = CompletableFuture.runAsync(() -> {
                    for (int i = 0; i < 20; i++) {
                        kit.produce(i * 100, (i + 1) * 100);
                    }
                });
                for (int i = 0; i < 6; i++) {
                    LockSupport.parkNanos(random.nextLong(700_000_000L));
                    if (random.nextBoolean()) {
                        proxy.cut();
                    } else {
                        proxy.silence();
                    }
                    LockSupport.parkNanos(random.nextLong(2_500_000_000L));
                    proxy.mend();
                }
                proxy.cut();
                await().atMost(LearnerKit.LONG).until(() -> learner.waiting() != null);
                assertThat(learner.ready()).isFalse();
                proxy.mend();
                produced.join();
                LearnerKit.awaitEpisodes(engine, learner, 2000);
                LearnerKit.awaitCaughtUp(learner);
                assertEqualsUndisturbed(engine, kit);
            }
        }
    }

    @Test
    void leadersThatChangeAgainAndAgainLoseNothingAndDoubleNothing() throws Exception {
        try (TwoBrokers brokers = new TwoBrokers(directory.resolve("kafka"))) {
            TopicPartition moving = new TopicPartition(TOPICS.episodes(), 0);
            brokers.create(TOPICS.episodes());
            brokers.create(TOPICS.deadLetters());
            LearnerKit kit = new LearnerKit(brokers.bootstrapServers(), TOPICS);
            try (Engine engine = LearnerKit.open(directory.resolve("store"));
                    EpisodeConsumer learner =
                            kit.learner(engine, Map.of(), LearnerKit.policy(), new SimpleMeterRegistry())) {
                learner.start();
                int produced = 0;
                for (int round = 0; round < 2; round++) {
                    kit.produce(produced, produced += 300);
                    assertThat(brokers.leader(moving)).isEqualTo(2);
                    brokers.stopSecond();
                    await().atMost(LearnerKit.LONG).until(() -> brokers.leader(moving) == 1);
                    kit.produce(produced, produced += 300);
                    LearnerKit.awaitEpisodes(engine, learner, produced);
                    brokers.startSecond();
                    await().atMost(LearnerKit.LONG).until(() -> {
                        brokers.electPreferred(moving);
                        return brokers.leader(moving) == 2;
                    });
                    kit.produce(produced, produced += 300);
                    LearnerKit.awaitEpisodes(engine, learner, produced);
                }
                LearnerKit.awaitCaughtUp(learner);
                assertThat(engine.positions()).anyMatch(position -> position.leaderEpoch() >= 4);
                assertEqualsUndisturbed(engine, kit);
            }
        }
    }

    @Test
    void aLearnerThatStartsBeforeItsClusterWaitsForIt() {
        LocalBroker first = LocalBroker.start(directory.resolve("kafka"), 0);
        int port = Integer.parseInt(first.bootstrapServers().split(":", 2)[1]);
        LearnerKit kit = new LearnerKit(first.bootstrapServers(), TOPICS).create(1);
        kit.produce(0, 50);
        first.close();
        try (Engine engine = LearnerKit.open(directory.resolve("store"));
                EpisodeConsumer learner =
                        kit.learner(engine, Map.of(), LearnerKit.policy(), new SimpleMeterRegistry())) {
            learner.start();
            await().atMost(LearnerKit.LONG).until(() -> learner.waiting() != null);
            assertThat(learner.failure()).isNull();
            try (LocalBroker second = LocalBroker.start(directory.resolve("kafka"), port)) {
                assertThat(second.bootstrapServers()).isEqualTo(first.bootstrapServers());
                LearnerKit.awaitEpisodes(engine, learner, 50);
                LearnerKit.awaitCaughtUp(learner);
            }
        }
    }

    private void assertEqualsUndisturbed(Engine engine, LearnerKit kit) {
        try (Engine undisturbed = LearnerKit.open(directory.resolve("undisturbed"))) {
            kit.learnAll(
                    undisturbed,
                    new FaultPolicy(Duration.ofSeconds(30), 1 << 20, java.util.Set.of()),
                    new SimpleMeterRegistry());
            assertThat(engine.digest().learnedHex())
                    .isEqualTo(undisturbed.digest().learnedHex());
            assertThat(engine.view().counts().episodes())
                    .isEqualTo(undisturbed.view().counts().episodes());
        }
    }
}
