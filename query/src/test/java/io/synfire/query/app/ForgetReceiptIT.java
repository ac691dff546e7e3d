package io.synfire.query.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.view.Associations;
import io.synfire.engine.view.MemoryView;
import io.synfire.ingest.kafka.ClientProperties;
import io.synfire.ingest.kafka.EpisodeProducer;
import io.synfire.ingest.kafka.EpisodeProducer.Outgoing;
import io.synfire.ingest.kafka.LocalBroker;
import io.synfire.ingest.kafka.TopicNames;
import io.synfire.ingest.kafka.Topics;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A receipt says what the memory did: from outside, beside a process that serves, one that cannot learn, and without one. */
@SuppressWarnings("NullAway.Init")
final class ForgetReceiptIT {

    private static final Duration LONG = Duration.ofMinutes(3);
    private static final TopicNames TOPICS = new TopicNames("receipts", "receipts.dead");
    private static final String OWN = "user-3";
    private static final int EPISODES = 600;

    @TempDir
    Path directory;

    private final SplittableRandom random = new SplittableRandom(20_111_209);
    private final List<String> log = new ArrayList<>();
    private LocalBroker broker;
    private long atMs = 1_600_000_000_000L;

    @BeforeEach
    void start() {
        broker = LocalBroker.start(directory.resolve("kafka"), 0);
        new Topics(client()).create(TOPICS, 1);
        for (int i = 0; i < EPISODES; i++) {
            atMs += random.nextLong(600_000);
            String context = "user-" + random.nextInt(5);
            String concept = context.equals(OWN) ? "secret-" + random.nextInt(4) : "c" + random.nextInt(9);
            log.add("{\"at\":" + atMs + ",\"context\":\"" + context + "\",\"concepts\":[\"" + concept + "\",\"c"
                    + random.nextInt(9) + "\"]}");
        }
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    @Test
    void aPartThatTheMemoryCannotReadIsToldWithItsReasonAndIsAppliedOnceItCan() throws Exception {
        append(log);
        append(List.of(
                "{\"context\":\"" + OWN + "\",\"concepts\":[]}",
                "nothing of " + OWN + " to read",
                "{\"concepts\":[\"x\",7]}"));
        Path data = directory.resolve("data");
        String setting = "max-record=2KiB";
        try (JarProcess serve = serve(data, setting)) {
            awaitLearned(serve.awaitUrl(), data);
            // Who forgets takes records to be larger than who learns does.
            String receipt = command(1, data, "forget", "--context", OWN, "--json");
            assertThat(receipt)
                    .contains("\"outcome\":\"dead-letter\",\"reason\":\"a record must be at most max-record=2048 bytes")
                    .contains("\"applied\":false,\"left\":0,")
                    // Two that were never learned, and the part itself.
                    .contains(
                            "\"deadLettersCount\":3,\"deadLetters\":[{\"source\":\"kafka:receipts.dead\","
                                    + "\"partition\":0,\"offset\":0},{\"source\":\"kafka:receipts.dead\",\"partition\":0,\"offset\":1}");
            assertThat(command(0, data, "associations", "secret-1", "--json")).contains("\"strength\":");
            receipt = command(0, data, "forget", "--context", OWN, "--json", "--set", setting);
            assertThat(receipt).contains("\"outcome\":\"applied\",\"reason\":null", "\"applied\":true,\"left\":0,");
            assertThat(receipt).doesNotContain("dead-letter\"");
            receipt = command(0, data, "forget", "--concept", "c1", "--json");
            // The part that could not be read names it.
            assertThat(receipt).contains("\"outcome\":\"applied\"", "\"deadLettersCount\":1");
            terminate(serve);
        }
        assertNothingIsLeft(data);
        assertThat(knows(data, "c1")).isFalse();
    }

    @Test
    void beforeTheFirstCheckpointTheProcessThatServesIsAskedWhatItKnows() throws Exception {
        append(log);
        append(List.of(
                "{\"at\":" + atMs + ",\"context\":\"by-hand\",\"concepts\":[\"p\",\"q\"]}",
                "{\"at\":" + atMs + ",\"context\":\"other\",\"concepts\":[\"p\",\"q\"]}",
                "{\"retract\":{\"context\":\"by-hand\",\"episodes\":[{\"at\":" + atMs
                        + ",\"concepts\":[\"q\",\"p\"]}]}}"));
        Path data = directory.resolve("data");
        try (JarProcess serve = serve(data, "checkpoint-interval=1h")) {
            String url = serve.awaitUrl();
            await().atMost(LONG).until(() -> new Served(directory).episodes(url) == EPISODES + 1);
            assertThat(episodes(data)).isZero();
            assertThat(command(1, data, "forget", "--context", "by-hand"))
                    .contains("the log holds nothing of this context that is not taken back");
            assertThat(new Served(directory)
                            .get(url + "/v1/associations?from=p&to=q")
                            .body())
                    .contains("\"strength\":1,");
            String receipt = command(0, data, "forget", "--context", OWN, "--json");
            assertThat(receipt)
                    .contains(
                            "\"asOf\":\"" + java.time.Instant.ofEpochMilli(atMs) + "\"",
                            "\"applied\":true,\"left\":0,");
            assertThat(command(0, data, "forget", "--concept", "c1", "--json")).contains("\"applied\":true");
            assertThat(command(1, data, "forget", "--concept", "nobody")).contains("nobody");
            terminate(serve);
        }
        assertNothingIsLeft(data);
        assertThat(knows(data, "c1")).isFalse();
    }

    @Test
    void aMemoryThatDoesNotMoveOnIsGivenUpWithItsReasonAndLaterTheSameCommandEndsTheWork() throws Exception {
        append(log);
        Path data = directory.resolve("data");
        try (JarProcess serve = serve(data)) {
            String url = serve.awaitUrl();
            awaitLearned(url, data);
            // A rejected record has nowhere to go, so learning stops before it.
            deadLetterBytesMax("10");
            append(List.of("nothing"));
            await().atMost(LONG)
                    .until(() ->
                            new Served(directory).get(url + "/v1/status").body().contains("\"failure\""));
            long begin = System.nanoTime();
            String receipt = command(1, data, "forget", "--context", OWN, "--json", "--patience", "3s");
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofMinutes(2));
            assertThat(receipt)
                    .contains("\"outcome\":\"not-applied\",\"reason\":\"the memory has not moved on for 3s: ")
                    .contains("\"applied\":false,\"left\":0,");
            assertThat(command(0, data, "forget", "--concept", "c1", "--no-wait"))
                    .contains("not applied yet");
            terminate(serve);
        }
        deadLetterBytesMax("1000000");
        // Nobody serves: the command learns, and tells of what was appended before.
        String receipt = command(0, data, "forget", "--context", OWN, "--json");
        assertThat(receipt).contains("\"outcome\":\"applied\"", "\"applied\":true,\"left\":0,");
        assertNothingIsLeft(data);
        assertThat(knows(data, "c1")).isFalse();
        assertThat(command(1, data, "forget", "--context", OWN))
                .contains("the log holds nothing of this context that is not taken back");
    }

