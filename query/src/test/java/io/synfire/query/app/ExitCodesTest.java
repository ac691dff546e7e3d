package io.synfire.query.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Position;
import io.synfire.query.cli.SynfireCommand;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Every command exits with 0 when it did what it was asked, 1 when it failed or found nothing, 2 when it was asked in a wrong way. */
@SuppressWarnings("NullAway.Init")
final class ExitCodesTest {

    /** What needs a while, or a process of its own, to end well: tests from outside see it do so. */
    private static final Set<String> ENDS_WELL_ELSEWHERE = Set.of("demo", "serve", "bench");

    @TempDir
    Path directory;

    private final StringWriter err = new StringWriter();
    private Path data;
    private Path log;
    private final List<List<String>> seen = new ArrayList<>();

    /** A memory of a file, and what else commands are pointed at. */
    @BeforeEach
    void learn() throws Exception {
        data = directory.resolve("data");
        log = directory.resolve("log.jsonl");
        Files.writeString(
                log,
                """
                {"at":1600000000000,"context":"k","concepts":["tea","milk"]}
                {"at":1600000001000,"context":"k","concepts":["tea","cup"]}
                {"at":1600000002000,"concepts":["milk","honey"]}
                """);
        Files.writeString(directory.resolve("empty.jsonl"), "");
        Files.writeString(directory.resolve("seconds.yaml"), "half-lives: 7d\n");
        Files.writeString(directory.resolve("wrong.yaml"), "half-lifes: 7d\n");
        assertExit(0, "learn", path("log.jsonl"));
        assertExit(0, "backup", path("backup"));
        assertExit(0, "rebuild", "--into", path("built"));
    }

    @Test
    void whatWasDoneIsZero() {
        assertExit(0, "learn", path("log.jsonl"));
        assertExit(0, "learn", path("empty.jsonl"));
        assertExit(0, "recall", "tea");
        // One of them is known.
        assertExit(0, "recall", "tea", "zzz");
        assertExit(0, "associations", "tea");
        // Both are known, nothing joins them.
        assertExit(0, "explain", "cup", "honey");
        assertExit(0, "concepts");
        // A list may be empty.
        assertExit(0, "concepts", "zzz");
        assertExit(0, "associations", "tea", "--prefix", "zzz");
        assertExit(0, "trending");
        assertExit(0, "status");
        assertExit(0, "digest");
        assertExit(0, "verify");
        assertExit(0, "diff", data.toString(), path("built"));
        assertExit(0, "evaluate", "--train", path("log.jsonl"), "--test", path("log.jsonl"));
        assertExit(0, "restore", path("backup"), "--force");
        assertExit(0, "forget", "--context", "k");
        assertExit(0, "forget", "--concept", "milk");
        assertExit(0, "completion");
        for (String command : commands()) {
            assertExit(0, command, "--help");
        }
        assertAllSeen(ENDS_WELL_ELSEWHERE);
    }

    @Test
    void whatFailedOrWasNotFoundIsOne() throws Exception {
        assertExit(1, "learn", path("nowhere.jsonl"));
        assertExit(1, "learn", directory.toString());
        assertExit(1, "recall", "zzz");
        assertExit(1, "recall", "zzz", "yyy", "--json");
        assertExit(1, "associations", "zzz");
        assertExit(1, "explain", "tea", "zzz");
        assertExit(1, "forget", "--context", "zzz");
        assertExit(1, "forget", "--concept", "zzz");
        assertExit(1, "backup", path("backup"));
        assertExit(1, "backup", data.resolve("within").toString());
        assertExit(1, "restore", path("nowhere"), "--force");
        assertExit(1, "restore", path("backup"));
        assertExit(1, "rebuild", "--into", data.toString());
        assertExit(1, "rebuild", "--into", directory.toString());
        assertExit(1, "rebuild", "--into", path("empty.jsonl"));
        assertThat(err.toString())
                .contains("a rebuild goes into a new or empty directory")
                .contains("empty.jsonl");
        assertExit(1, "evaluate", "--train", path("nowhere"), "--test", path("log.jsonl"));
        assertExit(1, "evaluate", "--prequential", path("empty.jsonl"));
        assertExit(1, "diff", data.toString(), path("nowhere"));
        assertExit(1, "diff", data.toString(), path("built"), "--tail");
        assertExit(1, "bench", "--svg", directory.toString());
        // Where there is no memory.
        Path none = directory.resolve("none");
        for (List<String> command : List.of(
                List.of("recall", "tea"),
                List.of("associations", "tea"),
                List.of("explain", "tea", "milk"),
                List.of("concepts"),
                List.of("trending"),
                List.of("status"),
                List.of("digest"),
                List.of("verify"),
                List.of("forget", "--context", "k"),
                List.of("backup", path("another")),
                List.of("rebuild", "--into", path("another")),
                List.of("serve", "--offline"))) {
            List<String> line = new ArrayList<>(command);
            line.addAll(List.of("--data", none.toString()));
            assertExit(1, line.toArray(new String[0]));
        }
        // A settings file that is not there is a file that is not there.
        for (String[] command : plain()) {
            assertExit(1, with(command, "--config", path("nowhere.yaml")));
        }
        assertExit(1, "demo", "--config", path("nowhere.yaml"));
        assertAllSeen(Set.of("completion"));
    }

