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
import org.jspecify.annotations.Nullable;
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
    private static final Pattern LAG = Pattern.compile("\"lag\":(\\d+)");
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
            CompletableFuture<Long> written =
                    CompletableFuture.supplyAsync(() -> new Writer(SEED + 1).write(kafka, enough));
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
    private void finish(LocalBroker broker, long written) throws Exception {
        try (JarProcess serve = serve(broker, "last.log")) {
            String url = serve.awaitUrl();
            await().atMost(Duration.ofMinutes(2)).until(() -> status(url, LAG) == 0 && episodes(url) == written);
            serve.terminate();
            assertThat(serve.awaitExit(Duration.ofSeconds(10)))
                    .as("%s", serve.output())
                    .isZero();
        }
    }

    private void compareWithUndisturbed(ClientProperties kafka, long written) {
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
                        .until(() -> consumer.ready()
                                && consumer.lag() == 0
                                && undisturbed.view().counts().episodes() == written);
            }
            assertThat(killed.view().counts().episodes()).isEqualTo(written);
            assertThat(killed.view().counts().pairs())
                    .isEqualTo(undisturbed.view().counts().pairs());
            assertThat(killed.view().counts().duplicates())
                    .isEqualTo(undisturbed.view().counts().duplicates())
                    .isPositive();
            assertThat(killed.digest().learnedHex())
                    .isEqualTo(undisturbed.digest().learnedHex());
            long compared = compare(undisturbed.view(), killed.view());
            System.out.printf(
                    "%,d episodes, %,d pairs, %,d associations equal within 1e-5 of what was learned, digest %s%n",
                    written,
                    killed.view().counts().pairs(),
                    compared,
                    killed.digest().learnedHex());
        }
    }

    /** Σ|Δ| is at most three times what is left: about a twentieth of all episodes is taken back. */
    private static long compare(MemoryView expected, MemoryView actual) {
        long atMs = expected.watermarkMs();
        assertThat(actual.watermarkMs()).isEqualTo(atMs);
        assertThat(actual.conceptCount()).isEqualTo(expected.conceptCount());
        assertClose(actual.activity(atMs).episodes(0), expected.activity(atMs).episodes(0));
        long compared = 0;
        for (int cue = 0; cue < expected.conceptCount(); cue++) {
            int other = actual.conceptOf(expected.idOf(cue));
            assertClose(
                    actual.activity(atMs).of(other, 0), expected.activity(atMs).of(cue, 0));
            Associations row = expected.associations(cue, atMs);
            Associations otherRow = actual.associations(other, atMs);
            for (int i = 0; i < row.size(); i++) {
                int at = otherRow.indexOf(actual.conceptOf(expected.idOf(row.target(i))));
                assertClose(at < 0 ? 0 : otherRow.strength(at, 0), row.strength(i, 0));
                compared++;
            }
            for (int i = 0; i < otherRow.size(); i++) {
                int at = row.indexOf(expected.conceptOf(actual.idOf(otherRow.target(i))));
                assertClose(otherRow.strength(i, 0), at < 0 ? 0 : row.strength(at, 0));
            }
        }
        return compared;
    }

    private static void assertClose(double actual, double expected) {
        // What is left of a pair that was all taken back may be what roundings left of one impulse.
        assertThat(actual).isCloseTo(expected, Offset.offset(3e-5 * Math.abs(expected) + 1e-5));
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
        return status(url, EPISODES);
    }

    private long status(String url, Pattern figure) throws Exception {
        String status = client.send(
                        HttpRequest.newBuilder(URI.create(url + "/v1/status")).build(), BodyHandlers.ofString())
                .body();
        Matcher matcher = figure.matcher(status);
        return matcher.find() ? Long.parseLong(matcher.group(1)) : -1;
    }

    /** Appends sessions, baskets, late events, events that are sent twice, and retractions, some before what they take back. */
    private static final class Writer {
        private final SplittableRandom random;
        private final List<String> retractable = new ArrayList<>();
        private int number;
        private long episodes;

        Writer(long seed) {
            random = new SplittableRandom(seed);
        }

        /** Until it is enough; returns how many episodes are left in the end. */
        long write(ClientProperties kafka, AtomicBoolean enough) {
            try (EpisodeProducer producer = new EpisodeProducer(kafka, TOPICS.episodes(), new SimpleMeterRegistry())) {
                while (!enough.get()) {
                    List<Outgoing> chunk = new ArrayList<>();
                    for (int i = 0; i < CHUNK; i++) {
                        add(chunk);
                    }
                    var unused = producer.append(chunk);
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
            }
            return episodes;
        }

        private void add(List<Outgoing> chunk) {
            number++;
            if (random.nextInt(20) == 0 && !retractable.isEmpty()) {
                // Without a key: it may be in another partition than its episode, and be read first.
                String json = "{\"retract\":" + retractable.remove(random.nextInt(retractable.size())) + "}";
                chunk.add(new Outgoing(null, json.getBytes(StandardCharsets.UTF_8)));
                episodes--;
                return;
            }
            String context = random.nextInt(3) == 0 ? null : "session-" + random.nextInt(50);
            String eventId = random.nextInt(10) == 0 ? "event-" + number : null;
            String json = json(context, eventId);
            Outgoing record = new Outgoing(context == null ? eventId : context, json.getBytes(StandardCharsets.UTF_8));
            chunk.add(record);
            episodes++;
            if (eventId != null && random.nextBoolean()) {
                chunk.add(record);
            }
            if (context == null && random.nextInt(3) == 0) {
                retractable.add(json);
            }
        }

        private String json(@Nullable String context, @Nullable String eventId) {
            long late = random.nextInt(10) == 0 ? random.nextLong(86_400_000) : 0;
            long atMs = 1_300_000_000_000L + number * 5_000L - late;
            StringBuilder json = new StringBuilder("{\"at\":").append(atMs).append(",\"concepts\":[");
            int size = 1 + random.nextInt(4);
            for (int i = 0; i < size; i++) {
                int concept = (int) (800 * random.nextDouble() * random.nextDouble());
                json.append(i == 0 ? "" : ",").append("\"c").append(concept).append('"');
            }
            json.append(context == null ? "]" : "],\"context\":\"" + context + '"');
            return json.append(eventId == null ? "}" : ",\"eventId\":\"" + eventId + "\"}")
                    .toString();
        }
    }
}