    @Test
    void aProcessThatAsksForATokenIsAskedWithOneOrItsStoreIsLookedAt() throws Exception {
        append(log);
        Path data = directory.resolve("data");
        Path tokens = directory.resolve("tokens");
        Files.writeString(
                Files.createFile(
                        tokens, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))),
                "read a-token-of-who-reads\nadmin a-token-of-the-administrator\n");
        try (JarProcess serve = serve(data, "http.tokens=" + tokens)) {
            serve.awaitUrl();
            await().atMost(LONG).until(() -> episodes(data) == EPISODES);
            assertThat(command(0, data, "forget", "--context", "user-1", "--json"))
                    .contains("\"applied\":true,\"left\":0,");
            assertThat(command(0, data, "forget", "--context", OWN, "--json", "--token-file", tokens.toString()))
                    .contains("\"applied\":true,\"left\":0,");
            Path backup = directory.resolve("backup");
            String said = command(1, data, "backup", backup.toString());
            assertThat(said).contains("status=401").doesNotContain("a-token");
            said = command(0, data, "backup", backup.toString(), "--token-file", tokens.toString());
            assertThat(said).contains("learned").doesNotContain("a-token");
            Files.writeString(tokens, "read a-token-of-who-reads\nread another-token-of-who-reads\n");
            said = command(1, data, "backup", directory.resolve("b").toString(), "--token-file", tokens.toString());
            assertThat(said).contains("--token-file must hold a token alone").doesNotContain("token-of-who");
            terminate(serve);
        }
        assertNothingIsLeft(data);
    }

    @Test
    void killedAtAnyMomentTheSameCommandEndsTheWorkAndNothingIsTakenBackTwice() throws Exception {
        append(log);
        Path served = directory.resolve("served");
        Path files = directory.resolve("files");
        Path file = Files.write(directory.resolve("log.jsonl"), log);
        command(0, files, "learn", file.toString());
        try (JarProcess serve = serve(served)) {
            awaitLearned(serve.awaitUrl(), served);
            for (int user = 0; user < 5; user++) {
                for (Path data : List.of(files, served)) {
                    String context = "user-" + user;
                    Path output = Files.createTempFile(directory, "killed", ".log");
                    try (JarProcess killed = JarProcess.start(output, List.of("-Xmx128m"), forget(data, context))) {
                        LockSupport.parkNanos(
                                Duration.ofMillis(300 + random.nextLong(2_500)).toNanos());
                        killed.kill();
                    }
                    // Done before it was killed, or now.
                    Path again = Files.createTempFile(directory, "again", ".log");
                    try (JarProcess process = JarProcess.start(again, List.of("-Xmx128m"), forget(data, context))) {
                        int exit = process.awaitExit(LONG);
                        assertThat(exit == 0 || process.output().contains("nothing of this context"))
                                .as(process.output())
                                .isTrue();
                    }
                }
            }
            terminate(serve);
        }
        for (Path data : List.of(files, served)) {
            assertThat(episodes(data)).isZero();
            assertNothingIsLeft(data);
            try (Engine engine = open(data)) {
                MemoryView view = engine.view();
                for (int concept = 0; concept < view.conceptCount(); concept++) {
                    assertNothing(view, concept);
                }
            }
        }
    }

    private static String[] forget(Path data, String context) {
        return new String[] {"forget", "--context", context, "--data", data.toString(), "--config", config(data)};
    }

    private ClientProperties client() {
        return new ClientProperties(Map.of("bootstrap.servers", broker.bootstrapServers()));
    }

    private void append(List<String> lines) {
        try (EpisodeProducer producer = new EpisodeProducer(client(), TOPICS.episodes(), new SimpleMeterRegistry())) {
            var unused = producer.append(lines.stream()
                    .map(line -> new Outgoing(null, line.getBytes(StandardCharsets.UTF_8)))
                    .toList());
        }
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

    private void awaitLearned(String url, Path data) {
        await().atMost(LONG).until(() -> new Served(directory).episodes(url) == EPISODES);
        // The command knows the memory by its last checkpoint.
        await().atMost(LONG).until(() -> episodes(data) == EPISODES);
    }

    private static Engine open(Path data) {
        return Engine.openReadOnly(StoreDirectory.live(data), new EngineOptions(16 << 20), new SimpleMeterRegistry());
    }

    private static long episodes(Path data) {
        try (Engine engine = open(data)) {
            return engine.view().counts().episodes();
        }
    }

    private static boolean knows(Path data, String concept) {
        try (Engine engine = open(data)) {
            return engine.view().conceptOf(concept) >= 0;
        }
    }

    private static void assertNothingIsLeft(Path data) {
        try (Engine engine = open(data)) {
            MemoryView view = engine.view();
            for (int i = 0; i < 4; i++) {
                int secret = view.conceptOf("secret-" + i);
                if (secret >= 0) {
                    assertNothing(view, secret);
                }
            }
        }
    }

    private static void assertNothing(MemoryView view, int concept) {
        assertThat(view.activity(view.watermarkMs()).of(concept, 0)).isCloseTo(0, Offset.offset(1e-9));
        Associations left = view.associations(concept, view.watermarkMs());
        for (int i = 0; i < left.size(); i++) {
            assertThat(left.strength(i, 0)).isCloseTo(0, Offset.offset(1e-5));
        }
    }

    private void deadLetterBytesMax(String bytes) throws Exception {
        ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, TOPICS.deadLetters());
        AlterConfigOp set = new AlterConfigOp(new ConfigEntry("max.message.bytes", bytes), AlterConfigOp.OpType.SET);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            admin.incrementalAlterConfigs(Map.of(topic, List.of(set))).all().get();
        }
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
