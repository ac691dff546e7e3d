package io.synfire.query.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.ingest.codec.Decoding;
import io.synfire.ingest.kafka.ClientProperties;
import io.synfire.ingest.kafka.EpisodeConsumer;
import io.synfire.ingest.kafka.EpisodeProducer;
import io.synfire.ingest.kafka.EpisodeProducer.Outgoing;
import io.synfire.ingest.kafka.LocalBroker;
import io.synfire.ingest.kafka.TopicEnd;
import io.synfire.ingest.kafka.TopicNames;
import io.synfire.ingest.kafka.Topics;
import io.synfire.query.answer.ForgetAnswer;
import io.synfire.query.cli.Operations.Common;
import io.synfire.query.cli.Operations.DiffRequest;
import io.synfire.query.cli.Operations.Forgotten;
import io.synfire.query.cli.Operations.HeldOutLog;
import io.synfire.query.cli.Operations.Opened;
import io.synfire.query.cli.Operations.RebuildRequest;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two memories of topics of one name: nothing is written to or read from the other's. */
@SuppressWarnings("NullAway.Init")
final class AnotherClusterIT {

    private static final TopicNames TOPICS = new TopicNames("synfire.episodes", "synfire.dead-letters");
    private static final Duration LONG = Duration.ofMinutes(1);

    @TempDir
    Path directory;

    private Path own;
    private Path other;
    private LocalBroker othersBroker;

    @BeforeEach
    void learn() throws Exception {
        own = directory.resolve("own");
        other = directory.resolve("other");
        try (LocalBroker broker = LocalBroker.start(own.resolve("kafka"), 0)) {
            learn(own, broker, "tea");
        }
        othersBroker = LocalBroker.start(other.resolve("kafka"), 0);
        learn(other, othersBroker, "tea", "milk", "honey");
    }

    @AfterEach
    void stop() {
        othersBroker.close();
    }

    @Test
    void anAddressThatAKilledBrokerLeftIsNotTakenForItsOwn() throws Exception {
        long before = end();
        Files.writeString(own.resolve("kafka/address"), othersBroker.bootstrapServers());
        ForgetAnswer answer = application().forget(common(own), new Forgotten(null, "tea"));
        assertThat(answer.applied()).isTrue();
        assertThat(end()).isEqualTo(before);
        assertThat(knows(own, "tea")).isFalse();
        assertThat(knows(other, "tea")).isTrue();
        // The broker that runs is found by the same file.
        assertThat(LocalBroker.running(other.resolve("kafka"))).hasValue(othersBroker.bootstrapServers());
    }

    @Test
    void aClusterWithAnotherTopicOfTheNameIsRefusedByAllThatLookIntoIt() throws Exception {
        long before = end();
        String elsewhere = "kafka.bootstrap.servers=" + othersBroker.bootstrapServers();
        Common common = common(own, elsewhere);
        assertRefused(() -> application().forget(common, new Forgotten("k", null)));
        assertRefused(() -> application().forget(common, new Forgotten(null, "tea")));
        assertRefused(
                () -> application().rebuild(common, new RebuildRequest(directory.resolve("new"), null, null, false)));
        assertRefused(() -> application().diff(common, new DiffRequest(own, own, 3, 1, new HeldOutLog.OfTail(10))));
        // One of the two was learned from there, the other was not.
        assertRefused(() -> application().diff(common, new DiffRequest(other, own, 3, 1, new HeldOutLog.OfTail(10))));
        try (Opened memory = application().openReadOnly(common)) {
            assertRefused(() -> application().evidence(common, memory, "tea", "cup", 10));
        }
        try (Server server =
                Server.learning(Settings.load(common(own, elsewhere, "http.port=0"), Map.of(), Map.of()))) {
            server.start();
            HttpResponse<String> evidence = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(
                                            URI.create(server.url() + "/v1/associations?from=tea&to=cup&evidence=true"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(evidence.statusCode()).as(evidence.body()).isEqualTo(503);
            assertThat(evidence.body())
                    .contains("another than the one that was learned")
                    .doesNotContain("milk");
        }
        assertThat(end()).isEqualTo(before);
        assertThat(knows(own, "tea")).isTrue();
        assertThat(knows(other, "tea")).isTrue();
    }

    @Test
    void aTopicThatWasCreatedAgainIsRefused() throws Exception {
        ClientProperties client = client(othersBroker);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", othersBroker.bootstrapServers()))) {
            admin.deleteTopics(List.of(TOPICS.episodes())).all().get();
            await().atMost(LONG).until(() -> !admin.listTopics().names().get().contains(TOPICS.episodes()));
        }
        assertThatThrownBy(() -> application().forget(common(other), new Forgotten(null, "tea")))
                .hasMessageContaining("the cluster has no such topic");
        new Topics(client).create(TOPICS, 1);
        assertRefused(() -> application().forget(common(other), new Forgotten(null, "tea")));
        assertThat(end()).isZero();
    }

    private void assertRefused(ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the topic is another than the one that was learned")
                .hasMessageContaining("topic=" + TOPICS.episodes())
                .hasMessageContaining("learned=")
                .hasMessageContaining("found=");
    }

    private long end() {
        return new TopicEnd(client(othersBroker), TOPICS.episodes()).offset();
    }

    private static boolean knows(Path data, String concept) {
        try (Engine engine = Engine.openReadOnly(
                StoreDirectory.live(data), new EngineOptions(16 << 20), new SimpleMeterRegistry())) {
            return engine.view().conceptOf(concept) >= 0;
        }
    }

    private static Application application() {
        PrintStream nowhere = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        return new Application(Map.of(), nowhere, nowhere);
    }

    private static Common common(Path data, String... set) {
        return new Common(
                data,
                null,
                Stream.concat(Stream.of("memory=16MiB"), Stream.of(set)).toList());
    }

    private static ClientProperties client(LocalBroker broker) {
        return new ClientProperties(Map.of("bootstrap.servers", broker.bootstrapServers()));
    }

    /** A topic with episodes of a context, and the memory of them. */
    private static void learn(Path data, LocalBroker broker, String... concepts) {
        ClientProperties client = client(broker);
        new Topics(client).create(TOPICS, 1);
        try (EpisodeProducer producer = new EpisodeProducer(client, TOPICS.episodes(), new SimpleMeterRegistry())) {
            List<Outgoing> records = new ArrayList<>();
            for (String concept : concepts) {
                String json = "{\"at\":1600000000000,\"context\":\"k\",\"concepts\":[\"" + concept + "\",\"cup\"]}";
                records.add(new Outgoing("k", json.getBytes(StandardCharsets.UTF_8)));
            }
            var unused = producer.append(records);
        }
        EpisodeConsumer.Options options = new EpisodeConsumer.Options(TOPICS, Duration.ofSeconds(1), Decoding.plain());
        try (Engine engine = Engine.open(
                        data.resolve("store"), Map.of(), new EngineOptions(16 << 20), new SimpleMeterRegistry());
                EpisodeConsumer consumer = new EpisodeConsumer(engine, client, options, new SimpleMeterRegistry())) {
            consumer.start();
            await().atMost(LONG).until(() -> engine.view().counts().episodes() == concepts.length);
        }
    }
}
