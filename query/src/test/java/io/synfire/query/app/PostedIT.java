package io.synfire.query.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.synfire.ingest.kafka.ClientProperties;
import io.synfire.ingest.kafka.LocalBroker;
import io.synfire.ingest.kafka.TopicEnd;
import io.synfire.ingest.kafka.Topics;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is posted is learned whole or not at all, once, and is where the answer says. */
@SuppressWarnings("NullAway.Init")
@Timeout(600)
final class PostedIT {

    private static final Pattern APPENDED =
            Pattern.compile("\\{\"accepted\":(\\d+),\"partition\":0,\"firstOffset\":(\\d+),\"lastOffset\":(\\d+)}");

    @TempDir
    Path directory;

    private static String episode(int number) {
        return "{\"at\":" + (1_300_000_000_000L + number * 1_000L) + ",\"concepts\":[\"c" + number % 13 + "\",\"d"
                + number % 5 + "\"]}";
    }

    private static String large(int number) {
        return "{\"note\":\"" + "x".repeat(200_000) + "\"," + episode(number).substring(1);
    }

    private static void takeNoLarger(LocalBroker broker, int bytes) throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, Served.TOPICS.episodes());
        AlterConfigOp small =
                new AlterConfigOp(new ConfigEntry("max.message.bytes", "" + bytes), AlterConfigOp.OpType.SET);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            admin.incrementalAlterConfigs(Map.of(resource, List.of(small)))
                    .all()
                    .get();
        }
    }

    @Test
    void allOrNoneIsLearnedAndOnce() throws Exception {
        Served served = new Served(directory);
        try (LocalBroker broker = LocalBroker.start(directory.resolve("kafka"), 0)) {
            ClientProperties kafka = new ClientProperties(Map.of("bootstrap.servers", broker.bootstrapServers()));
            new Topics(kafka).create(Served.TOPICS, 1);
            takeNoLarger(broker, 100_000);
            try (JarProcess process = served.start("data", List.of("-Xmx192m"), broker.bootstrapServers())) {
                String url = process.awaitUrl();
                awaitReady(served, url);
                String bad = "[" + episode(0) + "," + large(1) + "," + episode(2) + "]";
                for (int i = 0; i < 3; i++) {
                    HttpResponse<String> refused = served.post(url + "/v1/episodes", bad);
                    assertThat(refused.statusCode()).isEqualTo(400);
                    assertThat(refused.body())
                            .contains("max.message.bytes", "record=1")
                            .doesNotContain("Exception");
                }
                assertThat(served.post(url + "/v1/episodes", large(0)).statusCode())
                        .isEqualTo(400);
                for (int i = 0; i < 10; i++) {
                    String first = episode(2 * i);
                    String second = episode(2 * i + 1);
                    HttpResponse<String> taken = served.post(url + "/v1/episodes", "[" + first + "," + second + "]");
                    Matcher appended = APPENDED.matcher(taken.body());
                    assertThat(appended.matches()).as(taken.body()).isTrue();
                    assertThat(appended.group(1)).isEqualTo("2");
                    assertThat(record(kafka, appended.group(2))).isEqualTo(first);
                    assertThat(record(kafka, appended.group(3))).isEqualTo(second);
                }
                HttpResponse<String> one = served.post(url + "/v1/episodes", episode(20));
                assertThat(one.statusCode()).isEqualTo(202);
                served.awaitLearned(url, 21, 0);
                served.stop(process);
            }
            // Read anew from its beginning, with all that transactions leave in it.
            assertThat(served.digest("data")).isEqualTo(served.undisturbed(kafka, 21));
            try (JarProcess rebuilding = JarProcess.start(
                    directory.resolve("rebuild.log"),
                    List.of("-Xmx192m"),
                    "rebuild",
                    "--data",
                    directory.resolve("data").toString(),
                    "--into",
                    directory.resolve("rebuilt").toString(),
                    "--set",
                    "kafka.bootstrap.servers=" + broker.bootstrapServers(),
                    "--set",
                    "topics.episodes=" + Served.TOPICS.episodes())) {
                assertThat(rebuilding.awaitExit(Duration.ofMinutes(2)))
                        .as("%s", rebuilding.output())
                        .isZero();
            }
            assertThat(served.digest("rebuilt")).isEqualTo(served.digest("data"));
        }
    }

    private static void awaitReady(Served served, String url) {
        await().atMost(Served.LONG)
                .until(() -> served.get(url + "/health/ready").statusCode() == 200);
    }

    private static String record(ClientProperties kafka, String offset) {
        long at = Long.parseLong(offset);
        List<String> there = new ArrayList<>();
        new TopicEnd(kafka, Served.TOPICS.episodes())
                .read(
                        at,
                        at + 1,
                        value -> there.add(new String(Objects.requireNonNull(value), StandardCharsets.UTF_8)));
        return there.get(0);
    }

    @Test
    void aClusterThatIsGoneIsNotDescribedByItsClasses() throws Exception {
        Served served = new Served(directory);
        LocalBroker broker = LocalBroker.start(directory.resolve("kafka"), 0);
        try {
            ClientProperties kafka = new ClientProperties(Map.of("bootstrap.servers", broker.bootstrapServers()));
            new Topics(kafka).create(Served.TOPICS, 1);
            try (JarProcess process = served.start(
                    "data",
                    List.of("-Xmx192m"),
                    broker.bootstrapServers(),
                    "--set",
                    "kafka.request.timeout.ms=2000",
                    "--set",
                    "kafka.delivery.timeout.ms=4000",
                    "--set",
                    "kafka.max.block.ms=4000",
                    "--set",
                    "kafka.default.api.timeout.ms=4000",
                    "--set",
                    "ready.lost-after=1s")) {
                String url = process.awaitUrl();
                awaitReady(served, url);
                String two = "[" + episode(0) + "," + episode(1) + "]";
                assertThat(served.post(url + "/v1/episodes", two).statusCode()).isEqualTo(202);
                served.awaitLearned(url, 2, 0);
                broker.close();
                for (String body : List.of(episode(2), two)) {
                    long asked = System.nanoTime();
                    HttpResponse<String> unavailable = served.post(url + "/v1/episodes", body);
                    // What was set for one answer, and for delivery; and time for a machine that is busy.
                    assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(Duration.ofSeconds(25));
                    assertThat(unavailable.headers().firstValue("Retry-After")).hasValue("1");
                    assertThat(unavailable.statusCode()).isEqualTo(503);
                    assertThat(unavailable.body())
                            .contains("the cluster")
                            .doesNotContain("Exception", "org.apache", "io.synfire");
                }
                HttpResponse<String> evidence = served.get(url + "/v1/associations?from=c0&to=d0&evidence=true");
                assertThat(evidence.statusCode()).isEqualTo(503);
                assertThat(evidence.body()).doesNotContain("Exception", "org.apache", "io.synfire");
                await().atMost(Served.LONG)
                        .until(() -> served.get(url + "/health/ready").statusCode() == 503);
                for (String path : List.of("/health/ready", "/v1/status")) {
                    assertThat(served.get(url + path).body()).doesNotContain("Exception", "org.apache", "io.synfire");
                }
            }
        } finally {
            broker.close();
        }
    }
}
