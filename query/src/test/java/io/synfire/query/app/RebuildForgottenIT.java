package io.synfire.query.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.view.MemoryView;
import io.synfire.ingest.codec.Decoding;
import io.synfire.ingest.kafka.ClientProperties;
import io.synfire.ingest.kafka.EpisodeConsumer;
import io.synfire.ingest.kafka.EpisodeProducer;
import io.synfire.ingest.kafka.EpisodeProducer.Outgoing;
import io.synfire.ingest.kafka.LocalBroker;
import io.synfire.ingest.kafka.TopicNames;
import io.synfire.ingest.kafka.Topics;
import io.synfire.query.answer.RebuildAnswer;
import io.synfire.query.answer.RebuildAnswer.Comparison;
import io.synfire.query.cli.Operations.Common;
import io.synfire.query.cli.Operations.RebuildRequest;
import io.synfire.query.cli.SynfireCommand;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What was forgotten of a topic stays forgotten in a memory that is rebuilt by other settings, or as of a moment; nothing else is taken back. */
@SuppressWarnings("NullAway.Init")
final class RebuildForgottenIT {

    private static final String TOPIC = "forgotten";
    private static final TopicNames TOPICS = new TopicNames(TOPIC, TOPIC + ".dead");

    @TempDir
    static Path kafkaDirectory;

    @TempDir
    Path directory;

    private static LocalBroker broker;
    private static ClientProperties kafka;

    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @BeforeAll
    static void start() {
        broker = LocalBroker.start(kafkaDirectory.resolve("kafka"), 0);
        kafka = new ClientProperties(Map.of("bootstrap.servers", broker.bootstrapServers()));
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @Test
    void whatWasForgottenOfATopicStaysForgottenByAnySettings() throws Exception {
        new Topics(kafka).create(TOPICS, 3);
        append(
                // Learned twice, since the id is forgotten in between; by a wider window once.
                episode("2024-02-01T12:00:00Z", "twice", "e1", "a", "b"),
                episode("2024-02-03T12:00:00Z", "twice", "e1", "a", "b"),
                // By a smaller limit the first of them is not learned.
                episode("2024-02-01T12:00:00Z", "large", null, "a", "c", "d"),
                episode("2024-02-01T12:01:00Z", "large", null, "a"),
                // As of a moment before the one in the middle the last is a copy of the first.
                episode("2024-02-01T12:00:00Z", "late", "e2", "a", "f"),
                episode("2024-02-06T12:00:00Z", "late", null, "z"),
                episode("2024-02-01T12:00:00Z", "late", "e2", "a", "f"),
                episode("2024-02-01T12:00:01Z", null, null, "a", "k"));
        learn();
        for (String context : List.of("twice", "large", "late")) {
            forget(context);
        }
        learn();
        assertIsOther("m");

        assertThat(rebuild("same", null).comparison()).isEqualTo(Comparison.EQUAL);
        assertIsOther("same");
        rebuild("wider", null, "event-id-window=30d");
        assertIsOther("wider");
        rebuild("smaller", null, "max-concepts=2");
        assertIsOther("smaller");
        rebuild("earlier", Instant.parse("2024-02-02T12:00:00Z").toEpochMilli());
        assertIsOther("earlier");
        rebuild("all", Instant.parse("2024-02-02T12:00:00Z").toEpochMilli(), "max-concepts=2", "event-id-window=30d");
        assertIsOther("all");
    }

    /** One episode of two concepts is all there is. */
    private void assertIsOther(String data) throws IOException {
        try (Engine engine = Engine.openReadOnly(
                directory.resolve(data).resolve("store"), settings().engine(), new SimpleMeterRegistry())) {
            MemoryView view = engine.view();
            Map<String, Double> activations = new TreeMap<>();
            for (String concept : List.of("a", "b", "c", "d", "f", "k", "z")) {
                int found = view.conceptOf(concept);
                if (found >= 0) {
                    double activation = view.activity(view.watermarkMs()).of(found, 0);
                    activations.put(concept, Math.round(activation * 1e5) / 1e5);
                }
            }
            assertThat(activations).as(data).isEqualTo(Map.of("a", 1.0, "k", 1.0));
            assertThat(view.counts().episodes()).isEqualTo(1);
            assertThat(view.counts().pairs()).isEqualTo(2);
            assertThat(view.counts().concepts()).isEqualTo(2);
        }
    }

    private Settings settings() throws IOException {
        return Settings.load(new Common(directory.resolve("m"), null, list()), Map.of(), Map.of());
    }

    private static List<String> list() {
        return List.of(
                "kafka.bootstrap.servers=" + broker.bootstrapServers(),
                "topics.episodes=" + TOPIC,
                "topics.dead-letters=" + TOPIC + ".dead");
    }

    private RebuildAnswer rebuild(String into, @Nullable Long untilMs, String... learning) throws Exception {
        List<String> set = new ArrayList<>(list());
        set.addAll(List.of(learning));
        return new Rebuilding(Map.of(), new PrintStream(err, true, StandardCharsets.UTF_8))
                .rebuild(
                        new Common(directory.resolve("m"), null, set),
                        new RebuildRequest(directory.resolve(into), null, untilMs, false));
    }

    private void forget(String context) {
        PrintStream said = new PrintStream(err, true, StandardCharsets.UTF_8);
        CommandLine line = SynfireCommand.over(new Application(Map.of(), said, said));
        StringWriter out = new StringWriter();
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(out));
        List<String> arguments = new ArrayList<>(List.of(
                "forget",
                "--context",
                context,
                "--no-wait",
                "--data",
                directory.resolve("m").toString()));
        list().forEach(setting -> arguments.addAll(List.of("--set", setting)));
        assertThat(line.execute(arguments.toArray(String[]::new)))
                .as(out.toString())
                .isZero();
    }

    private void learn() throws Exception {
        Path store = Files.createDirectories(directory.resolve("m")).resolve("store");
        try (Engine engine = Engine.open(
                        store, Map.of("half-lives", "none"), settings().engine(), new SimpleMeterRegistry());
                EpisodeConsumer consumer = new EpisodeConsumer(
                        engine,
                        kafka,
                        new EpisodeConsumer.Options(TOPICS, Duration.ofSeconds(5), Decoding.plain()),
                        new SimpleMeterRegistry())) {
            consumer.start();
            await().atMost(Duration.ofMinutes(2)).until(() -> consumer.ready() && consumer.lag() == 0);
        }
    }

    private static Outgoing episode(String at, @Nullable String context, @Nullable String eventId, String... concepts) {
        String json = "{\"at\":\"" + at + "\""
                + (context == null ? "" : ",\"context\":\"" + context + "\"")
                + (eventId == null ? "" : ",\"eventId\":\"" + eventId + "\"")
                + ",\"concepts\":[\"" + String.join("\",\"", concepts) + "\"]}";
        return new Outgoing(context, json.getBytes(StandardCharsets.UTF_8));
    }

    private static void append(Outgoing... records) {
        try (EpisodeProducer producer = new EpisodeProducer(kafka, TOPIC, new SimpleMeterRegistry())) {
            var unused = producer.append(List.of(records));
        }
    }
}
