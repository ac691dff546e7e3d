package io.synfire.query.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.ingest.codec.Decoding;
import io.synfire.ingest.kafka.ClientProperties;
import io.synfire.ingest.kafka.EpisodeConsumer;
import io.synfire.ingest.kafka.LocalBroker;
import io.synfire.ingest.kafka.TopicNames;
import io.synfire.ingest.kafka.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A learner is killed again and again. After each kill its store equals the fold of the records below its positions, and in the end it is
 * one that never was killed. {@code -Dsynfire.kills=20} kills more often, {@code -Dsynfire.seed=S} as a run before.
 */
@SuppressWarnings("NullAway.Init")
final class ServeKillIT {

    private static final int KILLS = Integer.getInteger("synfire.kills", 3);
    private static final long SEED = Long.getLong("synfire.seed", 20_111_209);
    private static final TopicNames TOPICS = new TopicNames("kills", "kills.dead-letters");
    private static final int MANY = 10;

    @TempDir
    Path directory;

    private final SplittableRandom random = new SplittableRandom(SEED);
    private final Map<Moment, Integer> moments = new EnumMap<>(Moment.class);

    /** When it is killed. */
    private enum Moment {
        STARTING,
        LEARNING,
        STOPPING
    }

    @Test
    void killedAtRandomMomentsItLosesNothingAndLearnsNothingTwice() throws Exception {
        System.out.println("kills=" + KILLS + " seed=" + SEED);
        try (LocalBroker broker = LocalBroker.start(directory.resolve("kafka"), 0);
                LogOracle oracle =
                        new LogOracle(broker.bootstrapServers(), TOPICS.episodes(), LearningSettings.parse(Map.of()))) {
            ClientProperties kafka = new ClientProperties(Map.of("bootstrap.servers", broker.bootstrapServers()));
            new Topics(kafka).create(TOPICS, 2);
            // The reference keeps up with so many.
            EpisodeWriter writer = new EpisodeWriter(kafka, TOPICS.episodes(), SEED + 1, KILLS > MANY ? 300 : 2_000);
            for (int kill = 0; kill < KILLS; kill++) {
                Moment moment = kill == 0 ? Moment.LEARNING : Moment.values()[random.nextInt(Moment.values().length)];
                startAndKill(broker, kill, moment);
                moments.merge(moment, 1, Integer::sum);
                long below = oracle.assertHolds(store());
                System.out.printf("kill %d, %s: %,d records below the stored positions%n", kill, moment, below);
            }
            long written = writer.finish();
            finish(broker, written);
            oracle.assertHolds(store());
            assertThat(oracle.isAtEnd()).as("all of the log is learned").isTrue();
            assertThat(oracle.duplicates()).isPositive();
            compareWithUndisturbed(kafka, written, oracle);
            System.out.println(moments + ": " + oracle.summary());
        }
    }

    private void startAndKill(LocalBroker broker, int kill, Moment moment) throws Exception {
        try (Learner learner = start(broker, "kill-" + kill + ".log")) {
            if (moment == Moment.STARTING) {
                LockSupport.parkNanos(random.nextLong(3_000_000_000L));
            } else {
                learner.awaitWork();
                if (random.nextBoolean()) {
                    learner.awaitCheckpoint();
                }
                LockSupport.parkNanos(random.nextLong(1_000_000_000L));
            }
            assertThat(learner.process().isAlive())
                    .as("%s", learner.process().output())
                    .isTrue();
            if (moment == Moment.STOPPING) {
                learner.process().terminate();
                LockSupport.parkNanos(random.nextLong(400_000_000L));
            }
        }
    }

    /** Lets the last learner catch up and stops it as an operator would. */
    private void finish(LocalBroker broker, long written) throws Exception {
        try (Learner learner = start(broker, "last.log")) {
            learner.awaitEnd(written);
            learner.process().terminate();
            assertThat(learner.process().awaitExit(Duration.ofSeconds(30)))
                    .as("%s", learner.process().output())
                    .isZero();
        }
    }

    /** The learner as it is, that reads the same log once. */
    private void compareWithUndisturbed(ClientProperties kafka, long written, LogOracle oracle) {
        try (Engine undisturbed = Engine.open(
                directory.resolve("undisturbed"), Map.of(), new EngineOptions(64 << 20), new SimpleMeterRegistry())) {
            EpisodeConsumer.Options reading =
                    new EpisodeConsumer.Options(TOPICS, Duration.ofSeconds(5), Decoding.plain());
            try (EpisodeConsumer consumer =
                    new EpisodeConsumer(undisturbed, kafka, reading, new SimpleMeterRegistry())) {
                consumer.start();
                await().atMost(Duration.ofMinutes(5))
                        .until(() -> consumer.ready()
                                && consumer.lag() == 0
                                && undisturbed.view().counts().episodes() == written);
            }
            assertThat(undisturbed.digest().learnedHex()).isEqualTo(oracle.learnedHex());
        }
    }

    private Learner start(LocalBroker broker, String output) throws Exception {
        long[] intervalsMs = {20, 200, 2_000};
        return Learner.start(
                directory.resolve("data"),
                directory.resolve(output),
                broker.bootstrapServers(),
                TOPICS,
                Duration.ofMillis(intervalsMs[random.nextInt(intervalsMs.length)]));
    }

    private Path store() {
        return directory.resolve("data").resolve("store");
    }
}
