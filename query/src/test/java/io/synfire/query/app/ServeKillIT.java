package io.synfire.query.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.view.Associations;
import io.synfire.engine.view.MemoryView;
import io.synfire.ingest.codec.Decoding;
import io.synfire.ingest.kafka.ClientProperties;
import io.synfire.ingest.kafka.EpisodeConsumer;
import io.synfire.ingest.kafka.EpisodeProducer;
import io.synfire.ingest.kafka.EpisodeProducer.Outgoing;
import io.synfire.ingest.kafka.LocalBroker;
import io.synfire.ingest.kafka.TopicNames;
import io.synfire.ingest.kafka.Topics;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A learner that is killed again and again ends up as one that never was. */
@SuppressWarnings("NullAway.Init")
final class ServeKillIT {

    private static final int KILLS = Integer.getInteger("synfire.kills", 3);
    private static final long SEED = Long.getLong("synfire.seed", 20_111_209);
    private static final TopicNames TOPICS = new TopicNames("kills", "kills.dead-letters");
    private static final int CHUNK = 100;
    private static final long PAUSE_NANOS = 20_000_000;
    private static final Pattern EPISODES = Pattern.compile("\"episodes\":(\\d+)");

    @TempDir
    Path directory;

    private final HttpClient client = HttpClient.newHttpClient();
    private final SplittableRandom random = new SplittableRandom(SEED);

    @Test
    void killedAtRandomMomentsItLosesNothingAndLearnsNothingTwice() throws Exception {
        System.out.println("kills=" + KILLS + " seed=" + SEED);
        try (LocalBroker broker = LocalBroker.start(directory.resolve("kafka"), 0)) {
            ClientProperties kafka = new ClientProperties(Map.of("bootstrap.servers", broker.bootstrapServers()));
            new Topics(kafka).create(TOPICS, 2);
            AtomicBoolean enough = new AtomicBoolean();
            CompletableFuture<Integer> written =
                    CompletableFuture.supplyAsync(() -> write(kafka, new SplittableRandom(SEED + 1), enough));
            int killedWhileLearning = 0;
            for (int kill = 0; kill < KILLS; kill++) {
                killedWhileLearning += startAndKill(broker, kill) ? 1 : 0;
            }
            assertThat(killedWhileLearning)
                    .as("kills that hit a learner at work")
                    .isPositive();
            enough.set(true);
            finish(broker, written.join());
            compareWithUndisturbed(kafka, written.join());
        }
    }

    /** Starts a learner, kills it at a random moment; says whether it was learning then. */
    private boolean startAndKill(LocalBroker broker, int kill) throws Exception {
        try (JarProcess serve = serve(broker, "kill-" + kill + ".log")) {
            if (random.nextInt(4) == 0) {
                // Somewhere in its start, or soon after.
                LockSupport.parkNanos(random.nextLong(2_000_000_000L));
                assertThat(serve.isAlive()).as("%s", serve.output()).isTrue();
                return false;
            }
            String url = serve.awaitUrl();
            long before = episodes(url);
            await().atMost(Duration.ofSeconds(30)).until(() -> episodes(url) > before);
            LockSupport.parkNanos(random.nextLong(1_000_000_000L));
            assertThat(serve.isAlive()).as("%s", serve.output()).isTrue();
            return true;
        }
    }

    /** Lets the last learner catch up and stops it as an operator would. */
    private void finish(LocalBroker broker, int written) throws Exception {
        try (JarProcess serve = serve(broker, "last.log")) {
            String url = serve.awaitUrl();
            await().atMost(Duration.ofMinutes(2)).until(() -> episodes(url) >= written);
            serve.terminate();
            assertThat(serve.awaitExit(Duration.ofSeconds(10)))
                    .as("%s", serve.output())
                    .isZero();
        }
    }

