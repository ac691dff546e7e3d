package io.synfire.query.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.ingest.codec.Decoding;
import io.synfire.ingest.kafka.ClientProperties;
import io.synfire.ingest.kafka.EpisodeConsumer;
import io.synfire.ingest.kafka.LocalBroker;
import io.synfire.ingest.kafka.TopicNames;
import io.synfire.ingest.kafka.Topics;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A memory is rebuilt beside the one that is served, and takes its place, while questions are asked and episodes come in. */
@SuppressWarnings("NullAway.Init")
final class RebuildSwapIT {

    private static final long SEED = Long.getLong("synfire.seed", 20_111_209);
    private static final int KILLS = 3;
    private static final long PAUSE_NANOS = 20_000_000;

    @TempDir
    static Path shared;

    private static LocalBroker broker;
    private static ClientProperties kafka;

    @TempDir
    Path directory;

    private final HttpClient client = HttpClient.newHttpClient();

    @BeforeAll
    static void start() {
        System.out.println("seed=" + SEED);
        broker = LocalBroker.start(shared.resolve("kafka"), 0);
        kafka = new ClientProperties(Map.of("bootstrap.servers", broker.bootstrapServers()));
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    /** What is asked and what comes in while memories are swapped. */
    private final class Load implements AutoCloseable {
        final AtomicBoolean enough = new AtomicBoolean();
        final AtomicLong answers = new AtomicLong();
        final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
        private final List<CompletableFuture<Void>> running = new ArrayList<>();

        Load(String url, RebuildLog log, String topic) {
            running.add(CompletableFuture.runAsync(() -> {
                while (!enough.get()) {
                    RebuildLog.append(kafka, topic, log.next(100));
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
            }));
            for (String question : List.of(
                    "/v1/recall?cue=c1&cue=c7",
                    "/v1/concepts?k=20",
                    "/v1/concepts/c2/associations?k=50",
                    "/v1/status")) {
                running.add(CompletableFuture.runAsync(() -> ask(url + question)));
            }
        }

        private void ask(String question) {
            while (!enough.get()) {
                try {
                    HttpResponse<String> answer = get(question);
                    answers.incrementAndGet();
                    if (answer.statusCode() != 200) {
                        failures.add(question + ": " + answer.body());
                    }
                } catch (Exception e) {
                    failures.add(question + ": " + e);
                }
            }
        }

        void stop() {
            enough.set(true);
            running.forEach(CompletableFuture::join);
        }

        @Override
        public void close() {
            stop();
        }
    }

    @Test
    void questionsAreAnsweredAndEpisodesLearnedWhileMemoriesAreSwappedTwice() throws Exception {
        RebuildLog log = topic("swapped", 5_000);
        try (JarProcess serve = serve("swapped", "serve.log")) {
            String url = serve.awaitUrl();
            awaitReady(url);
            try (Load load = new Load(url, log, "swapped")) {
                assertThat(post(url, "{\"settings\":{\"half-lives\":[\"1d\",\"7d\"]}}")
                                .statusCode())
                        .isEqualTo(202);
                assertThat(post(url, "").statusCode()).isEqualTo(409);
                awaitState(url, "done");
                assertThat(get(url + "/v1/status").body()).contains("\"half-lives\":\"1d,7d\"");
                assertThat(get(url + "/health/ready").statusCode()).isEqualTo(200);
                long before = load.answers.get();
                post(url, "{\"settings\":{\"half-lives\":\"2d\"}}");
                awaitState(url, "done");
                assertThat(get(url + "/v1/status").body()).contains("\"half-lives\":\"2d\"");
                assertThat(load.answers.get()).isGreaterThan(before);
                load.stop();
                assertThat(load.failures).isEmpty();
            }
            awaitCaughtUp(url);
            String metrics = get(url + "/metrics").body();
            for (String name : List.of(
                    "concepts",
                    "associations",
                    "lag",
                    "watermark_seconds",
                    "memory_used_bytes",
                    "prequential_mrr",
                    "episodes_total")) {
                assertThat(metrics.lines().filter(line -> line.startsWith("synfire_" + name + " ")))
                        .as(name)
                        .hasSize(1);
            }
            assertThat(metrics)
                    .contains("synfire_lag 0.0\n")
                    .doesNotContain("synfire_concepts 0.0\n", "synfire_concepts NaN");
            serve.terminate();
            assertThat(serve.awaitExit(Duration.ofMinutes(1))).isZero();
        }
        assertThat(Files.readString(directory.resolve("data/store.current"))).isEqualTo("store-2\n");
        assertThat(directory.resolve("data/store")).doesNotExist();
        assertThat(directory.resolve("data/store-1")).doesNotExist();
        assertThat(directory.resolve("data/previous/store")).exists();
        // To whoever watches its lag it is the same memory.
        assertThat(storeId("data/store-2")).isEqualTo(storeId("data/previous/store"));
        assertEqualsUndisturbed("swapped", Map.of("half-lives", "2d"));
    }

    private String storeId(String store) {
        EngineOptions options = new EngineOptions(16 << 20);
        try (Engine engine = Engine.openReadOnly(directory.resolve(store), options, new SimpleMeterRegistry())) {
            return engine.storeId().orElseThrow();
        }
    }

    @Test
    void killedInTheSwapItOpensOneWholeMemoryAndLosesNothing() throws Exception {
        RebuildLog log = topic("killed", 3_000);
        SplittableRandom random = new SplittableRandom(SEED);
        int inSwap = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            try (JarProcess serve = serve("killed", "kill-" + kill + ".log")) {
                String url = serve.awaitUrl();
                awaitReady(url);
                RebuildLog.append(kafka, "killed", log.next(300));
                post(url, "{\"settings\":{\"half-lives\":\"" + (kill + 1) + "d\"}}");
                await().atMost(Duration.ofMinutes(2))
                        .pollInterval(Duration.ofMillis(1))
                        .until(() -> !rebuild(url).contains("\"state\":\"reading\""));
                LockSupport.parkNanos(random.nextLong(40_000_000));
                inSwap += rebuild(url).contains("\"state\":\"swapping\"") ? 1 : 0;
            }
        }
        System.out.println(inSwap + " of " + KILLS + " kills right in the swap");
        String halfLives;
        try (JarProcess serve = serve("killed", "last.log")) {
            String url = serve.awaitUrl();
            awaitCaughtUp(url);
            String status = get(url + "/v1/status").body();
            halfLives = status.replaceAll("(?s).*\"half-lives\":\"([^\"]*)\".*", "$1");
            assertThat(halfLives).isIn("30d", "1d", "2d", "3d");
            serve.terminate();
            assertThat(serve.awaitExit(Duration.ofMinutes(1))).isZero();
        }
        assertEqualsUndisturbed("killed", Map.of("half-lives", halfLives));
    }

    @Test
    void itStopsInTimeWhileItLearnsAtFullSpeedAndRebuilds() throws Exception {
        RebuildLog log = topic("stopped", 30_000);
        try (JarProcess serve = serve("stopped", "serve.log")) {
            String url = serve.awaitUrl();
            await().atMost(Duration.ofMinutes(2))
                    .until(() -> !get(url + "/v1/status").body().contains("\"episodes\":0"));
            assertThat(post(url, "{\"settings\":{\"half-lives\":\"7d\"}}").statusCode())
                    .isEqualTo(202);
            try (Load load = new Load(url, log, "stopped")) {
                LockSupport.parkNanos(300_000_000);
                long start = System.nanoTime();
                serve.terminate();
                assertThat(serve.awaitExit(Duration.ofMinutes(1)))
                        .as(serve.output())
                        .isZero();
                System.out.printf("stopped in %.1f s%n", (System.nanoTime() - start) / 1e9);
                load.enough.set(true);
            }
            assertThat(serve.output())
                    .doesNotContain("closing takes too long")
                    .containsPattern("Synfire \\S+, Kafka client 4\\.\\S+, RocksDB \\d\\S+, Java \\d+")
                    .containsPattern("lag of partition \\d: \\d+ records")
                    .contains("half-lives=30d");
        }
        try (JarProcess serve = serve("stopped", "again.log")) {
            String url = serve.awaitUrl();
            awaitCaughtUp(url);
            assertThat(get(url + "/v1/status").body()).contains("\"half-lives\":\"30d\"");
            serve.terminate();
            assertThat(serve.awaitExit(Duration.ofMinutes(1))).isZero();
        }
        try (var files = Files.list(directory.resolve("data"))) {
            assertThat(files.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder("memory.lock", "store");
        }
        assertEqualsUndisturbed("stopped", Map.of());
    }

    private static RebuildLog topic(String topic, int records) {
        RebuildLog log = new RebuildLog(SEED + topic.hashCode());
        new Topics(kafka).create(new TopicNames(topic, topic + ".dead"), 2);
        RebuildLog.append(kafka, topic, log.next(records));
        return log;
    }

    private void assertEqualsUndisturbed(String topic, Map<String, String> learning) {
        EngineOptions options = new EngineOptions(64 << 20);
        try (Engine undisturbed =
                        Engine.open(directory.resolve("undisturbed"), learning, options, new SimpleMeterRegistry());
                Engine served = Engine.openReadOnly(
                        StoreDirectory.live(directory.resolve("data")), options, new SimpleMeterRegistry())) {
            EpisodeConsumer.Options reading = new EpisodeConsumer.Options(
                    new TopicNames(topic, topic + ".dead"), Duration.ofSeconds(5), Decoding.plain());
            try (EpisodeConsumer consumer =
                    new EpisodeConsumer(undisturbed, kafka, reading, new SimpleMeterRegistry())) {
                consumer.start();
                await().atMost(Duration.ofMinutes(2)).until(() -> consumer.ready() && consumer.lag() == 0);
            }
            assertThat(served.view().settings()).isEqualTo(undisturbed.view().settings());
            assertThat(served.digest().learnedHex())
                    .isEqualTo(undisturbed.digest().learnedHex());
            assertThat(served.view().counts().episodes())
                    .isEqualTo(undisturbed.view().counts().episodes());
        }
    }

    private JarProcess serve(String topic, String log) throws Exception {
        List<String> arguments = new ArrayList<>(
                List.of("serve", "--data", directory.resolve("data").toString()));
        for (String setting : List.of(
                "kafka.bootstrap.servers=" + broker.bootstrapServers(),
                "topics.episodes=" + topic,
                "topics.dead-letters=" + topic + ".dead",
                "http.port=0",
                "checkpoint-interval=200ms",
                "memory=16MiB")) {
            arguments.addAll(List.of("--set", setting));
        }
        return JarProcess.start(
                directory.resolve(log), List.of("-Xmx128m", "-XX:+UseSerialGC"), arguments.toArray(String[]::new));
    }

    private void awaitReady(String url) {
        await().atMost(Duration.ofMinutes(2))
                .until(() -> get(url + "/health/ready").statusCode() == 200);
    }

    private void awaitCaughtUp(String url) {
        awaitReady(url);
        await().atMost(Duration.ofMinutes(2))
                .pollInterval(Duration.ofMillis(300))
                .until(() -> get(url + "/v1/status").body().contains("\"lag\":0,"));
    }

    private void awaitState(String url, String state) {
        await().atMost(Duration.ofMinutes(2)).until(() -> {
            String status = rebuild(url);
            assertThat(status).doesNotContain("\"failed\"", "\"cancelled\"");
            return status.contains("\"state\":\"" + state + "\"");
        });
    }

    private String rebuild(String url) throws Exception {
        return get(url + "/v1/admin/rebuild").body();
    }

    private HttpResponse<String> get(String url) throws Exception {
        return client.send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> post(String url, String body) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create(url + "/v1/admin/rebuild"))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }
}
