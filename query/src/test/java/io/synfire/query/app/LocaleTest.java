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
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import picocli.CommandLine;

/** Answers, errors and what is learned are the same wherever the machine says that it stands. */
@Isolated
final class LocaleTest {

    /** With a comma for the point, with another small I, with other digits. */
    private static final List<String> TAGS = List.of("de-DE", "tr-TR", "ar-EG-u-nu-arab", "hi-IN-u-nu-deva");

    /**
     * What differs from one run to the next: how long it took, how far it was when somebody looked, what RocksDB says that it takes, and what the
     * names of its files take.
     */
    private static final String OF_THE_RUN =
            "[0-9,.]+ (s|episodes/s)\\b|source time +\\S+|tables +[^\\n]*|learning [^\\n]*\\n"
                    + "|(memory used|held|rocksdb cache|memtables|table readers) +[^\\n]*";

    private final Locale before = Locale.getDefault();

    @TempDir
    Path directory;

    @AfterEach
    void putBack() {
        Locale.setDefault(before);
    }

    @Test
    void answersAndErrorsAreThoseOfAnyOtherMachine() throws Exception {
        Locale.setDefault(Locale.ROOT);
        Map<String, String> expected = answers("root");
        assertThat(expected.get("associations MILK --measure lift")).contains("TITLE", " 0.3337 ", " 2.000 ");
        assertThat(expected.get("explain MILK TITLE --evidence"))
                .contains("10 found in the last 3,0", "partition 0, offsets ");
        for (String tag : TAGS) {
            Locale.setDefault(Locale.forLanguageTag(tag));
            // It is one that would show.
            assertThat(String.format(Locale.getDefault(), "%,.1f", 1_234.5) + "I".toLowerCase(Locale.getDefault()))
                    .as(tag)
                    .isNotEqualTo("1,234.5i");
            Map<String, String> found = answers(tag);
            expected.forEach((command, answer) ->
                    assertThat(found.get(command)).as("%s: %s", tag, command).isEqualTo(answer));
        }
    }

    /** What commands say, by command: all that they print and their codes. */
    private Map<String, String> answers(String name) throws IOException {
        Path own = Files.createDirectories(directory.resolve(name));
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 3_000; i++) {
            lines.append("{\"at\":")
                    .append(1_706_788_800_000L + i * 1_000L)
                    .append(",\"concepts\":[\"MILK\",\"")
                    .append(i % 3 == 0 ? "TITLE" : "c" + i % 7)
                    .append("\"]}\n");
        }
        lines.append("{\"at\":\"Thu, 01 Feb 2024 13:00:00 GMT\",\"concepts\":[\"MILK\",\"TITLE\"],\"reward\":1.5}\n");
        lines.append("{\"at\":1706788800.25,\"concepts\":[\"a\"]}\n{\"at\":\"01.02.2024\",\"concepts\":[\"a\"]}\n");
        Path log = Files.writeString(own.resolve("log.jsonl"), lines);
        Path early = Files.writeString(own.resolve("early.jsonl"), lines.substring(0, lines.indexOf("\n") + 1));
        String data = own.resolve("data").toString();
        List<List<String>> commands = List.of(
                List.of("learn", log.toString(), "--set", "half-lives=36h,30d", "--set", "kernel=RECIPROCAL"),
                List.of("learn", log.toString(), "--set", "half-lives=36h,30d"),
                List.of("associations", "MILK", "--measure", "lift"),
                List.of("associations", "MILK", "--measure", "LIFT", "--min-support", "1.5"),
                List.of("associations", "MILK", "--min-support", "1,5"),
                List.of("associations", "MILK", "--k", "1.000"),
                List.of("recall", "MILK", "TITLE", "--json", "--min-support", "0.5"),
                List.of("recall", "MILK", "--hops", "II"),
                List.of("explain", "MILK", "TITLE"),
                List.of("explain", "MILK", "TITLE", "--evidence"),
                List.of("explain", "MILK", "TITLE", "--json"),
                List.of("concepts", "T"),
                List.of("trending"),
                List.of("status"),
                List.of("digest"),
                List.of("verify"),
                List.of("--help"),
                List.of("associations", "--help"),
                List.of("rebuild", "--help"),
                List.of("recall", "--bogus"),
                List.of("status", "--set", "HTTP.LIMIT=5"),
                List.of("status", "--set", "checkpoint-interval=1,5s"),
                List.of("learn", early.toString(), "--set", "half-lives=2d"));
        Map<String, String> answers = new LinkedHashMap<>();
        for (List<String> command : commands) {
            List<String> line = new ArrayList<>(command);
            line.addAll(List.of("--data", data));
            answers.put(anywhere(String.join(" ", command), own), anywhere(run(line), own));
        }
        return answers;
    }

    private static String anywhere(String text, Path own) {
        return text.replace(own.toString(), "OWN").replaceAll(OF_THE_RUN, "RUN");
    }

    private static String run(List<String> line) {
        ByteArrayOutputStream progress = new ByteArrayOutputStream();
        PrintStream said = new PrintStream(progress, true, StandardCharsets.UTF_8);
        // As a machine has it: names of settings in capitals.
        CommandLine command =
                SynfireCommand.over(new Application(Map.of("SYNFIRE_HTTP_WAITING_MAX", "17"), said, said));
        StringWriter out = new StringWriter();
        command.setOut(new PrintWriter(out));
        command.setErr(new PrintWriter(out));
        int code = command.execute(line.toArray(String[]::new));
        return "code=" + code + "\n" + out + progress.toString(StandardCharsets.UTF_8);
    }
}
