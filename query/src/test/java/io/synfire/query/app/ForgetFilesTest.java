package io.synfire.query.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.synfire.query.cli.SynfireCommand;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What forgetting a context of files takes back, from the command line: no more than was learned, and what it cannot take back is said. */
final class ForgetFilesTest {

    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        PrintStream nowhere = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        CommandLine line = SynfireCommand.over(new Application(Map.of(), nowhere, nowhere));
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(err));
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--data", path("data"), "--set", "half-lives=none"));
        return line.execute(all.toArray(new String[0]));
    }

    private String path(String name) {
        return directory.resolve(name).toString();
    }

    private String write(String name, String content) throws IOException {
        return Files.writeString(directory.resolve(name), content).toString();
    }

    private double strength(String from, String to) {
        assertThat(run("explain", from, to, "--json")).as(err.toString()).isZero();
        Matcher found = Pattern.compile("\"strength\":(-?[0-9.E-]+)").matcher(out.toString());
        return found.find() ? Math.round(Double.parseDouble(found.group(1)) * 1e5) / 1e5 : 0;
    }

    private void assertUnknown(String concept) {
        assertThat(run("associations", concept)).isEqualTo(1);
        assertThat(err.toString()).contains("the memory knows nothing of the concept: concept=" + concept);
    }

    @Test
    void whatWasTakenBackByHandInAnotherOrderIsNotTakenBackAgain() throws Exception {
        String log = write(
                "f.jsonl",
                """
                {"at":"2024-02-01T10:00:00Z","context":"u9","concepts":["a","b"]}
                {"at":"2024-02-01T10:00:00Z","context":"u1","concepts":["a","b"]}
                {"retract":{"context":"u9","episodes":[{"at":"2024-02-01T10:00:00Z","concepts":["b","a"]}]}}
                """);
        assertThat(run("learn", log)).isZero();
        assertThat(strength("a", "b")).isEqualTo(1);
        assertThat(run("forget", "--context", "u9")).isEqualTo(1);
        assertThat(err.toString()).contains("the log holds nothing of this context that is not taken back");
        assertThat(strength("a", "b")).isEqualTo(1);
    }

    @Test
    void aRecordThatCannotBeReadAnyMoreIsNamedAndNothingIsTakenBack() throws Exception {
        String log = write(
                "g.jsonl",
                """
                {"ts":"2024-02-01T10:00:00Z","user":"u9","items":["a","b"]}
                {"ts":"2024-02-01T10:01:00Z","user":"u9","items":["a","c"]}
                {"ts":"2024-02-01T10:01:00Z","user":"u1","items":["a","d"]}
                """);
        String mapping = write("mapping.yaml", "fields:\n  concepts: /items\n  at: /ts\n  context: /user\n");
        assertThat(run("learn", log, "--config", mapping)).isZero();
        assertThat(run("forget", "--context", "u9")).isEqualTo(1);
        assertThat(err.toString())
                .contains("were learned and cannot be read by the settings there are now, so nothing is taken back")
                .contains("context=u9 records=2 the first: file:")
                .contains("g.jsonl record 0: ");
        assertThat(strength("a", "b")).isEqualTo(1.5);
        assertThat(run("forget", "--context", "u9", "--config", mapping))
                .as(err.toString())
                .isZero();
        assertUnknown("b");
        assertThat(strength("a", "d")).isEqualTo(1);
    }

    @Test
    void byOtherStrengthsAnotherPartIsMadeAndTheReceiptSaysThatTheyDoNotAgree() throws Exception {
        String log = write(
                "f.jsonl",
                """
                {"at":"2024-02-01T10:00:00Z","context":"u9","concepts":[{"id":"a","quantity":5},{"id":"b","quantity":5}]}
                {"at":"2024-02-01T10:00:00Z","context":"u1","concepts":[{"id":"c","quantity":5},{"id":"d","quantity":5}]}
                """);
        String mapping = write(
                "mapping.yaml",
                "fields:\n  concepts: /concepts\n  at: /at\n  context: /context\n  strength: /quantity\n");
        assertThat(run("learn", log, "--config", mapping)).isZero();
        assertThat(strength("a", "b")).isEqualTo(25);
        // Nobody can know: by these settings the record says less.
        assertThat(run("forget", "--context", "u9", "--json")).isZero();
        assertThat(strength("a", "b")).isEqualTo(24);
        assertThat(run("forget", "--context", "u9", "--json", "--config", mapping))
                .isEqualTo(1);
        assertThat(out.toString())
                .contains("\"evidence\":50.0,\"horizon\":\"none\"", "\"outcome\":\"applied\"", "\"takenBackTwice\":1");
        assertThat(strength("a", "b")).isEqualTo(-1);
        assertThat(strength("c", "d")).isEqualTo(25);
    }

    @Test
    void whatWasLearnedOfAStreamStaysAndIsSaid() throws Exception {
        InputStream before = System.in;
        try {
            System.setIn(new ByteArrayInputStream(
                    "{\"at\":\"2024-02-01T10:01:00Z\",\"context\":\"u9\",\"concepts\":[\"secret\",\"b\"]}\n"
                            .getBytes(StandardCharsets.UTF_8)));
            assertThat(run("learn", "-")).isZero();
        } finally {
            System.setIn(before);
        }
        assertThat(run("forget", "--context", "u9")).isEqualTo(1);
        assertThat(err.toString()).contains("there is no log to forget from").contains("streamed=1");
        String log =
                write("f.jsonl", "{\"at\":\"2024-02-03T10:00:00Z\",\"context\":\"u9\",\"concepts\":[\"a\",\"c\"]}\n");
        assertThat(run("learn", log)).isZero();
        assertThat(run("forget", "--context", "u9", "--json"))
                .as(err.toString())
                .isZero();
        assertThat(out.toString())
                .contains("\"unsearched\":[\"1 records of streams, such as the standard input, which leave no log\"]");
        assertThat(strength("secret", "b")).isEqualTo(1);
        assertUnknown("a");
        assertThat(run("forget", "--context", "u9")).isEqualTo(1);
        assertThat(err.toString()).contains("could not be searched, and stays: [1 records of streams");
        assertThat(run("verify")).as(out.toString()).isZero();
        assertThat(run("learn", log)).isZero();
    }
}
