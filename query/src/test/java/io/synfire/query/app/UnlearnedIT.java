package io.synfire.query.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.view.Associations;
import io.synfire.engine.view.MemoryView;
import io.synfire.ingest.kafka.ClientProperties;
import io.synfire.ingest.kafka.LocalBroker;
import io.synfire.ingest.kafka.TopicNames;
import io.synfire.ingest.kafka.Topics;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a memory has not learned is neither taken back nor shown, though the log holds it and would be read now. From outside. */
@SuppressWarnings("NullAway.Init")
final class UnlearnedIT {

    private static final Duration LONG = Duration.ofMinutes(3);
    private static final TopicNames TOPICS = new TopicNames("unlearned", "unlearned.dead");

    @TempDir
    Path directory;

    private LocalBroker broker;
    private Path data;
    private Served served;

    @BeforeEach
    void start() {
        broker = LocalBroker.start(directory.resolve("kafka"), 0);
        new Topics(client()).create(TOPICS, 1);
        data = directory.resolve("data");
        served = new Served(directory);
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    @Test
    void whatARebuildHasLeftOutIsNeitherEvidenceNorTakenBack() throws Exception {
        append(
                episode("2024-02-01T10:00:00Z", "u9", "a", "secret"),
                episode("2024-02-01T10:10:00Z", null, "x", "y"),
                episode("2024-02-01T12:00:00Z", "u9", "a", "late"));
        try (JarProcess serve = serve(data)) {
            String url = serve.awaitReadyUrl();
            awaitCounts(url, 3, 0);
            rebuildUntil(url, "2024-02-01T11:00:00Z");
            awaitCounts(url, 2, 0);
            // What comes is learned, whatever its time.
            append(episode("2024-02-01T12:30:00Z", null, "a", "late"));
            awaitCounts(url, 3, 0);
            assertThat(evidence(url, "a", "late")).containsExactly(3L);
            terminate(serve);
        }
        assertThat(command(0, data, "explain", "a", "late", "--evidence"))
                .contains("evidence: 1 found", "offset 3:")
                .doesNotContain("in doubt");
        assertThat(command(0, data, "verify")).contains("the store is sound");
        String receipt = command(0, data, "forget", "--context", "u9", "--json");
        assertThat(receipt)
                .contains(
                        "\"context\":\"u9\",\"episodes\":1,",
                        "\"outcome\":\"applied\"",
                        "\"applied\":true,\"left\":0,");
        assertThat(receipt).contains("\"doubt\":null");
        try (Engine engine = open(data)) {
            assertThat(engine.view().counts().episodes()).isEqualTo(2);
            assertThat(activation(engine, "a")).isEqualTo(1);
            assertThat(activation(engine, "late")).isEqualTo(1);
            assertThat(strength(engine, "a", "late")).isEqualTo(1);
            assertThat(strength(engine, "a", "secret")).isZero();
            assertThat(strength(engine, "x", "y")).isEqualTo(1);
        }
        // A backup knows it, too; and a rebuild without a moment does not bring it back.
        Path backup = directory.resolve("backup");
        command(0, data, "backup", backup.toString());
        Path restored = directory.resolve("restored");
        command(0, restored, "restore", backup.toString());
        assertThat(command(0, restored, "explain", "a", "late", "--evidence")).contains("evidence: 1 found");
        try (JarProcess serve = serve(data)) {
            String url = serve.awaitReadyUrl();
            rebuildUntil(url, null);
            // The context was forgotten, so nothing of it comes back that stands before that.
            assertThat(evidence(url, "a", "late")).containsExactly(3L);
            terminate(serve);
        }
        assertThat(command(1, data, "forget", "--context", "u9", "--json"))
                .contains("nothing of this context that is not taken back");
        try (Engine engine = open(data)) {
            assertThat(engine.view().counts().episodes()).isEqualTo(2);
            assertThat(activation(engine, "a")).isEqualTo(1);
            assertThat(strength(engine, "a", "late")).isEqualTo(1);
        }
    }

    @Test
    void aRetractionThatWaitsForItsTimeIsNotCalledApplied() throws Exception {
        append(
                episode("2024-02-01T10:00:00Z", "u9", "a", "secret"),
                episode("2024-02-01T10:10:00Z", null, "x", "y"),
                episode("2024-02-01T12:00:00Z", "u9", "a", "late"));
        Path other = directory.resolve("other");
        try (JarProcess serve = serve(other)) {
            awaitCounts(serve.awaitReadyUrl(), 3, 0);
            terminate(serve);
        }
        try (JarProcess serve = serve(data)) {
            String url = serve.awaitReadyUrl();
            awaitCounts(url, 3, 0);
            rebuildUntil(url, "2024-02-01T11:00:00Z");
            terminate(serve);
        }
        // Of a memory that has learned all of it.
        assertThat(command(0, other, "forget", "--context", "u9", "--json")).contains("\"episodes\":2,");
        String receipt = command(1, data, "forget", "--context", "u9", "--json");
        assertThat(receipt)
                .contains(
                        "\"outcome\":\"waiting\",\"reason\":\"it takes back what is later than all that the memory has"
                                + " learned: latest=2024-02-01T12:00:00Z watermark=2024-02-01T10:10:00Z\"")
                .contains("\"applied\":false,");
        try (Engine engine = open(data)) {
            assertThat(engine.view().counts().episodes()).isEqualTo(2);
            assertThat(strength(engine, "a", "secret")).isEqualTo(1);
        }
    }

    @Test
    void whatWasTooLargeOnceIsNotTakenBackOnceTheLimitIsMended() throws Exception {
        try (JarProcess serve = serve(data, "max-record=200B")) {
            String url = serve.awaitReadyUrl();
            append(
                    episode("2024-02-01T10:00:00Z", null, "a", "b"),
                    episode("2024-02-01T10:00:00Z", "u9", "a", "c"),
                    episode("2024-06-01T10:00:00Z", "u9", "a", "b")
                            .replace("}", ",\"note\":\"" + "x".repeat(300) + "\"}"));
            awaitCounts(url, 2, 1);
            terminate(serve);
        }
        try (JarProcess serve = serve(data)) {
            String url = serve.awaitReadyUrl();
            assertThat(evidence(url, "a", "b")).containsExactly(0L);
            assertThat(command(0, data, "explain", "a", "b", "--evidence"))
                    .contains("evidence: 1 found", "offset 0:")
                    .doesNotContain("in doubt");
            String receipt = command(0, data, "forget", "--context", "u9", "--json");
            assertThat(receipt)
                    .contains("\"context\":\"u9\",\"episodes\":1,\"pairs\":2,", "\"applied\":true,\"left\":0,")
                    .contains("\"deadLettersCount\":1");
            terminate(serve);
        }
        try (Engine engine = open(data)) {
            assertThat(engine.view().counts().episodes()).isEqualTo(1);
            assertThat(engine.view().counts().pairs()).isEqualTo(2);
            assertThat(strength(engine, "a", "b")).isEqualTo(1);
            assertThat(activation(engine, "a")).isEqualTo(1);
            assertThat(activation(engine, "c")).isZero();
        }
        // Another memory, of a rebuild with the limit mended, has learned it: the same dead letter is not its own.
        Path rebuilt = directory.resolve("rebuilt");
        command(1, data, "rebuild", "--into", rebuilt.toString());
        try (Engine engine = open(rebuilt)) {
            assertThat(strength(engine, "a", "b")).isEqualTo(2);
        }
        assertThat(command(0, rebuilt, "explain", "a", "b", "--evidence"))
                .contains("evidence: 2 found")
                .doesNotContain("in doubt");
        assertThat(command(0, rebuilt, "forget", "--context", "u9", "--json"))
                .contains("\"context\":\"u9\",\"episodes\":1,", "\"applied\":true,\"left\":0,", "\"doubt\":null");
        try (Engine engine = open(rebuilt)) {
            assertThat(engine.view().counts().episodes()).isEqualTo(1);
            assertThat(strength(engine, "a", "b")).isEqualTo(1);
        }
    }

    @Test
    void whatAClockHasRefusedIsKnownThoughTheDeadLettersWereDeletedAndTheirTopicMadeAnew() throws Exception {
        long nowMs = System.currentTimeMillis();
        String digest;
        try (JarProcess serve = serve(data)) {
            String url = serve.awaitReadyUrl();
            appendAt(nowMs, "{\"at\":" + nowMs + ",\"context\":\"u9\",\"concepts\":[\"a\",\"b\"]}");
            long aheadMs = nowMs + Duration.ofMinutes(30).toMillis();
            appendAt(aheadMs, "{\"at\":" + aheadMs + ",\"context\":\"u9\",\"concepts\":[\"a\",\"b\",\"early\"]}");
            awaitCounts(url, 1, 1);
            terminate(serve);
        }
        digest = command(0, data, "digest");
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            admin.deleteTopics(List.of(TOPICS.deadLetters())).all().get();
            await().atMost(LONG).until(() -> !admin.listTopics().names().get().contains(TOPICS.deadLetters()));
        }
        Path missing = directory.resolve("missing");
        assertThat(command(0, data, "rebuild", "--into", missing.toString()))
                .contains("dead letters of records that a clock has refused are gone", "records=1");
        assertThat(command(0, missing, "digest")).isEqualTo(digest);
        try (JarProcess serve = serve(data)) {
            // Makes the topic.
            serve.awaitReadyUrl();
            terminate(serve);
        }
        Path anew = directory.resolve("anew");
        assertThat(command(0, data, "rebuild", "--into", anew.toString()))
                .contains("dead letters of records that a clock has refused are gone", "records=1");
        assertThat(command(0, anew, "digest")).isEqualTo(digest);
        assertThat(command(0, data, "explain", "a", "b", "--evidence"))
                .contains("evidence: 1 found", "partition 0 offset 0 ")
                .doesNotContain("in doubt");
        assertThat(command(0, data, "forget", "--context", "u9", "--json"))
                .contains(
                        "\"context\":\"u9\",\"episodes\":1,\"pairs\":2,",
                        "\"applied\":true,\"left\":0,",
                        "\"doubt\":null");
        try (Engine engine = open(data)) {
            assertThat(engine.view().counts().episodes()).isZero();
            assertThat(activation(engine, "a")).isZero();
        }
    }

