package io.synfire.query.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.view.MemoryView;
import io.synfire.ingest.kafka.ClientProperties;
import io.synfire.ingest.kafka.LocalBroker;
import io.synfire.ingest.kafka.TopicNames;
import io.synfire.ingest.kafka.Topics;
import io.synfire.query.answer.RebuildStatus.State;
import io.synfire.query.cli.Operations.Common;
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
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * A memory that is rebuilt in its place as of a moment has left records out. It knows that by itself: what it forgets then is forgotten in a
 * memory of all the log, too. One of which a file was gone has not read it: there is nothing to bring back.
 */
@SuppressWarnings("NullAway.Init")
final class RebuildLeftOutIT {

    private static final String LINES =
            """
            {"at":"2024-02-03T10:00:00Z","context":"u","concepts":["a","z"]}
            {"at":"2024-02-01T10:00:00Z","context":"u","concepts":["a","b"]}
            {"at":"2024-02-01T10:00:05Z","concepts":["a","k"]}
            """;

    private static final TopicNames TOPICS = new TopicNames("left-out", "left-out.dead");

    @TempDir
    Path directory;

    private LocalBroker broker;

    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private String runs(String... arguments) {
        PrintStream said = new PrintStream(err, true, StandardCharsets.UTF_8);
        CommandLine line = SynfireCommand.over(new Application(Map.of(), said, said));
        StringWriter out = new StringWriter();
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(out));
        assertThat(line.execute(arguments)).as("%s %s", out, err).isZero();
        return out.toString();
    }

    private String path(String name) {
        return directory.resolve(name).toString();
    }

    private void learn(String lines) throws IOException {
        Path file = Files.writeString(directory.resolve("a.jsonl"), lines);
        runs("learn", file.toString(), "--data", path("m"), "--set", "half-lives=none", "--set", "max-late=10d");
    }

    private Settings settings(String data, String... set) throws IOException {
        List<String> all = new ArrayList<>(List.of("half-lives=none", "max-late=10d"));
        all.addAll(List.of(set));
        return Settings.load(new Common(directory.resolve(data), null, all), Map.of(), Map.of());
    }

    /** As {@code POST /v1/admin/rebuild} does. */
    private void rebuildInPlace(Map<String, String> changed, @Nullable String until) throws IOException {
        Settings settings = settings(
                "m",
                "kafka.bootstrap.servers=" + broker.bootstrapServers(),
                "topics.episodes=" + TOPICS.episodes(),
                "topics.dead-letters=" + TOPICS.deadLetters());
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        ClientProperties kafka = new ClientProperties(Map.of("bootstrap.servers", broker.bootstrapServers()));
        try (DataLock held = DataLock.take(settings.data(), "serve");
                LiveMemory memory = new LiveMemory(Stores.openToLearn(held, settings, meters), settings.recall());
                Learners learners = new Learners(settings, () -> kafka, meters);
                Rebuilds rebuilds = new Rebuilds(settings, memory, learners, () -> kafka, meters)) {
            rebuilds.begin(changed, until == null ? null : Instant.parse(until).toEpochMilli());
            await().atMost(Duration.ofMinutes(1))
                    .until(() -> rebuilds.status().state() != State.READING
                            && rebuilds.status().state() != State.SWAPPING);
            assertThat(rebuilds.status().state()).as("%s", rebuilds.status()).isEqualTo(State.DONE);
        }
    }

    private Set<String> concepts(String data) throws IOException {
        Settings settings = settings(data);
        Set<String> concepts = new TreeSet<>();
        try (Engine engine = Engine.openReadOnly(
                StoreDirectory.live(settings.data()), settings.engine(), new SimpleMeterRegistry())) {
            MemoryView view = engine.view();
            for (int concept = 0; concept < view.conceptCount(); concept++) {
                if (view.isKnown(concept)) {
                    concepts.add(view.idOf(concept));
                }
            }
        }
        return concepts;
    }

    @Test
    void whatIsForgottenAfterARebuildInPlaceAsOfAMomentIsForgottenInAllTheLog() throws Exception {
        try (LocalBroker started = LocalBroker.start(directory.resolve("kafka"), 0)) {
            broker = started;
            new Topics(new ClientProperties(Map.of("bootstrap.servers", broker.bootstrapServers()))).create(TOPICS, 1);
            learn(LINES);
            rebuildInPlace(Map.of(), "2024-02-02T00:00:00Z");
            assertThat(concepts("m")).containsExactly("a", "b", "k");
            runs("forget", "--context", "u", "--data", path("m"));
            assertThat(concepts("m")).containsExactly("a", "k");
            // The live memory may have begun to read the topic, which holds nothing.
            runs(
                    "rebuild",
                    "--data",
                    path("m"),
                    "--into",
                    path("all"),
                    "--set",
                    "kafka.bootstrap.servers=" + broker.bootstrapServers(),
                    "--set",
                    "topics.episodes=" + TOPICS.episodes(),
                    "--set",
                    "topics.dead-letters=" + TOPICS.deadLetters());
            assertThat(concepts("all")).containsExactly("a", "k");
            rebuildInPlace(Map.of(), null);
            assertThat(concepts("m")).containsExactly("a", "k");
        }
    }

    @Test
    void aMemoryOfWhichAFileWasGoneIsComparedWithItsRebuild() throws Exception {
        Path first = Files.writeString(
                directory.resolve("a.jsonl"), LINES.lines().findFirst().orElseThrow() + "\n");
        Path rest = Files.writeString(directory.resolve("b.jsonl"), LINES.substring(LINES.indexOf('\n') + 1));
        runs(
                "learn",
                first.toString(),
                rest.toString(),
                "--data",
                path("m"),
                "--set",
                "half-lives=none",
                "--set",
                "max-late=10d");
        Path elsewhere = Files.move(first, directory.resolve("elsewhere"));
        runs("rebuild", "--data", path("m"), "--into", path("gap"), "--accept-gap");
        assertThat(concepts("gap")).containsExactly("a", "b", "k");
        runs("forget", "--context", "u", "--data", path("gap"));
        assertThat(concepts("gap")).containsExactly("a", "k");
        Files.move(elsewhere, first);
        assertThat(runs("rebuild", "--data", path("gap"), "--into", path("all"), "--json"))
                .contains("\"learnedEqual\":true");
        assertThat(concepts("all")).containsExactly("a", "k");
    }
}
