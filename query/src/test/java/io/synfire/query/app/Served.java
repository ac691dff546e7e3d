package io.synfire.query.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.ingest.codec.Decoding;
import io.synfire.ingest.kafka.ClientProperties;
import io.synfire.ingest.kafka.EpisodeConsumer;
import io.synfire.ingest.kafka.EpisodeProducer;
import io.synfire.ingest.kafka.EpisodeProducer.Outgoing;
import io.synfire.ingest.kafka.TopicNames;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Serving processes for tests of faults: starts them, asks them, and says what their stores must be equal to. */
final class Served {

    /** Generous: a loaded machine is no fault. */
    static final Duration LONG = Duration.ofMinutes(3);

    static final TopicNames TOPICS = new TopicNames("faults", "faults.dead");

    private static final Pattern LAG = Pattern.compile("\"lag\":(\\d+)");
    private static final Pattern EPISODES = Pattern.compile("\"episodes\":(\\d+)");
    private static final Pattern DEAD_LETTERS = Pattern.compile("\"deadLetters\":(\\d+)");

    private final HttpClient http = HttpClient.newHttpClient();
    private final Path directory;

    Served(Path directory) {
        this.directory = directory;
    }

    JarProcess start(String name, List<String> jvm, String bootstrapServers, String... more) throws IOException {
        List<String> arguments = new ArrayList<>(
                List.of("serve", "--data", directory.resolve(name).toString()));
        for (String setting : List.of(
                "kafka.bootstrap.servers=" + bootstrapServers,
                "topics.episodes=" + TOPICS.episodes(),
                "topics.dead-letters=" + TOPICS.deadLetters(),
                "http.port=0",
                "checkpoint-interval=200ms",
                "memory=16MiB")) {
            arguments.addAll(List.of("--set", setting));
        }
        arguments.addAll(List.of(more));
        return JarProcess.start(directory.resolve(name + ".log"), jvm, arguments.toArray(String[]::new));
    }

    HttpResponse<String> get(String url) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString());
    }

    HttpResponse<String> post(String url, String json) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create(url))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(json))
                        .build(),
                BodyHandlers.ofString());
    }

    void awaitLearned(String url, long episodes, long deadLetters) {
        await().atMost(LONG).pollInterval(Duration.ofMillis(100)).until(() -> {
            String status = get(url + "/v1/status").body();
            assertThat(status).doesNotContain("\"failure\"");
            return figure(status, LAG) == 0
                    && figure(status, EPISODES) == episodes
                    && figure(status, DEAD_LETTERS) == deadLetters;
        });
    }

    long episodes(String url) throws IOException, InterruptedException {
        return figure(get(url + "/v1/status").body(), EPISODES);
    }

    void stop(JarProcess process) throws IOException, InterruptedException {
        process.terminate();
        assertThat(process.awaitExit(Duration.ofSeconds(60)))
                .as("%s", process.output())
                .isZero();
    }

    static void produce(ClientProperties kafka, int from, int to) {
        try (EpisodeProducer producer = new EpisodeProducer(kafka, TOPICS.episodes(), new SimpleMeterRegistry())) {
            List<Outgoing> records = new ArrayList<>();
            for (int i = from; i < to; i++) {
                String json = "{\"at\":" + (1_300_000_000_000L + i * 1000L) + ",\"context\":\"k" + i % 40
                        + "\",\"concepts\":[\"c" + i % 13 + "\",\"d" + i % 5 + "\"]}";
                records.add(new Outgoing("k" + i % 40, json.getBytes(StandardCharsets.UTF_8)));
            }
            assertThat(producer.append(records).lastOffset()).isNotNegative();
        }
    }

    /** The digest of a memory of the whole topic that nothing ever happened to. */
    String undisturbed(ClientProperties kafka, long episodes) {
        try (Engine engine = Engine.open(
                directory.resolve("undisturbed"), Map.of(), new EngineOptions(16 << 20), new SimpleMeterRegistry())) {
            EpisodeConsumer.Options reading =
                    new EpisodeConsumer.Options(TOPICS, Duration.ofSeconds(5), Decoding.plain());
            try (EpisodeConsumer consumer = new EpisodeConsumer(engine, kafka, reading, new SimpleMeterRegistry())) {
                consumer.start();
                await().atMost(LONG)
                        .until(() -> consumer.ready()
                                && consumer.lag() == 0
                                && engine.view().counts().episodes() == episodes);
            }
            return engine.digest().learnedHex();
        }
    }

    /** The digest of a store whose process has ended. */
    String digest(String name) {
        try (Engine engine = Engine.openReadOnly(
                directory.resolve(name).resolve("store"), new EngineOptions(16 << 20), new SimpleMeterRegistry())) {
            return engine.digest().learnedHex();
        }
    }

    private static long figure(String status, Pattern pattern) {
        Matcher matcher = pattern.matcher(status);
        return matcher.find() ? Long.parseLong(matcher.group(1)) : -1;
    }
}