    @Test
    void deadLettersOfATopicThatWasDeletedSayNothingOfAnotherOfItsName() throws Exception {
        Path before = directory.resolve("before");
        try (JarProcess serve = serve(before)) {
            String url = serve.awaitReadyUrl();
            append(episode("2024-02-01T10:00:00Z", null, "a", "b"), episode("some day", "u9", "a", "b"));
            awaitCounts(url, 1, 1);
            terminate(serve);
        }
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            admin.deleteTopics(List.of(TOPICS.episodes())).all().get();
            await().atMost(LONG).until(() -> !admin.listTopics().names().get().contains(TOPICS.episodes()));
        }
        new Topics(client()).create(TOPICS, 1);
        try (JarProcess serve = serve(data)) {
            append(episode("2024-02-01T10:00:00Z", "u9", "a", "b"));
            awaitCounts(serve.awaitReadyUrl(), 1, 0);
            terminate(serve);
        }
        String receipt = command(0, data, "forget", "--context", "u9", "--json");
        assertThat(receipt)
                .contains("\"context\":\"u9\",\"episodes\":1,\"pairs\":2,", "\"offset\":1,", "\"outcome\":\"applied\"")
                .contains("\"applied\":true,\"left\":0,", "\"deadLettersCount\":1");
        assertThat(receipt).doesNotContain("\"outcome\":\"dead-letter\"", "\"offset\":2,");
        try (Engine engine = open(data)) {
            assertThat(engine.view().counts().episodes()).isZero();
            assertThat(strength(engine, "a", "b")).isZero();
        }
    }

    @Test
    void whatLiesBehindTheMemoryIsNoEvidence() throws Exception {
        append(episode("2024-06-01T10:00:00Z", null, "a", "b"), episode("2024-07-01T10:00:00Z", null, "a", "b"));
        try (JarProcess serve = serve(data)) {
            awaitCounts(serve.awaitReadyUrl(), 2, 0);
            terminate(serve);
        }
        append(episode("2024-08-01T10:00:00Z", null, "a", "b"), "{\"forget\":{\"concept\":\"a\"}}");
        assertThat(command(0, data, "explain", "a", "b", "--evidence"))
                .contains("evidence: 2 found", "partition 0, offsets 0 to 2");
        Path june = directory.resolve("june");
        command(0, data, "rebuild", "--into", june.toString(), "--until", "2024-06-30T00:00:00Z");
        assertThat(command(0, june, "explain", "a", "b", "--evidence")).contains("evidence: 1 found", "offset 0:");
    }

    @Test
    void whatARebuildHasRejectedDoesNotKeepItsContextFromBeingForgotten() throws Exception {
        append(
                episode("2024-02-01T10:00:00Z", "u9", "a", "secret"),
                episode("2024-06-01T10:00:00Z", "u9", "a", "b", "c", "d"),
                episode("2024-06-01T10:00:00Z", null, "x", "y"));
        try (JarProcess serve = serve(data)) {
            String url = serve.awaitReadyUrl();
            awaitCounts(url, 3, 0);
            rebuild(url, "{\"settings\":{\"max-concepts\":\"3\"}}");
            awaitCounts(url, 2, 1);
            terminate(serve);
        }
        assertThat(command(0, data, "forget", "--context", "u9", "--json"))
                .contains("\"context\":\"u9\",\"episodes\":1,", "\"applied\":true,\"left\":0,", "\"doubt\":null");
        try (Engine engine = open(data)) {
            assertThat(engine.view().counts().episodes()).isEqualTo(1);
            assertThat(activation(engine, "a")).isZero();
            assertThat(strength(engine, "x", "y")).isEqualTo(1);
        }
    }

    @Test
    void aDeadLetterThatIsGoneDoesNotKeepItsContextFromBeingForgotten() throws Exception {
        append(episode("2024-02-01T10:00:00Z", "u9", "a", "secret"), episode("some day", "u9", "a", "b"));
        try (JarProcess serve = serve(data)) {
            awaitCounts(serve.awaitReadyUrl(), 1, 1);
            terminate(serve);
        }
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            admin.deleteRecords(Map.of(new TopicPartition(TOPICS.deadLetters(), 0), RecordsToDelete.beforeOffset(1)))
                    .all()
                    .get();
        }
        assertThat(command(0, data, "forget", "--context", "u9", "--json"))
                .contains("\"context\":\"u9\",\"episodes\":1,", "\"applied\":true,\"left\":0,", "\"doubt\":null");
        try (Engine engine = open(data)) {
            assertThat(engine.view().counts().episodes()).isZero();
            assertThat(activation(engine, "a")).isZero();
        }
    }

    private static String episode(String at, @Nullable String context, String... concepts) {
        String named = context == null ? "null" : String.format("\"%s\"", context);
        return String.format(
                "{\"at\":\"%s\",\"context\":%s,\"concepts\":[\"%s\"]}", at, named, String.join("\",\"", concepts));
    }

    private ClientProperties client() {
        return new ClientProperties(Map.of("bootstrap.servers", broker.bootstrapServers()));
    }

    private void append(String... lines) throws Exception {
        for (String line : lines) {
            appendAt(null, line);
        }
    }

    private void appendAt(@Nullable Long timestampMs, String line) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(
                            TOPICS.episodes(), 0, timestampMs, null, line.getBytes(StandardCharsets.UTF_8)))
                    .get();
        }
    }

    private void rebuildUntil(String url, @Nullable String until) throws Exception {
        rebuild(url, until == null ? "{}" : String.format("{\"until\":\"%s\"}", until));
    }

    private void rebuild(String url, String body) throws Exception {
        assertThat(served.post(url + "/v1/admin/rebuild", body).statusCode()).isEqualTo(202);
        await().atMost(LONG)
                .until(() -> served.get(url + "/v1/admin/rebuild").body().contains("\"state\":\"done\""));
    }

    private List<Long> evidence(String url, String from, String to) throws Exception {
        String body = served.get(url + "/v1/associations?from=" + from + "&to=" + to + "&evidence=true")
                .body();
        List<Long> offsets = new ArrayList<>();
        Matcher matcher = Pattern.compile("\"offset\":(\\d+)").matcher(body);
        while (matcher.find()) {
            offsets.add(Long.valueOf(matcher.group(1)));
        }
        return offsets;
    }

    private void awaitCounts(String url, long episodes, long deadLetters) {
        await().atMost(LONG).pollInterval(Duration.ofMillis(100)).until(() -> {
            String status = served.get(url + "/v1/status").body();
            return status.contains("\"episodes\":" + episodes + ",")
                    && status.contains("\"deadLetters\":" + deadLetters + ",");
        });
    }

    private static double activation(Engine engine, String concept) {
        MemoryView view = engine.view();
        int found = view.conceptOf(concept);
        return found < 0 ? 0 : view.activity(view.watermarkMs()).of(found, 0);
    }

    private static double strength(Engine engine, String from, String to) {
        MemoryView view = engine.view();
        int cue = view.conceptOf(from);
        int target = view.conceptOf(to);
        if (cue < 0 || target < 0) {
            return 0;
        }
        Associations row = view.associations(cue, view.watermarkMs());
        for (int i = 0; i < row.size(); i++) {
            if (row.target(i) == target) {
                return row.strength(i, 0);
            }
        }
        return 0;
    }

    private static Engine open(Path data) {
        return Engine.openReadOnly(StoreDirectory.live(data), new EngineOptions(16 << 20), new SimpleMeterRegistry());
    }

    private static String config(Path data) {
        return data.resolveSibling(data.getFileName() + ".yaml").toString();
    }

    private void writeConfig(Path data) throws Exception {
        Files.writeString(
                Path.of(config(data)),
                """
                kafka.bootstrap.servers: %s
                topics: {episodes: %s, dead-letters: %s}
                http.port: 0
                half-lives: none
                checkpoint-interval: 300ms
                memory: 16MiB
                """
                        .formatted(broker.bootstrapServers(), TOPICS.episodes(), TOPICS.deadLetters()));
    }

    private JarProcess serve(Path data, String... set) throws Exception {
        writeConfig(data);
        List<String> line = new ArrayList<>(List.of("serve", "--data", data.toString(), "--config", config(data)));
        for (String setting : set) {
            line.addAll(List.of("--set", setting));
        }
        Path output = Files.createTempFile(directory, "serve", ".log");
        return JarProcess.start(output, List.of("-Xmx192m"), line.toArray(new String[0]));
    }

    private static void terminate(JarProcess serve) throws Exception {
        serve.terminate();
        assertThat(serve.awaitExit(LONG)).isZero();
    }

    private String command(int code, Path data, String... arguments) throws Exception {
        writeConfig(data);
        List<String> line = new ArrayList<>(List.of(arguments));
        line.addAll(List.of("--data", data.toString(), "--config", config(data)));
        Path output = Files.createTempFile(directory, "command", ".log");
        try (JarProcess process = JarProcess.start(output, List.of("-Xmx192m"), line.toArray(new String[0]))) {
            assertThat(process.awaitExit(LONG))
                    .as("%s: %s", line, process.output())
                    .isEqualTo(code);
            return process.output();
        }
    }
}
