package io.synfire.query.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.event.Position;
import io.synfire.ingest.forget.ForgetReceipt.Appended;
import io.synfire.ingest.kafka.ClientProperties;
import io.synfire.ingest.kafka.EpisodeConsumer;
import io.synfire.ingest.kafka.EpisodeProducer;
import io.synfire.ingest.kafka.EpisodeProducer.Outgoing;
import io.synfire.ingest.kafka.LocalBroker;
import io.synfire.ingest.kafka.TopicForgetter;
import io.synfire.ingest.kafka.TopicNames;
import io.synfire.ingest.kafka.Topics;
import io.synfire.query.cli.Operations.Common;
import io.synfire.query.cli.Operations.Forgotten;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command to forget where nobody serves the memory: it learns by itself, or goes on through whoever takes the memory meanwhile. */
@SuppressWarnings("NullAway.Init")
final class ForgetAloneIT {

    private static final TopicNames TOPICS = new TopicNames("alone", "alone.dead");
    private static final Duration LONG = Duration.ofMinutes(2);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** A producer asks for a topic that is not there for as long, before it gives up. */
    private static final Duration BLOCK = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private LocalBroker broker;

    @Test
    void theTopicOfDeadLettersIsMadeWhereItIsGone() throws Exception {
        Path data = directory.resolve("data");
        try (LocalBroker started = LocalBroker.start(directory.resolve("kafka"), 0)) {
            broker = started;
            learn(data);
            delete(TOPICS.deadLetters());
            append("nothing to learn");
            String output = forget(0, data, "--context", "u", "--json");
            assertThat(output).contains("\"outcome\":\"applied\",\"reason\":null", "\"applied\":true,\"left\":0,");
            assertThat(config(TOPICS.deadLetters(), "retention.ms")).isEqualTo("-1");
            assertThat(config(TOPICS.deadLetters(), "retention.bytes")).isEqualTo("-1");
            try (Engine engine =
                    Engine.openReadOnly(data.resolve("store"), settings(data).engine(), new SimpleMeterRegistry())) {
                assertThat(engine.view().counts().deadLetters()).isEqualTo(1);
                assertThat(engine.view().counts().episodes()).isEqualTo(1);
            }
        }
    }

    @Test
    void whereItCannotBeMadeTheReceiptSaysSoAtOnce() throws Exception {
        Path data = directory.resolve("data");
        try (LocalBroker started = LocalBroker.start(directory.resolve("kafka"), 0)) {
            broker = started;
            learn(data);
            delete(TOPICS.deadLetters());
            append("nothing to learn");
            // A name that a cluster takes for the same.
            try (Admin admin = admin()) {
                admin.createTopics(List.of(new NewTopic("alone_dead", 1, (short) 1)))
                        .all()
                        .get();
            }
            long begin = System.nanoTime();
            String output = forget(1, data, "--context", "u", "--json", "--patience", "50s");
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(BLOCK.minusSeconds(15));
            assertThat(output)
                    .contains(
                            "\"outcome\":\"not-applied\",\"reason\":\"nothing is learned without a topic for dead letters:"
                                    + " topics.dead-letters=alone.dead: the topics cannot be made ready: ")
                    .contains("alone_dead")
                    .contains("\"applied\":false,\"left\":0,");
            // What is in the log is applied once that is mended.
            delete("alone_dead");
            assertThat(forget(0, data, "--context", "u", "--json")).contains("\"applied\":true,\"left\":0,");
        }
    }

    @Test
    void whatStopsTheLearningIsToldInTheReceiptAlone() throws Exception {
        Path data = directory.resolve("data");
        try (LocalBroker started = LocalBroker.start(directory.resolve("kafka"), 0)) {
            broker = started;
            learn(data);
            delete(TOPICS.deadLetters());
            append("nothing to learn");
            try (Admin admin = admin()) {
                admin.createTopics(List.of(new NewTopic(TOPICS.deadLetters(), 1, (short) 1)
                                .configs(Map.of("max.message.bytes", "10"))))
                        .all()
                        .get();
            }
            assertThat(forget(1, data, "--context", "u", "--json"))
                    .contains(
                            "\"outcome\":\"not-applied\",\"reason\":\"learning stopped: a rejected record is not safe"
                                    + " in the dead-letter topic, so learning stops before it: topic=alone partition=0 offset=3");
        }
    }

