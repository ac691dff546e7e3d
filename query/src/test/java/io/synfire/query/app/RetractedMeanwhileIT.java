package io.synfire.query.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.view.Digest;
import io.synfire.engine.view.MemoryView;
import io.synfire.ingest.kafka.ClientProperties;
import io.synfire.ingest.kafka.EpisodeProducer;
import io.synfire.ingest.kafka.EpisodeProducer.Outgoing;
import io.synfire.ingest.kafka.LocalBroker;
import io.synfire.ingest.kafka.TopicForgetter;
import io.synfire.ingest.kafka.TopicNames;
import io.synfire.ingest.kafka.Topics;
import io.synfire.query.answer.RebuildAnswer;
import io.synfire.query.answer.RebuildStatus;
import io.synfire.query.cli.Operations.Common;
import io.synfire.query.cli.Operations.RebuildRequest;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Contexts are retracted while the memory is rebuilt by other settings: it begins anew, and is what a rebuild afterwards makes. */
@SuppressWarnings("NullAway.Init")
final class RetractedMeanwhileIT {

    private static final TopicNames TOPICS = new TopicNames("meanwhile", "meanwhile.dead");
    private static final Duration LONG = Duration.ofMinutes(2);

    /** By these the episode of three concepts is not learned, so nothing of it may be taken back. */
    private static final Map<String, String> OTHER = Map.of("max-concepts", "2");

    @TempDir
    Path directory;

    private LocalBroker broker;
    private ClientProperties kafka;

    private Settings settings(String data) throws Exception {
        return Settings.load(new Common(directory.resolve(data), null, given()), Map.of(), Map.of());
    }

    private List<String> given() {
        return List.of(
                "kafka.bootstrap.servers=" + broker.bootstrapServers(),
                "topics.episodes=" + TOPICS.episodes(),
                "topics.dead-letters=" + TOPICS.deadLetters(),
                "checkpoint-interval=200ms",
                "half-lives=none");
    }

    @Test
    void itBeginsAnewAndEndsAsARebuildThatIsMadeAfterwards() throws Exception {
        try (LocalBroker started = LocalBroker.start(directory.resolve("kafka"), 0)) {
            broker = started;
            kafka = new ClientProperties(Map.of("bootstrap.servers", broker.bootstrapServers()));
            new Topics(kafka).create(TOPICS, 2);
            append(
                    episode("2024-02-01T12:00:00Z", "u", "a", "b", "c"),
                    episode("2024-02-01T12:01:00Z", "u", "a", "b"),
                    episode("2024-02-01T12:02:00Z", "v", "a", "b", "d"),
                    episode("2024-02-01T12:03:00Z", "v", "d"),
                    episode("2024-02-01T12:00:01Z", null, "a", "k"));
            rebuildWhile(List.of("u", "v"));
        }
    }

    /** Each time that the log is read, one of them is retracted before the memory takes over. */
    private void rebuildWhile(List<String> contexts) throws Exception {
        Settings settings = settings("data");
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        AtomicInteger asked = new AtomicInteger();
        List<String> left = new ArrayList<>(contexts);
        Digest live;
        try (DataLock held = DataLock.take(settings.data(), "serve");
                LiveMemory memory = new LiveMemory(Stores.openToLearn(held, settings, meters), settings.recall());
                Learners learners = new Learners(settings, () -> kafka, meters);
                Rebuilds rebuilds = new Rebuilds(
                        settings,
                        memory,
                        learners,
                        () -> {
                            // It is asked when one begins, and before each reading, the goal of which is known by then.
                            int times = asked.incrementAndGet();
                            if (times % 2 == 0 && !left.isEmpty()) {
                                forget(settings, memory, left.remove(0));
                            }
                            return kafka;
                        },
                        meters)) {
            learners.start(memory);
            await().atMost(LONG).until(() -> memory.view().counts().episodes() == 5);
            assertThat(rebuilds.begin(OTHER, null).state()).isEqualTo(RebuildStatus.State.READING);
            await().atMost(LONG).until(() -> isOver(rebuilds.status()));
            assertThat(rebuilds.status().state()).as("%s", rebuilds.status()).isEqualTo(RebuildStatus.State.DONE);
            assertThat(left).isEmpty();
            // Twice it had read the log and could not take over; the third time it did.
            assertThat(asked).hasValue(1 + 3 * 2);
            assertThat(memory.view().settings().maxConcepts()).isEqualTo(2);
            assertIsOther(memory.view());
            live = memory.engine().digest();
        }
        RebuildAnswer afterwards = new Rebuilding(
                        Map.of(), new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8))
                .rebuild(
                        new Common(settings.data(), null, given()),
                        new RebuildRequest(directory.resolve("afterwards"), null, null, false));
        assertThat(afterwards.comparison()).isEqualTo(RebuildAnswer.Comparison.EQUAL);
        try (Engine engine = Engine.openReadOnly(
                directory.resolve("afterwards/store"), settings.engine(), new SimpleMeterRegistry())) {
            assertThat(engine.digest()).isEqualTo(live);
            assertIsOther(engine.view());
        }
    }

    private static boolean isOver(RebuildStatus status) {
        return status.state() != RebuildStatus.State.READING && status.state() != RebuildStatus.State.SWAPPING;
    }

    /** As the command does; then the live memory learns it. */
    private void forget(Settings settings, LiveMemory memory, String context) {
        MemoryView view = memory.view();
        TopicForgetter forgetter = new TopicForgetter(
                kafka, settings.topics(), settings.decoding(), view.settings(), InstantSource.system());
        long before = view.counts().episodes();
        assertThat(forgetter
                        .forgetContext(context, view.positions(), view.unlearned(), view.watermarkMs())
                        .episodes())
                .isEqualTo(2);
        await().atMost(LONG).until(() -> memory.view().counts().episodes() == before - 2);
    }

    /** One episode of two concepts is all there is. */
    private static void assertIsOther(MemoryView view) {
        Map<String, Double> activations = new TreeMap<>();
        for (String concept : List.of("a", "b", "c", "d", "k")) {
            int found = view.conceptOf(concept);
            if (found >= 0 && view.isKnown(found)) {
                activations.put(concept, view.activity(view.watermarkMs()).of(found, 0));
            }
        }
        assertThat(activations).isEqualTo(Map.of("a", 1.0, "k", 1.0));
        assertThat(view.counts().episodes()).isEqualTo(1);
        assertThat(view.counts().pairs()).isEqualTo(2);
    }

    private static Outgoing episode(String at, @Nullable String context, String... concepts) {
        String json = "{\"at\":\"" + at + "\"" + (context == null ? "" : ",\"context\":\"" + context + "\"")
                + ",\"concepts\":[\"" + String.join("\",\"", concepts) + "\"]}";
        return new Outgoing(context, json.getBytes(StandardCharsets.UTF_8));
    }

    private void append(Outgoing... records) {
        try (EpisodeProducer producer = new EpisodeProducer(kafka, TOPICS.episodes(), new SimpleMeterRegistry())) {
            var unused = producer.append(List.of(records));
        }
    }
}
