package io.synfire.query.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.synfire.engine.learn.LearningSettings;
import io.synfire.ingest.kafka.ClientProperties;
import io.synfire.ingest.kafka.LocalBroker;
import io.synfire.ingest.kafka.TopicNames;
import io.synfire.ingest.kafka.Topics;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Everything at once, in an order made of a seed: the learner is killed, stopped, frozen and thawed, the broker goes away and comes
 * back, while events are sent twice and some records are none. In the end the store equals the fold of the log, and each record that is
 * none is in the dead letters.
 */
@SuppressWarnings("NullAway.Init")
final class ServeTroubleIT {

    private static final int TROUBLES = 2 * Integer.getInteger("synfire.kills", 3);
    private static final long SEED = Long.getLong("synfire.seed", 20_111_209);
    private static final TopicNames TOPICS = new TopicNames("troubles", "troubles.dead-letters");
    private static final int PER_SECOND = 300;

    @TempDir
    Path directory;

    private final SplittableRandom random = new SplittableRandom(SEED);
    private final Map<Trouble, Integer> troubles = new EnumMap<>(Trouble.class);
    private LocalBroker broker;
    private Learner learner;
    private int starts;

    /** What may happen. More kinds need a line here and a branch in {@link #make}. */
    private enum Trouble {
        KILLED,
        STOPPED,
        FROZEN,
        BROKER_RESTARTED,
        FROZEN_WHILE_THE_BROKER_RESTARTED,
        KILLED_WHILE_THE_BROKER_RESTARTED
    }

    @Test
    void whateverHappensAtOnceTheStoreEqualsTheFoldOfTheLog() throws Exception {
        System.out.println("troubles=" + TROUBLES + " seed=" + SEED);
        broker = LocalBroker.start(directory.resolve("kafka"), 0);
        String bootstrapServers = broker.bootstrapServers();
        try (LogOracle oracle = new LogOracle(bootstrapServers, TOPICS.episodes(), LearningSettings.parse(Map.of()))) {
            ClientProperties kafka = new ClientProperties(Map.of("bootstrap.servers", bootstrapServers));
            new Topics(kafka).create(TOPICS, 3);
            EpisodeWriter writer = new EpisodeWriter(kafka, TOPICS.episodes(), SEED + 1, PER_SECOND);
            start();
            for (int i = 0; i < TROUBLES; i++) {
                learner.awaitWork();
                Trouble trouble = Trouble.values()[random.nextInt(Trouble.values().length)];
                troubles.merge(trouble, 1, Integer::sum);
                System.out.printf("trouble %d: %s%n", i, trouble);
                make(trouble, oracle);
            }
            long written = writer.finish();
            learner.awaitEnd(written);
            stop();
            oracle.assertHolds(store());
            assertThat(oracle.isAtEnd()).as("all of the log is learned").isTrue();
            assertThat(deadLetters(bootstrapServers)).containsAll(writer.poison());
            System.out.println(troubles + ": " + oracle.summary());
        } finally {
            learner.close();
            broker.close();
        }
    }

    private void make(Trouble trouble, LogOracle oracle) throws Exception {
        switch (trouble) {
            case KILLED -> {
                learner.close();
                oracle.assertHolds(store());
                start();
            }
            case STOPPED -> {
                stop();
                oracle.assertHolds(store());
                start();
            }
            case FROZEN -> {
                learner.process().pause();
                park(5_000);
                learner.process().resume();
            }
            case BROKER_RESTARTED -> restartBroker();
            case FROZEN_WHILE_THE_BROKER_RESTARTED -> {
                learner.process().pause();
                restartBroker();
                learner.process().resume();
            }
            case KILLED_WHILE_THE_BROKER_RESTARTED -> {
                LocalBroker stopped = broker;
                stopped.close();
                park(2_000);
                learner.close();
                startBroker(stopped);
                oracle.assertHolds(store());
                start();
            }
        }
    }

    private void start() throws Exception {
        learner = Learner.start(
                directory.resolve("data"),
                directory.resolve("learner-" + starts++ + ".log"),
                broker.bootstrapServers(),
                TOPICS,
                Duration.ofMillis(random.nextBoolean() ? 50 : 500));
    }

    /** As an operator would. */
    private void stop() throws Exception {
        learner.process().terminate();
        assertThat(learner.process().awaitExit(Duration.ofMinutes(1)))
                .as("%s", learner.process().output())
                .isZero();
    }

    private void restartBroker() {
        LocalBroker stopped = broker;
        stopped.close();
        park(3_000);
        startBroker(stopped);
    }

    private void startBroker(LocalBroker stopped) {
        String address = stopped.bootstrapServers();
        broker = LocalBroker.start(
                directory.resolve("kafka"), Integer.parseInt(address.substring(address.indexOf(':') + 1)));
        assertThat(broker.bootstrapServers()).isEqualTo(address);
    }

    private void park(long millisMax) {
        LockSupport.parkNanos(random.nextLong(millisMax * 1_000_000));
    }

    private static Set<String> deadLetters(String bootstrapServers) {
        Set<String> found = new HashSet<>();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrapServers),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> all = consumer.partitionsFor(TOPICS.deadLetters()).stream()
                    .map(partition -> new TopicPartition(TOPICS.deadLetters(), partition.partition()))
                    .toList();
            consumer.assign(all);
            consumer.seekToBeginning(all);
            Map<TopicPartition, Long> ends = consumer.endOffsets(all);
            while (all.stream()
                    .anyMatch(partition -> consumer.position(partition) < ends.getOrDefault(partition, 0L))) {
                consumer.poll(Duration.ofMillis(200))
                        .forEach(record -> found.add(new String(record.value(), StandardCharsets.UTF_8)));
            }
        }
        return found;
    }

    private Path store() {
        return directory.resolve("data").resolve("store");
    }
}