    /** Each command that needs the topic says why it is not reached, and nothing of classes. */
    @Test
    void whereTheServersNameIsUnknownOneLineSaysSo() throws Exception {
        Path topics = directory.resolve("topics");
        try (Engine engine =
                Engine.open(topics.resolve("store"), Map.of(), EngineOptions.defaults(), new SimpleMeterRegistry())) {
            Position position = new Position("kafka:synfire.episodes", "id", 0, 1, -1);
            Episode episode = new Episode(
                    1_600_000_000_000L, "k", List.of(new Activation("tea", 1), new Activation("milk", 1)), 1, null);
            engine.apply(new Batch("synfire.episodes-0", List.of(episode), List.of(position), 0));
        }
        for (String[] command : List.of(
                new String[] {"forget", "--context", "k", "--patience", "1s"},
                new String[] {"forget", "--concept", "tea", "--patience", "1s"},
                new String[] {"explain", "tea", "milk", "--evidence"},
                new String[] {"rebuild", "--into", path("another")},
                new String[] {"diff", topics.toString(), topics.toString(), "--tail"})) {
            assertExit(
                    1,
                    with(command, "--data", topics.toString(), "--set", "kafka.bootstrap.servers=nohost.invalid:9092"));
            assertThat(err.toString())
                    .as("%s", List.of(command))
                    .isEqualToIgnoringNewLines("synfire: no server's name can be resolved:"
                            + " kafka.bootstrap.servers=nohost.invalid:9092");
            // Whatever else keeps a client from being made.
            assertExit(
                    1,
                    with(
                            command,
                            "--data",
                            topics.toString(),
                            "--set",
                            "kafka.bootstrap.servers=127.0.0.1:9092",
                            "--set",
                            "kafka.security.protocol=SSL",
                            "--set",
                            "kafka.ssl.truststore.location=" + path("none.jks")));
            assertThat(err.toString())
                    .as("%s", List.of(command))
                    .startsWith("synfire: Kafka's client cannot work with the settings kafka.*: ")
                    .contains("none.jks")
                    .doesNotContain("org.apache", "Exception");
        }
    }

