package io.synfire.query.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.SmallDisk;
import io.synfire.engine.StoreImage;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.view.Digest;
import io.synfire.ingest.kafka.ClientProperties;
import io.synfire.ingest.kafka.EpisodeProducer;
import io.synfire.ingest.kafka.EpisodeProducer.Outgoing;
import io.synfire.ingest.kafka.LocalBroker;
import io.synfire.ingest.kafka.TopicNames;
import io.synfire.ingest.kafka.Topics;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that serves, on a disk that is full or damaged. */
final class StoreFaultsIT {

    private static final long AT_MS = 1_300_000_000_000L;
    private static final TopicNames TOPICS = new TopicNames("faults", "faults.dead-letters");
    private static final Duration LONG = Duration.ofMinutes(3);
    private static final EngineOptions OPTIONS = new EngineOptions(16 << 20);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    private final HttpClient http = HttpClient.newHttpClient();
    private final SplittableRandom random = new SplittableRandom(20_111_209);
    private final List<String[]> baskets = new ArrayList<>();

    @Test
    void onAFullDiskLearningWaitsReadingGoesOnAndNothingIsLost() throws Exception {
        try (SmallDisk disk = SmallDisk.at(directory.resolve("disk"), 64);
                LocalBroker broker = LocalBroker.start(directory.resolve("kafka"), 0)) {
            ClientProperties kafka = topic(broker);
            Path data = disk.root().resolve("data");
            try (JarProcess serve = serve(broker, data, "full.log")) {
                String url = serve.awaitUrl();
                append(kafka, 2_000);
                awaitLearned(url);

                // A rebuild gives up what it has written: the memory that is live needs the room.
                disk.fill(3 << 20);
                rebuild(url);
                await().atMost(LONG)
                        .until(() -> get(url + "/v1/admin/rebuild").body().contains("\"failed\""));
                assertThat(get(url + "/v1/admin/rebuild").body()).contains("the disk is full");
                assertThat(data.resolve("store-1")).doesNotExist();
                assertThat(get(url + "/health/ready").statusCode()).isEqualTo(200);

                disk.fill(0);
                append(kafka, 2_000);
                await().atMost(LONG).until(() -> get(url + "/v1/status").body().contains("the disk is full"));
                assertThat(get(url + "/health/ready").statusCode()).isEqualTo(503);
                assertThat(get(url + "/metrics").body()).contains("synfire_learning_paused 1");
                assertThat(get(url + "/v1/concepts/c0/associations").statusCode())
                        .isEqualTo(200);
                disk.free();
                awaitLearned(url);
                assertThat(get(url + "/health/ready").statusCode()).isEqualTo(200);
                assertThat(get(url + "/metrics").body()).contains("synfire_learning_paused 0");
                serve.terminate();
                assertThat(serve.awaitExit(LONG)).isZero();
                assertThat(serve.output()).containsOnlyOnce("WARN RoomWatch - the disk is full");
            }
            assertThat(digest(data)).isEqualTo(undisturbed());
        }
    }

    @Test
    void aDamagedMemoryIsSaidToBeAndItsBackupCatchesUp() throws Exception {
        Path data = directory.resolve("data");
        Path backup = directory.resolve("backup");
        try (LocalBroker broker = LocalBroker.start(directory.resolve("kafka"), 0)) {
            ClientProperties kafka = topic(broker);
            try (JarProcess serve = serve(broker, data, "serve.log")) {
                String url = serve.awaitUrl();
                append(kafka, 2_000);
                awaitLearned(url);
                assertThat(command(0, "verify", "--data", data.toString())).contains("the store is sound");
                assertThat(command(0, "backup", backup.toString(), "--data", data.toString()))
                        .contains("learned");
                assertThat(command(1, "backup", backup.toString(), "--data", data.toString()))
                        .contains("a backup needs a directory that is empty");
                assertThat(command(1, "restore", backup.toString(), "--force", "--data", data.toString()))
                        .contains("the store is in use");
                append(kafka, 2_000);
                awaitLearned(url);
            }
            Path table = StoreImage.files(data.resolve("store"), ".sst").get(0);
            StoreImage.truncate(table, Files.size(table) / 2);
            try (JarProcess serve = serve(broker, data, "damaged.log")) {
                String url = serve.awaitUrl();
                for (String path : List.of("/v1/status", "/v1/concepts", "/v1/recall?cue=c0", "/health/ready")) {
                    HttpResponse<String> answer = get(url + path);
                    assertThat(answer.statusCode()).as(path).isEqualTo(503);
                    assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
                    assertThat(answer.body())
                            .contains(String.valueOf(table.getFileName()))
                            .contains("synfire restore BACKUP --force --data " + data);
                }
                assertThat(get(url + "/health/live").statusCode()).isEqualTo(200);
            }
            assertThat(command(1, "verify", "--data", data.toString()))
                    .contains(String.valueOf(table.getFileName()))
                    .contains("the store is not sound");
            assertThat(command(1, "restore", backup.toString(), "--data", data.toString()))
                    .contains("--force moves it aside");
            assertThat(command(0, "restore", backup.toString(), "--force", "--data", data.toString()))
                    .contains("store.damaged-1");
            try (JarProcess serve = serve(broker, data, "restored.log")) {
                awaitLearned(serve.awaitUrl());
                serve.terminate();
                assertThat(serve.awaitExit(LONG)).isZero();
            }
            assertThat(digest(data)).isEqualTo(undisturbed());
        }
    }