    /** The one has the memory and waits for the other's broker; the other waits for the memory. */
    @Test
    void besideAServerThatWaitsForItsBrokerItGoesOnThroughThat() throws Exception {
        Path data = directory.resolve("data");
        try (LocalBroker started = LocalBroker.start(data.resolve("kafka"), 0)) {
            broker = started;
            learn(data);
        }
        Settings settings = settings(data);
        try (LateCluster cluster = new LateCluster(settings, PATIENCE)) {
            List<Position> positions = positions(settings);
            List<Appended> appended = forgetter(settings, cluster).forgetConcept("a", positions);
            assertThat(appended).hasSize(1);
            Path output = directory.resolve("serve.log");
            String[] serve = {
                "serve",
                "--data",
                data.toString(),
                "--set",
                "http.port=0",
                "--set",
                "topics.episodes=" + TOPICS.episodes(),
                "--set",
                "topics.dead-letters=" + TOPICS.deadLetters()
            };
            try (JarProcess server = JarProcess.start(output, List.of("-Xmx192m"), serve)) {
                await().atMost(LONG)
                        .until(() -> server.output().contains("the cluster has not answered, trying again"));
                MemoryWait.Waited waited = waited(settings, positions, appended, cluster);
                assertThat(waited.trouble()).isNull();
                assertThat(waited.hasRead(0, appended.get(0).offset())).isTrue();
                assertThat(server.isAlive()).isTrue();
                server.terminate();
                assertThat(server.awaitExit(LONG)).isZero();
            }
        }
        try (Engine engine = Engine.openReadOnly(settings.store(), settings.engine(), new SimpleMeterRegistry())) {
            assertThat(engine.view().conceptOf("a")).isNegative();
        }
    }