    @Test
    void whatWasAskedInAWrongWayIsTwo() {
        assertExit(2);
        assertExit(2, "nonsense");
        for (String command : commands()) {
            assertExit(2, command, "--nonsense");
        }
        for (String[] command : plain()) {
            assertExit(2, with(command, "--set", "half-lifes=7d"));
            assertExit(2, with(command, "--set", "half-lives=soon"));
            assertExit(2, with(command, "--set", "memory=much"));
            assertExit(2, with(command, "--set", "nonsense"));
            assertExit(2, with(command, "--config", path("wrong.yaml")));
        }
        // Other learning settings than those of the memory.
        for (String[] command : List.of(
                new String[] {"learn", path("log.jsonl")},
                new String[] {"backup", path("another")},
                new String[] {"forget", "--context", "k"})) {
            assertExit(2, with(command, "--set", "half-lives=7d"));
        }
        for (String question : List.of("recall", "associations")) {
            assertExit(2, question);
            assertExit(2, question, "tea", "--min-support", "-1");
            for (String number : List.of("0x1p1", "1d", "2f", "NaN", "Infinity", " 1", "1_0")) {
                assertExit(2, question, "tea", "--min-support", number);
            }
            assertExit(0, question, "tea", "--min-support", "1e-3");
            assertExit(2, question, "tea", "--horizon", "7d");
            assertExit(2, question, "tea", "--blend", "nonsense");
            assertExit(2, question, "tea", "--at", "soon");
            assertExit(2, question, "tea", "--at", "0");
            for (String k : List.of("0", "-1", "1001", "many")) {
                assertExit(2, question, "tea", "--k", k);
            }
        }
        for (String list : List.of("concepts", "trending")) {
            assertExit(2, list, "--k", "0");
        }
        assertExit(2, "explain", "tea");
        assertExit(2, "explain", "tea", "milk", "--evidence", "--k", "0");
        assertExit(2, "explain", "tea", "milk", "--horizon", "7d");
        assertExit(2, "associations", "tea", "--measure", "love");
        assertExit(2, "recall", "tea", "--hops", "9");
        assertExit(2, "trending", "--fast", "7d");
        assertExit(2, "learn");
        assertExit(2, "forget");
        assertExit(2, "forget", "--context", "k", "--concept", "tea");
        assertExit(2, "backup");
        assertExit(2, "restore");
        assertExit(2, "rebuild");
        assertExit(2, "rebuild", "--into", path("another"), "--until", "soon");
        assertExit(2, "rebuild", "--into", path("another"), "--until", "1969-12-31T00:00:00Z");
        assertExit(2, "evaluate");
        assertExit(2, "evaluate", "--prequential", path("log.jsonl"), "--k", "0");
        assertExit(2, "evaluate", "--prequential", path("log.jsonl"), "--format", "csv");
        assertExit(2, "diff", data.toString());
        assertExit(2, "diff", data.toString(), data.toString(), "--k", "0");
        assertExit(2, "diff", data.toString(), data.toString(), "--min-support", "-1");
        assertExit(2, "diff", data.toString(), data.toString(), "--tail", "--tail-max", "0");
        assertExit(2, "diff", data.toString(), data.toString(), "--test", path("log.jsonl"), "--format", "csv");
        assertExit(2, "bench", "--baskets", "0");
        assertExit(2, "bench", "--scenario", "calm");
        assertExit(2, "serve", "--set", "http.port=65536");
        assertExit(2, "serve", "--set", "kafka.enable.auto.commit=true", "--set", "kafka.bootstrap.servers=nowhere:1");
        // It takes no arguments, so there is one way alone to ask it wrongly: an unknown one.
        assertAllSeen(Set.of("completion"));
    }

    /** Each command that reads settings, otherwise well asked. */
    private List<String[]> plain() {
        return List.of(
                new String[] {"demo", "--once"},
                new String[] {"serve"},
                new String[] {"learn", path("log.jsonl")},
                new String[] {"forget", "--context", "k"},
                new String[] {"recall", "tea"},
                new String[] {"associations", "tea"},
                new String[] {"explain", "tea", "milk"},
                new String[] {"concepts"},
                new String[] {"trending"},
                new String[] {"status"},
                new String[] {"digest"},
                new String[] {"verify"},
                new String[] {"backup", path("another")},
                new String[] {"restore", path("backup")},
                new String[] {"evaluate", "--prequential", path("log.jsonl")},
                new String[] {"rebuild", "--into", path("another")},
                new String[] {"diff", data.toString(), path("built")},
                new String[] {"bench", "--quick", "--svg", path("bench.svg")});
    }

    private static String[] with(String[] command, String... more) {
        String[] line = Arrays.copyOf(command, command.length + more.length);
        System.arraycopy(more, 0, line, command.length, more.length);
        return line;
    }

    private String path(String name) {
        return directory.resolve(name).toString();
    }

    private Set<String> commands() {
        return line().getSubcommands().keySet();
    }

    private void assertAllSeen(Set<String> except) {
        Set<String> expected = new HashSet<>(commands());
        expected.removeAll(except);
        assertThat(seen.stream()
                        .filter(line -> !line.isEmpty() && !line.contains("--help") && !line.contains("--nonsense"))
                        .map(line -> line.get(0)))
                .containsAll(expected);
    }

    private CommandLine line() {
        PrintStream nowhere = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        CommandLine line = SynfireCommand.over(new Application(Map.of(), nowhere, nowhere));
        line.setOut(new PrintWriter(new StringWriter()));
        line.setErr(new PrintWriter(err));
        return line;
    }

    private void assertExit(int expected, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        seen.add(List.of(arguments));
        if (!all.isEmpty()
                && !all.contains("--data")
                && !all.contains("--help")
                && !all.get(0).equals("nonsense")) {
            all.addAll(List.of("--data", data.toString()));
        }
        err.getBuffer().setLength(0);
        int exit = line().execute(all.toArray(new String[0]));
        assertThat(exit).as("%s: %s", all, err).isEqualTo(expected);
        if (expected == 1 && !String.join(" ", all).startsWith("recall zzz")) {
            assertThat(err.toString()).as("%s", all).startsWith("synfire: ").hasLineCount(1);
        }
    }
}