    private ClientProperties topic(LocalBroker broker) {
        ClientProperties kafka = new ClientProperties(Map.of("bootstrap.servers", broker.bootstrapServers()));
        new Topics(kafka).create(TOPICS, 1);
        return kafka;
    }

    private void append(ClientProperties kafka, int count) {
        try (EpisodeProducer producer = new EpisodeProducer(kafka, TOPICS.episodes(), new SimpleMeterRegistry())) {
            List<Outgoing> records = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                String[] basket = random.ints(5, 0, 300)
                        .distinct()
                        .mapToObj(concept -> "c" + concept)
                        .toArray(String[]::new);
                baskets.add(basket);
                String json = "{\"at\":" + AT_MS + ",\"concepts\":[\"" + String.join("\",\"", basket) + "\"]}";
                records.add(new Outgoing(null, json.getBytes(StandardCharsets.UTF_8)));
            }
            var unused = producer.append(records);
        }
    }

    private void awaitLearned(String url) {
        await().atMost(LONG)
                .until(() -> get(url + "/v1/status").body().contains("\"episodes\":" + baskets.size() + ",")
                        && get(url + "/health/ready").statusCode() == 200);
    }

    /** Strengths are whole numbers: they add up to the same in whatever order and portions. */
    private Digest undisturbed() {
        try (Engine engine = Engine.open(
                directory.resolve("undisturbed"), Map.of("half-lives", "none"), OPTIONS, new SimpleMeterRegistry())) {
            List<Entry> episodes = new ArrayList<>();
            baskets.forEach(basket -> episodes.add(Episode.of(AT_MS, basket)));
            engine.apply(new Batch("", episodes, List.of(), 0));
            return engine.digest();
        }
    }

    private static Digest digest(Path data) {
        try (Engine engine = Engine.openReadOnly(data.resolve("store"), OPTIONS, new SimpleMeterRegistry())) {
            return engine.digest();
        }
    }

    private void rebuild(String url) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/v1/admin/rebuild"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"settings\":{\"half-lives\":\"7d\"}}"))
                .build();
        assertThat(http.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(202);
    }

    private HttpResponse<String> get(String url) throws Exception {
        return http.send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString());
    }

    private String command(int code, String... arguments) throws Exception {
        Path output = Files.createTempFile(directory, "command", ".log");
        try (JarProcess process = JarProcess.start(output, List.of("-Xmx128m"), arguments)) {
            assertThat(process.awaitExit(LONG)).as(process.output()).isEqualTo(code);
            return process.output();
        }
    }

    private JarProcess serve(LocalBroker broker, Path data, String log) throws Exception {
        return JarProcess.start(
                directory.resolve(log),
                List.of("-Xmx128m", "-XX:+UseSerialGC"),
                "serve",
                "--data",
                data.toString(),
                "--set",
                "kafka.bootstrap.servers=" + broker.bootstrapServers(),
                "--set",
                "topics.episodes=" + TOPICS.episodes(),
                "--set",
                "topics.dead-letters=" + TOPICS.deadLetters(),
                "--set",
                "http.port=0",
                "--set",
                "checkpoint-interval=200ms",
                "--set",
                "half-lives=none",
                "--set",
                "memory=16MiB");
    }
}
