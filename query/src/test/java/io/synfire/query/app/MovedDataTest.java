package io.synfire.query.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.synfire.query.cli.SynfireCommand;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * A data directory that was moved or put back elsewhere is whole: the part of the log that lies in it is read there by every command. Of
 * u1, who was forgotten, are a and b; of u2 a and k, from a dead letter x and y.
 */
@SuppressWarnings("NullAway.Init")
final class MovedDataTest {

    private static final Map<String, Double> LIVE = Map.of("a", 1.0, "k", 1.0, "x", 1.0, "y", 1.0);

    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private Path log;

    private int run(String data, String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        PrintStream told = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        CommandLine line = SynfireCommand.over(new Application(Map.of(), told, told));
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(err));
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--data", path(data), "--set", "half-lives=none"));
        return line.execute(all.toArray(new String[0]));
    }

    private void succeeds(String data, String... arguments) {
        assertThat(run(data, arguments)).as("%s %s", out, err).isZero();
    }

    private String path(String name) {
        return directory.resolve(name).toString();
    }

    private Map<String, Double> activations(String data) {
        succeeds(data, "concepts", "--json");
        Matcher found = Pattern.compile("\"concept\":\"([^\"]+)\"[^}]*?\"activation\":([0-9.]+)")
                .matcher(out.toString());
        Map<String, Double> activations = new TreeMap<>();
        while (found.find()) {
            activations.put(found.group(1), Double.parseDouble(found.group(2)));
        }
        return activations;
    }

    @BeforeEach
    void learn() throws IOException {
        log = directory.resolve("a.jsonl");
        append(
                """
                {"at":"2024-02-01T10:00:00Z","context":"u1","concepts":["a","b"]}
                {"at":"2024-02-01T10:01:00Z","context":"u2","concepts":["a","k"]}
                {"at":"2024-02-01T10:02:00Z","concepts":["x",%s"y"]}
                """
                        .formatted(" ".repeat(2_000)));
        succeeds("old", "learn", log.toString(), "--set", "max-record=1KiB");
        assertThat(activations("old")).isEqualTo(Map.of("a", 2.0, "b", 1.0, "k", 1.0));
        succeeds("old", "learn", "--again");
        succeeds("old", "forget", "--context", "u1");
        assertThat(activations("old")).isEqualTo(LIVE);
    }

    private void append(String records) throws IOException {
        Files.writeString(log, records, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private void move() throws IOException {
        Files.move(directory.resolve("old"), directory.resolve("new"));
    }

    @Test
    void itIsBuiltAnewTheSame() throws IOException {
        move();
        succeeds("new", "rebuild", "--into", path("built"));
        assertThat(out.toString()).contains("the same, as it must");
        assertThat(activations("built")).isEqualTo(LIVE);
    }

    @Test
    void whatWasPutBackElsewhereIsBuiltAnewTheSame() throws IOException {
        succeeds("old", "backup", path("kept"));
        Files.move(directory.resolve("old"), directory.resolve("lost"));
        succeeds("new", "restore", path("kept"));
        succeeds("new", "rebuild", "--into", path("built"));
        assertThat(out.toString()).contains("the same, as it must");
        assertThat(activations("built")).isEqualTo(LIVE);
    }

    @Test
    void whatItsCopyForgetsIsNotForgottenHere() throws IOException {
        succeeds("old", "backup", path("kept"));
        succeeds("new", "restore", path("kept"));
        succeeds("old", "forget", "--context", "u2");
        succeeds("new", "rebuild", "--into", path("built"));
        assertThat(out.toString()).contains("the same, as it must");
        assertThat(activations("built")).isEqualTo(LIVE);
        assertThat(activations("old")).isEqualTo(Map.of("x", 1.0, "y", 1.0));
    }

    @Test
    void whereItsCommandsAreGoneTheyAreNamedAndWhatTheyTookBackIsSaidToBeLearnedAgain() throws IOException {
        Path commands = directory.resolve("old/forgotten.jsonl").toRealPath();
        Files.delete(commands);
        assertThat(run("old", "rebuild", "--into", path("built"))).isEqualTo(1);
        assertThat(err.toString())
                .contains("file:" + commands + " partition=0 missing=0..0")
                .contains("what commands in it took back or forgot would be learned again");
        succeeds("old", "rebuild", "--into", path("gap"), "--accept-gap");
        assertThat(out.toString())
                .contains("LEARNED AGAIN      what the commands in file:" + commands
                        + " took back or forgot, since they are gone");
        assertThat(activations("gap")).isEqualTo(Map.of("a", 2.0, "b", 1.0, "k", 1.0, "x", 1.0, "y", 1.0));
        succeeds("old", "rebuild", "--into", path("json"), "--accept-gap", "--json");
        assertThat(out.toString()).contains("\"toOffset\":1,\"commands\":true");
    }

    @Test
    void evidenceIsFoundInIt() throws IOException {
        move();
        succeeds("new", "explain", "x", "y", "--evidence", "--json");
        assertThat(out.toString())
                .contains(
                        directory.resolve("new/dead-letters.jsonl").toRealPath().toString());
        succeeds("new", "explain", "a", "k", "--evidence");
        assertThat(out.toString()).contains("a.jsonl partition 0 offset 1  context u2: a, k");
        // What is forgotten is nowhere.
        assertThat(run("new", "explain", "a", "b", "--evidence")).isEqualTo(1);
        assertThat(err.toString()).contains("the memory knows nothing of the concept: concept=b");
    }

    @Test
    void itForgetsALetterThatWasLearned() throws IOException {
        move();
        succeeds("new", "forget", "--context", "u2");
        assertThat(activations("new")).isEqualTo(Map.of("x", 1.0, "y", 1.0));
        succeeds("new", "rebuild", "--into", path("built"));
        assertThat(out.toString()).contains("the same, as it must");
        assertThat(activations("built")).isEqualTo(Map.of("x", 1.0, "y", 1.0));
    }

    @Test
    void aBackupOfItHoldsTheLettersThatWereLearned() throws IOException {
        move();
        succeeds("new", "backup", path("kept"));
        assertThat(directory.resolve("kept/log/dead-letters.jsonl"))
                .hasSameBinaryContentAs(directory.resolve("new/dead-letters.jsonl"));
        assertThat(directory.resolve("kept/log/forgotten.jsonl")).exists();
    }

    @Test
    void theTailBehindItIsRead() throws IOException {
        succeeds("old", "rebuild", "--into", path("built"), "--set", "max-gap=1m");
        move();
        append("{\"at\":\"2024-02-02T10:00:00Z\",\"concepts\":[\"a\",\"k\"]}\n");
        succeeds("new", "diff", path("new"), path("built"), "--tail", "--json");
        assertThat(out.toString()).contains("\"predictions\":2,\"unknownTargets\":0,\"hitRate\":1.0");
    }
}
