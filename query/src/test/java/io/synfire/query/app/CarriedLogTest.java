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
 * A rebuilt memory does not need the data directory that it was built from. Of u1, who was forgotten, are a and b; of u2 a and k, of u3 a
 * and m.
 */
@SuppressWarnings("NullAway.Init")
final class CarriedLogTest {

    private static final Map<String, Double> BUILT = Map.of("a", 2.0, "k", 1.0, "m", 1.0);

    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final ByteArrayOutputStream told = new ByteArrayOutputStream();
    private Path log;

    private int run(String data, String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        told.reset();
        PrintStream to = new PrintStream(told, true, StandardCharsets.UTF_8);
        CommandLine line = SynfireCommand.over(new Application(Map.of(), to, to));
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

    private void append(String records) throws IOException {
        Files.writeString(log, records, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private String said() {
        return told.toString(StandardCharsets.UTF_8);
    }

    private void oldIsGone() throws IOException {
        FileCopies.delete(directory.resolve("old"));
    }

    @BeforeEach
    void learn() throws IOException {
        log = directory.resolve("a.jsonl");
        append(
                """
                {"at":"2024-02-01T10:00:00Z","context":"u1","concepts":["a","b"]}
                {"at":"2024-02-01T10:01:00Z","context":"u2","concepts":["a","k"]}
                {"at":"2024-02-01T10:02:00Z","context":"u3","concepts":["a","m"]}
                """);
        succeeds("old", "learn", log.toString());
        succeeds("old", "forget", "--context", "u1");
    }

    private void rebuild() throws IOException {
        succeeds("old", "rebuild", "--into", path("new"));
        assertThat(out.toString()).contains("the same, as it must");
        assertThat(said()).doesNotContain("keep this file");
        assertThat(directory.resolve("new/forgotten.jsonl"))
                .hasSameBinaryContentAs(directory.resolve("old/forgotten.jsonl"));
    }

    @Test
    void itForgetsAndIsBuiltAnewWithoutTheOldDirectory() throws IOException {
        rebuild();
        oldIsGone();
        assertThat(activations("new")).isEqualTo(BUILT);
        succeeds("new", "explain", "a", "k", "--evidence");
        assertThat(out.toString()).contains("context u2: a, k");
        succeeds("new", "forget", "--context", "u2");
        assertThat(activations("new")).isEqualTo(Map.of("a", 1.0, "m", 1.0));
        succeeds("new", "rebuild", "--into", path("newer"));
        assertThat(out.toString()).contains("the same, as it must");
        FileCopies.delete(directory.resolve("new"));
        succeeds("newer", "forget", "--context", "u3");
        assertThat(activations("newer")).isEmpty();
    }

    @Test
    void whatTheOldOneForgetsLaterIsNotForgottenHere() throws IOException {
        rebuild();
        succeeds("old", "forget", "--context", "u2");
        succeeds("new", "learn", log.toString());
        succeeds("new", "forget", "--context", "u3");
        assertThat(activations("new")).isEqualTo(Map.of("a", 1.0, "k", 1.0));
        assertThat(activations("old")).isEqualTo(Map.of("a", 1.0, "m", 1.0));
    }

    @Test
    void aBackupOfItIsWholeAndForgetsElsewhere() throws IOException {
        rebuild();
        succeeds("new", "backup", path("kept"));
        assertThat(directory.resolve("kept/log/forgotten.jsonl"))
                .hasSameBinaryContentAs(directory.resolve("old/forgotten.jsonl"));
        oldIsGone();
        FileCopies.delete(directory.resolve("new"));
        succeeds("elsewhere", "restore", path("kept"));
        succeeds("elsewhere", "learn", log.toString());
        succeeds("elsewhere", "forget", "--context", "u3");
        assertThat(activations("elsewhere")).isEqualTo(Map.of("a", 1.0, "k", 1.0));
        succeeds("elsewhere", "rebuild", "--into", path("newer"));
        assertThat(out.toString()).contains("the same, as it must");
    }

    @Test
    void oneThatWasStoppedBehindTheCopyGoesOnWithWhatCameSince() throws IOException {
        rebuild();
        Path plan = directory.resolve("new/rebuild.yaml");
        Files.writeString(plan, Files.readString(plan).replace("finished: true", "finished: false"));
        succeeds("old", "forget", "--context", "u2");
        rebuild();
        oldIsGone();
        succeeds("new", "forget", "--context", "u3");
        assertThat(activations("new")).isEmpty();
    }

    @Test
    void otherCommandsInItsDirectoryAreNotOverwritten() throws IOException {
        rebuild();
        Path plan = directory.resolve("new/rebuild.yaml");
        Files.writeString(plan, Files.readString(plan).replace("finished: true", "finished: false"));
        Path commands = directory.resolve("new/forgotten.jsonl");
        Files.writeString(commands, "{\"forget\":\"m\"}\n");
        assertThat(run("old", "rebuild", "--into", path("new"))).isEqualTo(1);
        assertThat(err.toString())
                .contains("other commands than the rebuild has read are in its directory")
                .contains("file=" + commands);
        assertThat(commands).hasContent("{\"forget\":\"m\"}");
    }

    @Test
    void lettersThatWereLearnedAreNamedSinceTheyAreStillNeeded() throws IOException {
        append("{\"at\":\"2024-02-01T10:03:00Z\",\"concepts\":[\"x\"," + " ".repeat(2_000) + "\"y\"]}\n");
        // All that was new is rejected.
        assertThat(run("old", "learn", log.toString(), "--set", "max-record=1KiB"))
                .isEqualTo(1);
        succeeds("old", "learn", "--again");
        succeeds("old", "rebuild", "--into", path("new"));
        assertThat(said())
                .contains("keep this file as long as you want to forget, to search evidence or to rebuild: file:"
                        + directory.resolve("old/dead-letters.jsonl").toRealPath());
        assertThat(activations("new")).isEqualTo(Map.of("a", 2.0, "k", 1.0, "m", 1.0, "x", 1.0, "y", 1.0));
        // And so is what was said: without it nothing is forgotten, and it is named.
        Path letters = directory.resolve("old/dead-letters.jsonl").toRealPath();
        Files.move(directory.resolve("old"), directory.resolve("away"));
        assertThat(run("new", "forget", "--context", "u2")).isEqualTo(1);
        assertThat(err.toString()).contains(letters.toString());
        Files.move(directory.resolve("away"), directory.resolve("old"));
        succeeds("new", "forget", "--context", "u2");
        assertThat(activations("new")).isEqualTo(Map.of("a", 1.0, "m", 1.0, "x", 1.0, "y", 1.0));
    }
}
