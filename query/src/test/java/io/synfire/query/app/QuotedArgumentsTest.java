package io.synfire.query.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.synfire.query.cli.SynfireCommand;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What a user or the data gave steers no terminal, and looks like no other line, whatever command shows it. */
@SuppressWarnings("NullAway.Init")
final class QuotedArgumentsTest {

    /** Colours, clears the screen, turns what follows, writes over its line, and begins one of its own. */
    private static final String EVIL = "x\u001b[31m\u009b2J\u202ey\rz\nsynfire: all is well";

    private static final String SHOWN = "x\\u001b[31m\\u009b2J\\u202ey\\rz\\nsynfire: all is well";

    /** An id may hold what turns the text behind it. */
    private static final String TURNED = "a\u202eb";

    private static final String TURNED_SHOWN = "a\\u202eb";

    @TempDir
    Path directory;

    private String data;
    private Path log;

    @BeforeEach
    void learn() throws Exception {
        data = directory.resolve("data").toString();
        log = Files.writeString(
                directory.resolve("log.jsonl"),
                "{\"at\":1600000000000,\"context\":\"k\",\"concepts\":[\"tea\",\"" + TURNED + "\"]}\n");
        assertThat(run("learn", log.toString())).startsWith("code=0\n");
    }

    @Test
    void argumentsAreShownOnOneLine() {
        for (List<String> command : List.of(
                List.of("associations", EVIL),
                List.of("explain", EVIL, "tea"),
                List.of("explain", "tea", EVIL),
                List.of("recall", EVIL),
                List.of("forget", "--concept", EVIL),
                List.of("forget", "--context", EVIL),
                List.of("forget", "--concept", "tea", "--patience", EVIL),
                List.of("associations", "tea", "--measure", EVIL),
                List.of("associations", "tea", "--k", EVIL),
                List.of("associations", "tea", "--min-support", EVIL),
                List.of("associations", "tea", "--horizon", EVIL),
                List.of("associations", "tea", "--at", EVIL),
                List.of("concepts", "tea", EVIL),
                List.of("concepts", "--" + EVIL),
                List.of(EVIL),
                List.of("status", "--set", EVIL + "=1"),
                List.of("status", "--set", "http.port=" + EVIL),
                List.of("status", "--config", EVIL),
                List.of("learn", EVIL),
                List.of("evaluate", EVIL),
                List.of("restore", EVIL),
                List.of("diff", EVIL, EVIL))) {
            String said = run(command.toArray(String[]::new));
            assertSafe(command, said);
            assertThat(said.lines().filter(line -> line.contains(SHOWN)))
                    .as("%s: %s", command, said)
                    .isNotEmpty();
        }
        assertSafe(List.of(), run("concepts", EVIL));
        // Of these a part is quoted, or it is not as it was given.
        assertSafe(List.of(), run("learn", log.toString(), "--set", "half-lives=" + EVIL));
        assertSafe(List.of(), run("associations", "tea", "--blend", EVIL));
    }

    @Test
    void theSecondLineOfAnErrorStays() {
        String said = run("learn", log.toString(), "--set", "half-lives=2d");
        assertSafe(List.of(), said);
        assertThat(said.lines().toList().get(1)).startsWith("synfire: ").contains("half-lives");
        assertThat(said.lines().toList().get(2)).startsWith("  java -jar ").contains(" rebuild --data " + data);
    }

    @Test
    void whatTheDataGaveIsShownToo() throws Exception {
        Path file = Files.writeString(
                directory.resolve("f" + EVIL.replace('/', '-')),
                "{\"at\":1600000001000,\"concepts\":[\"tea\",\"milk\"]}\n{\"at\":\"" + TURNED + "\"}\n");
        for (List<String> command : List.of(
                List.of("concepts"),
                List.of("associations", "tea"),
                List.of("associations", TURNED),
                List.of("recall", "tea"),
                List.of("explain", "tea", TURNED),
                List.of("explain", TURNED, "tea", "--evidence"))) {
            String said = run(command.toArray(String[]::new));
            assertSafe(command, said);
            assertThat(said).as("%s", command).startsWith("code=0\n").contains(TURNED_SHOWN);
        }
        String said = run("learn", file.toString());
        assertSafe(List.of("learn"), said);
        assertThat(said).startsWith("code=0\n").contains("1 rejected");
        Path renamed = Files.move(file, directory.resolve("g" + EVIL));
        for (List<String> command : List.of(
                List.of("status"),
                List.of("learn", renamed.toString()),
                List.of("rebuild", "--into", directory.resolve("into").toString()),
                List.of("backup", directory.resolve("backup").toString()))) {
            said = run(command.toArray(String[]::new));
            assertSafe(command, said);
            assertThat(said).as("%s", command).startsWith("code=0\n");
        }
        assertSafe(List.of("forget"), run("forget", "--concept", TURNED));
    }

    private static void assertSafe(List<String> command, String said) {
        assertThat(said.chars()
                        .filter(c -> c != '\n' && (Character.isISOControl(c) || c == 0x202e))
                        .count())
                .as("%s: %s", command, said)
                .isZero();
        // Of the evil one's own there is none.
        assertThat(said.lines()).as("%s", command).noneMatch(line -> line.startsWith("synfire: all is well"));
    }

    /** The code, then all that is printed. */
    private String run(String... arguments) {
        List<String> line = new ArrayList<>(List.of(arguments));
        line.addAll(List.of("--data", data));
        ByteArrayOutputStream progress = new ByteArrayOutputStream();
        PrintStream said = new PrintStream(progress, true, StandardCharsets.UTF_8);
        CommandLine command = SynfireCommand.over(new Application(Map.of(), said, said));
        StringWriter out = new StringWriter();
        command.setOut(new PrintWriter(out));
        command.setErr(new PrintWriter(out));
        int code = command.execute(line.toArray(String[]::new));
        return "code=" + code + "\n" + out + progress.toString(StandardCharsets.UTF_8);
    }
}