    @Test
    void itWaitsForWhoChangesTheMemoryAndThenLearnsByItself() throws Exception {
        Path data = directory.resolve("data");
        try (LocalBroker started = LocalBroker.start(directory.resolve("kafka"), 0)) {
            broker = started;
            learn(data);
            Settings settings = settings(data);
            try (LateCluster cluster = new LateCluster(settings, PATIENCE)) {
                List<Position> positions = positions(settings);
                List<Appended> appended = forgetter(settings, cluster).forgetConcept("a", positions);
                CompletableFuture<MemoryWait.Waited> waiting;
                try (DataLock held = DataLock.take(data, "backup")) {
                    assertThat(held.data()).isEqualTo(data);
                    MemoryWait.Waited given = waited(settings, positions, appended, cluster, Duration.ofMillis(500));
                    assertThat(given.hasRead(0, appended.get(0).offset())).isFalse();
                    assertThat(given.trouble())
                            .startsWith("the memory has not moved on for 0s; what has it is command=backup pid="
                                    + ProcessHandle.current().pid());
                    waiting = CompletableFuture.supplyAsync(() -> {
                        try {
                            return waited(settings, positions, appended, cluster);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    });
                    await().pollDelay(Duration.ofSeconds(1)).until(() -> !waiting.isDone());
                }
                MemoryWait.Waited waited = waiting.get(LONG.toMillis(), TimeUnit.MILLISECONDS);
                assertThat(waited.trouble()).isNull();
                assertThat(waited.hasRead(0, appended.get(0).offset())).isTrue();
            }
        }
    }

    private static MemoryWait.Waited waited(
            Settings settings, List<Position> positions, List<Appended> appended, LateCluster cluster)
            throws IOException {
        return waited(settings, positions, appended, cluster, PATIENCE);
    }

    private static MemoryWait.Waited waited(
            Settings settings,
            List<Position> positions,
            List<Appended> appended,
            LateCluster cluster,
            Duration patience)
            throws IOException {
        Forgotten what = new Forgotten(null, "a", true, null, patience);
        Map<Integer, Long> goal = Map.of(0, appended.get(0).offset());
        return new MemoryWait(settings, what, positions.get(0).sourceId(), goal).await(cluster);
    }

    private static TopicForgetter forgetter(Settings settings, LateCluster cluster) {
        try (Engine engine = Engine.openReadOnly(settings.store(), settings.engine(), new SimpleMeterRegistry())) {
            return new TopicForgetter(
                    cluster.get().client(),
                    TOPICS,
                    settings.decoding(),
                    engine.view().settings(),
                    InstantSource.system());
        }
    }

    private static List<Position> positions(Settings settings) {
        try (Engine engine = Engine.openReadOnly(settings.store(), settings.engine(), new SimpleMeterRegistry())) {
            return engine.positions();
        }
    }

    /** Two episodes of one context and one of none; nobody serves them afterwards. */
    private void learn(Path data) throws Exception {
        new Topics(client()).create(TOPICS, 1);
        append(
                "{\"at\":1600000000000,\"context\":\"u\",\"concepts\":[\"a\",\"b\"]}",
                "{\"at\":1600000001000,\"context\":\"u\",\"concepts\":[\"a\",\"c\"]}",
                "{\"at\":1600000002000,\"concepts\":[\"a\",\"d\"]}");
        Settings settings = settings(data);
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        EpisodeConsumer.Options options =
                new EpisodeConsumer.Options(TOPICS, Duration.ofSeconds(1), settings.decoding());
        try (DataLock held = DataLock.take(data, "test");
                Engine engine = Stores.openToLearn(held, settings, meters);
                EpisodeConsumer consumer = new EpisodeConsumer(engine, client(), options, meters)) {
            consumer.start();
            await().atMost(LONG).until(() -> engine.view().counts().episodes() == 3);
        }
    }

    /** Of the broker that is started, or of one in the data directory. */
    private Settings settings(Path data) throws Exception {
        List<String> set = new ArrayList<>(
                List.of("topics.episodes=" + TOPICS.episodes(), "topics.dead-letters=" + TOPICS.deadLetters()));
        if (!Files.exists(data.resolve("kafka"))) {
            set.add("kafka.bootstrap.servers=" + broker.bootstrapServers());
        }
        return Settings.load(new Common(data, null, set), Map.of(), Map.of());
    }

    private ClientProperties client() {
        return new ClientProperties(Map.of("bootstrap.servers", broker.bootstrapServers()));
    }

    private Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
    }

    private void append(String... lines) {
        try (EpisodeProducer producer = new EpisodeProducer(client(), TOPICS.episodes(), new SimpleMeterRegistry())) {
            for (String line : lines) {
                var unused = producer.append(List.of(new Outgoing(null, line.getBytes(StandardCharsets.UTF_8))));
            }
        }
    }

    /** The cluster says that it is gone before its broker has heard of it. */
    private void delete(String topic) throws Exception {
        try (Admin admin = admin()) {
            admin.deleteTopics(List.of(topic)).all().get();
            await().atMost(LONG).until(() -> !admin.listTopics().names().get().contains(topic));
        }
    }

    private String config(String topic, String key) throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        try (Admin admin = admin()) {
            Config config = admin.describeConfigs(List.of(resource))
                    .all()
                    .get()
                    .values()
                    .iterator()
                    .next();
            return config.get(key).value();
        }
    }

    /** All that it prints, of which nothing is a stack trace. */
    private String forget(int code, Path data, String... arguments) throws Exception {
        List<String> line = new ArrayList<>(List.of("forget"));
        line.addAll(List.of(arguments));
        line.addAll(List.of("--data", data.toString()));
        for (String setting : List.of(
                "kafka.bootstrap.servers=" + broker.bootstrapServers(),
                "topics.episodes=" + TOPICS.episodes(),
                "topics.dead-letters=" + TOPICS.deadLetters())) {
            line.addAll(List.of("--set", setting));
        }
        Path output = Files.createTempFile(directory, "forget", ".log");
        try (JarProcess process = JarProcess.start(output, List.of("-Xmx192m"), line.toArray(new String[0]))) {
            assertThat(process.awaitExit(LONG))
                    .as("%s: %s", line, process.output())
                    .isEqualTo(code);
            assertThat(process.output()).doesNotContain("\tat ");
            return process.output();
        }
    }
}
