package io.synfire.query.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Episode;
import io.synfire.ingest.kafka.ClientProperties;
import io.synfire.ingest.kafka.LocalBroker;
import io.synfire.ingest.kafka.Topics;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A process that serves before its cluster has answered, and whatever the cluster then is. */
@SuppressWarnings("NullAway.Init")
final class ServeBeforeClusterIT {

    private static final List<String> SMALL = List.of("-Xmx128m", "-XX:+UseSerialGC");

    /** Far less than Kafka's clients wait for an answer. */
    private static final Duration SOON = Duration.ofSeconds(8);

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"refuses connections", "accepts them and says nothing", "has no known name"})
    void itListensAtOnceAnswersWhatIsStoredSaysWhatItWaitsForAndStopsWithinSeconds(String cluster) throws Exception {
        remember("data");
        Served served = new Served(directory);
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            String servers =
                    switch (cluster) {
                        case "refuses connections" -> "127.0.0.1:" + freePort();
                        case "accepts them and says nothing" -> "127.0.0.1:" + silent.getLocalPort();
                        default -> "kafka.invalid:9092";
                    };
            long start = System.nanoTime();
            try (JarProcess process = served.start("data", SMALL, servers)) {
                String url = process.awaitUrl();
                long listening = System.nanoTime() - start;
                assertThat(served.get(url + "/health/live").statusCode()).isEqualTo(200);
                HttpResponse<String> ready = served.get(url + "/health/ready");
                assertThat(ready.statusCode()).isEqualTo(503);
                String status = served.get(url + "/v1/status").body();
                assertThat(status)
                        .contains("\"ready\":false")
                        .contains("\"waiting\":\"the cluster has not answered for ")
                        .contains("\"episodes\":1,")
                        .doesNotContain("\"failure\"");
                assertThat(served.get(url + "/v1/concepts/tea/associations").body())
                        .contains("\"concept\":\"cup\"");

                long posted = System.nanoTime();
                HttpResponse<String> post = served.post(url + "/v1/episodes", "{\"concepts\":[\"x\",\"y\"]}");
                assertThat(Duration.ofNanos(System.nanoTime() - posted)).isLessThan(SOON);
                assertThat(post.statusCode()).isEqualTo(503);
                assertThat(post.headers().firstValue("Retry-After")).hasValue("1");
                assertThat(post.body()).contains("the cluster has not answered yet, try again later");
                // What is no episode is so with a cluster or without.
                assertThat(served.post(url + "/v1/episodes", "{\"concepts\":[]}")
                                .statusCode())
                        .isEqualTo(400);
                assertThat(served.get(url + "/v1/associations?from=tea&to=cup&evidence=true")
                                .statusCode())
                        .isEqualTo(503);
                assertThat(served.post(url + "/v1/admin/rebuild", "{}").statusCode())
                        .isEqualTo(503);
                assertThat(process.output())
                        .contains("asking the cluster for its topics: kafka.bootstrap.servers=" + servers);

                long asked = System.nanoTime();
                served.stop(process);
                long stopped = System.nanoTime() - asked;
                System.out.printf(
                        "a cluster that %s: listening after %d ms, stopped after %d ms%n",
                        cluster, listening / 1_000_000, stopped / 1_000_000);
                assertThat(Duration.ofNanos(stopped)).isLessThan(SOON);
                assertThat(process.output()).doesNotContain("closing takes too long");
            }
        }
        assertThat(served.digest("data")).isNotBlank();
    }

    @Test
    void itLearnsOnceTheClusterIsThereAndItsTopicsAreMadeThen() throws Exception {
        Served served = new Served(directory);
        int port = freePort();
        try (JarProcess process = served.start("data", SMALL, "127.0.0.1:" + port)) {
            String url = process.awaitUrl();
            assertThat(served.get(url + "/v1/status").body()).contains("the cluster has not answered for ");
            try (LocalBroker broker = LocalBroker.start(directory.resolve("kafka"), port)) {
                assertThat(broker.bootstrapServers()).isEqualTo("127.0.0.1:" + port);
                await().atMost(Served.LONG)
                        .until(() -> served.get(url + "/health/ready").statusCode() == 200);
                assertThat(served.post(url + "/v1/episodes", "{\"concepts\":[\"x\",\"y\"]}")
                                .statusCode())
                        .isEqualTo(202);
                served.awaitLearned(url, 1, 0);
                String status = served.get(url + "/v1/status").body();
                assertThat(status)
                        .contains("\"ready\":true")
                        .contains("\"partitions\":1,")
                        .doesNotContain("\"waiting\"");
                served.stop(process);
            }
        }
    }

    @Test
    void aTopicWhoseRecordsExpireAndSettingsOfPluginsAreWarnedOfOnceEach() throws Exception {
        Served served = new Served(directory);
        try (LocalBroker broker = LocalBroker.start(directory.resolve("kafka"), 0)) {
            ClientProperties kafka = new ClientProperties(Map.of("bootstrap.servers", broker.bootstrapServers()));
            new Topics(kafka).create(Served.TOPICS, 1);
            set(broker, "retention.ms", "604800000");
            Served.produce(kafka, 0, 50);
            try (JarProcess process = served.start(
                    "data",
                    SMALL,
                    broker.bootstrapServers(),
                    "--set",
                    "kafka.audit.tenant=secret-tenant",
                    "--set",
                    "kafka.audit.url=secret-url")) {
                String url = process.awaitUrl();
                served.awaitLearned(url, 50, 0);
                await().atMost(Served.LONG)
                        .until(() -> served.get(url + "/health/ready").statusCode() == 200);
                served.stop(process);
                String output = process.output();
                assertThat(output)
                        .containsOnlyOnce("records of the topic expire")
                        .contains("retention.ms=604800000")
                        .containsOnlyOnce("no Kafka client knows these settings")
                        .contains("for plugins: kafka.audit.tenant kafka.audit.url")
                        .doesNotContain("secret-tenant")
                        .containsOnlyOnce("positions are committed for lag tools under the group synfire-")
                        .doesNotContain("refuses positions for lag tools");
            }
            set(broker, "cleanup.policy", "compact");
            try (JarProcess process = served.start("data", SMALL, broker.bootstrapServers())) {
                String url = process.awaitUrl();
                await().atMost(Served.LONG)
                        .until(() -> served.get(url + "/v1/status").body().contains("the topic is compacted"));
                assertThat(served.get(url + "/health/ready").statusCode()).isEqualTo(503);
                // What was learned before can be asked for.
                assertThat(served.get(url + "/v1/concepts/c1/associations").statusCode())
                        .isEqualTo(200);
            }
        }
    }

    private void remember(String name) {
        try (Engine engine = Engine.open(
                directory.resolve(name).resolve("store"),
                Map.of(),
                new EngineOptions(16 << 20),
                new SimpleMeterRegistry())) {
            engine.apply(Batch.of(Episode.of(1_000, "tea", "cup")));
        }
    }

    private static void set(LocalBroker broker, String name, String value) throws Exception {
        Map<String, Object> properties = new HashMap<>(Map.of("bootstrap.servers", broker.bootstrapServers()));
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, Served.TOPICS.episodes());
        try (Admin admin = Admin.create(properties)) {
            admin.incrementalAlterConfigs(Map.of(
                            resource,
                            List.of(new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET))))
                    .all()
                    .get();
        }
    }

    private static int freePort() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
