package io.synfire.query.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Position;
import io.synfire.ingest.kafka.ClientProperties;
import io.synfire.ingest.kafka.LocalBroker;
import io.synfire.ingest.kafka.TopicNames;
import io.synfire.ingest.kafka.TopicReplay;
import io.synfire.ingest.kafka.Topics;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The broker of a data directory has one owner: whoever comes second is told so in one line, and what runs goes on. */
final class BrokerOwnerIT {

    @TempDir
    Path directory;

    private JarProcess jar(String log, String... arguments) throws Exception {
        return JarProcess.start(directory.resolve(log), List.of("-Xmx192m"), arguments);
    }

    @Test
    void whoComesSecondIsToldWhoHasItAndTheBrokerGoesOn() throws Exception {
        Path data = directory.resolve("data");
        Path kafka = data.resolve("kafka");
        try (LocalBroker broker = LocalBroker.start(kafka, 0)) {
            ClientProperties client = new ClientProperties(Map.of("bootstrap.servers", broker.bootstrapServers()));
            new Topics(client).create(new TopicNames("synfire.episodes", "synfire.dead-letters"), 1);
            learned(data);
            // As it is while it starts or stops: it has the directory, and no address yet, or none any more.
            Files.delete(kafka.resolve("address"));
            String own =
                    "directory=" + kafka + " pid=" + ProcessHandle.current().pid() + " started=";
            for (List<String> command : List.of(
                    List.of("forget", "--context", "u1", "--data", data.toString(), "--patience", "2s"),
                    List.of("forget", "--concept", "a", "--data", data.toString(), "--patience", "0s"))) {
                try (JarProcess second = jar(command.get(0) + ".log", command.toArray(new String[0]))) {
                    assertThat(second.awaitExit(Duration.ofMinutes(1))).isEqualTo(1);
                    assertThat(second.output()
                                    .lines()
                                    .filter(line -> line.contains(own))
                                    .count())
                            .as(second.output())
                            .isPositive();
                    assertThat(second.output()).doesNotContain("\tat ");
                }
            }
            assertThat(TopicReplay.end(client, "synfire.episodes")).isEmpty();
        }
        // Nothing was appended to the files' log either, while the topic's could not be.
        assertThat(data.resolve("forgotten.jsonl")).doesNotExist();
    }

    @Test
    void aServerWaitsForTheDirectoryOfAnothersBrokerAndAnswersMeanwhile() throws Exception {
        Path data = directory.resolve("waits");
        Path kafka = data.resolve("kafka");
        String[] serve = {"serve", "--data", data.toString(), "--set", "http.port=0"};
        HttpClient http = HttpClient.newHttpClient();
        LocalBroker broker = LocalBroker.start(kafka, 0);
        try (JarProcess server = jar("waits.log", serve)) {
            String url = server.awaitUrl();
            try (broker) {
                String own =
                        "directory=" + kafka + " pid=" + ProcessHandle.current().pid() + " started=";
                await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> assertThat(get(http, url + "/v1/status"))
                        .contains("the cluster has not answered for ")
                        .contains(own));
                assertThat(get(http, url + "/v1/status")).contains("\"ready\":false");
                assertThat(get(http, url + "/health/live")).isNotEmpty();
                assertThat(server.isAlive()).isTrue();
            }
            // Its own, once the other has ended; and it takes episodes.
            assertThat(server.awaitReadyUrl()).isEqualTo(url);
            post(url);
            server.terminate();
            assertThat(server.awaitExit(Duration.ofSeconds(30)))
                    .as("%s", server.output())
                    .isZero();
            assertThat(server.output()).doesNotContain("\tat ");
        }
    }

    private static String get(HttpClient http, String url) throws Exception {
        return http.send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString())
                .body();
    }

    /** A memory that says it learned from the topic and from a file. */
    private void learned(Path data) throws Exception {
        Path file = Files.writeString(
                directory.resolve("f.jsonl"), "{\"at\":1706781600000,\"context\":\"u1\",\"concepts\":[\"a\",\"b\"]}\n");
        try (JarProcess learn = jar("learn.log", "learn", file.toString(), "--data", data.toString())) {
            assertThat(learn.awaitExit(Duration.ofMinutes(1))).isZero();
        }
        EngineOptions options = new EngineOptions(16 << 20);
        try (Engine engine = Engine.open(data.resolve("store"), Map.of(), options, new SimpleMeterRegistry())) {
            Position position = new Position("kafka:synfire.episodes", "", 0, 1, -1);
            engine.apply(new Batch(
                    "synfire.episodes-0", List.of(Episode.of(1_706_781_600_000L, "a", "b")), List.of(position), 0));
        }
    }

    @Test
    void aForgetBesideAServerThatStartsEndsNobody() throws Exception {
        Path data = directory.resolve("race");
        String[] serve = {
            "serve", "--data", data.toString(), "--set", "http.port=0", "--set", "checkpoint-interval=500ms"
        };
        try (JarProcess server = jar("first.log", serve)) {
            post(server.awaitReadyUrl());
            TimeUnit.SECONDS.sleep(2);
            server.terminate();
            assertThat(server.awaitExit(Duration.ofSeconds(30))).isZero();
        }
        for (int delayMs : new int[] {0, 700}) {
            try (JarProcess forget = jar(
                    "forget" + delayMs + ".log",
                    "forget",
                    "--context",
                    "u" + delayMs,
                    "--data",
                    data.toString(),
                    "--patience",
                    "20s")) {
                TimeUnit.MILLISECONDS.sleep(delayMs);
                try (JarProcess server = jar("serve" + delayMs + ".log", serve)) {
                    int forgot = forget.awaitExit(Duration.ofMinutes(2));
                    assertThat(forget.output()).doesNotContain("\tat ");
                    if (server.isAlive()) {
                        server.awaitReadyUrl();
                        server.terminate();
                        assertThat(server.awaitExit(Duration.ofSeconds(30))).isZero();
                    } else {
                        // The forget was first.
                        assertThat(server.awaitExit(Duration.ofSeconds(30))).isEqualTo(1);
                        assertThat(server.output()).contains("pid=").doesNotContain("\tat ");
                    }
                    // Through the server, or by itself.
                    assertThat(forgot).as(forget.output()).isZero();
                }
            }
        }
    }

    private static void post(String url) throws Exception {
        StringBuilder lines = new StringBuilder();
        for (String context : List.of("u0", "u700")) {
            lines.append("{\"at\":1706781600000,\"context\":\"")
                    .append(context)
                    .append("\",\"concepts\":[\"a\",\"b\"]}\n");
        }
        assertThat(HttpClient.newHttpClient()
                        .send(
                                HttpRequest.newBuilder(URI.create(url + "/v1/episodes"))
                                        .header("Content-Type", "application/x-ndjson")
                                        .POST(HttpRequest.BodyPublishers.ofString(lines.toString()))
                                        .build(),
                                BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(202);
    }
}