    private void compareWithUndisturbed(ClientProperties kafka, int written) {
        EngineOptions options = new EngineOptions(64 << 20);
        try (Engine undisturbed =
                        Engine.open(directory.resolve("undisturbed"), Map.of(), options, new SimpleMeterRegistry());
                Engine killed =
                        Engine.openReadOnly(directory.resolve("data/store"), options, new SimpleMeterRegistry())) {
            EpisodeConsumer.Options reading =
                    new EpisodeConsumer.Options(TOPICS, Duration.ofSeconds(5), Decoding.plain());
            try (EpisodeConsumer consumer =
                    new EpisodeConsumer(undisturbed, kafka, reading, new SimpleMeterRegistry())) {
                consumer.start();
                await().atMost(Duration.ofMinutes(2))
                        .until(() -> undisturbed.view().counts().episodes() >= written);
            }
            assertThat(killed.view().counts().episodes()).isEqualTo(written);
            assertThat(killed.view().counts().pairs())
                    .isEqualTo(undisturbed.view().counts().pairs());
            assertThat(killed.digest().learnedHex())
                    .isEqualTo(undisturbed.digest().learnedHex());
            long compared = compare(undisturbed.view(), killed.view());
            System.out.printf(
                    "%,d episodes, %,d pairs, %,d associations equal within 1e-5, learned %s%n",
                    written,
                    killed.view().counts().pairs(),
                    compared,
                    killed.digest().learnedHex());
        }
    }

    /** All rewards and gains are positive here, so Σ|Δ| is the sum itself. */
    private static long compare(MemoryView expected, MemoryView actual) {
        long atMs = expected.watermarkMs();
        assertThat(actual.watermarkMs()).isEqualTo(atMs);
        assertThat(actual.conceptCount()).isEqualTo(expected.conceptCount());
        assertClose(actual.episodes(0, atMs), expected.episodes(0, atMs));
        long compared = 0;
        for (int cue = 0; cue < expected.conceptCount(); cue++) {
            int other = actual.conceptOf(expected.idOf(cue));
            assertClose(actual.activation(other, 0, atMs), expected.activation(cue, 0, atMs));
            Associations row = expected.associations(cue, atMs);
            Associations otherRow = actual.associations(other, atMs);
            assertThat(otherRow.size()).isEqualTo(row.size());
            for (int i = 0; i < row.size(); i++) {
                int at = otherRow.indexOf(actual.conceptOf(expected.idOf(row.target(i))));
                assertThat(at).isNotNegative();
                assertClose(otherRow.strength(at, 0), row.strength(i, 0));
                compared++;
            }
        }
        return compared;
    }

    private static void assertClose(double actual, double expected) {
        assertThat(actual).isCloseTo(expected, Offset.offset(1e-5 * expected));
    }

    private JarProcess serve(LocalBroker broker, String log) throws Exception {
        return JarProcess.start(
                directory.resolve(log),
                List.of("-Xmx128m", "-XX:+UseSerialGC"),
                "serve",
                "--data",
                directory.resolve("data").toString(),
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
                "memory=16MiB");
    }

    private long episodes(String url) throws Exception {
        String status = client.send(
                        HttpRequest.newBuilder(URI.create(url + "/v1/status")).build(), BodyHandlers.ofString())
                .body();
        Matcher matcher = EPISODES.matcher(status);
        assertThat(matcher.find()).as("%s", status).isTrue();
        return Long.parseLong(matcher.group(1));
    }

    /** Appends sessions, baskets and late events until it is enough; returns how many records. */
    private static int write(ClientProperties kafka, SplittableRandom random, AtomicBoolean enough) {
        int written = 0;
        try (EpisodeProducer producer = new EpisodeProducer(kafka, TOPICS.episodes(), new SimpleMeterRegistry())) {
            while (!enough.get()) {
                List<Outgoing> chunk = new ArrayList<>();
                for (int i = 0; i < CHUNK; i++) {
                    chunk.add(record(random, written++));
                }
                var unused = producer.append(chunk);
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
        return written;
    }

    private static Outgoing record(SplittableRandom random, int number) {
        long late = random.nextInt(10) == 0 ? random.nextLong(86_400_000) : 0;
        long atMs = 1_300_000_000_000L + number * 5_000L - late;
        String context = random.nextInt(3) == 0 ? null : "session-" + random.nextInt(50);
        StringBuilder json = new StringBuilder("{\"at\":").append(atMs).append(",\"concepts\":[");
        int size = 1 + random.nextInt(4);
        for (int i = 0; i < size; i++) {
            int concept = (int) (800 * random.nextDouble() * random.nextDouble());
            json.append(i == 0 ? "" : ",").append("\"c").append(concept).append('"');
        }
        json.append(context == null ? "]}" : "],\"context\":\"" + context + "\"}");
        return new Outgoing(context, json.toString().getBytes(StandardCharsets.UTF_8));
    }
}
