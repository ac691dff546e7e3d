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
 * The store is moved away and the files are learned again: what was forgotten stays forgotten, also where the memory had been rebuilt, and
 * learned what the one before had not. Of u are a and b, and four concepts that are too many for 3; of w are x and y.
 */
@SuppressWarnings("NullAway.Init")
final class StoreMovedAwayTest {

    private static final String NARROW = "max-concepts=3";
    private static final String WIDE = "max-concepts=200";

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
        assertThat(run(data, arguments)).as("%s %s %s", out, err, told).isZero();
    }

    private String path(String name) {
        return directory.resolve(name).toString();
    }

    private Map<String, Double> activations(String data) {
        succeeds(data, "concepts", "--json", "--k", "100");
        Matcher found = Pattern.compile("\"concept\":\"([^\"]+)\"[^}]*?\"activation\":(-?[0-9.]+)")
                .matcher(out.toString());
        Map<String, Double> activations = new TreeMap<>();
        while (found.find()) {
            activations.put(found.group(1), Double.parseDouble(found.group(2)));
        }
        return activations;
    }

    private String learned(String data) {
        succeeds(data, "digest", "--json");
        Matcher found = Pattern.compile("\"learned\":\"([0-9a-f]+)\"").matcher(out.toString());
        assertThat(found.find()).isTrue();
        return found.group(1);
    }

    private void append(String records) throws IOException {
        Files.writeString(log, records, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private void moveStoreAway(String data) throws IOException {
        Files.move(directory.resolve(data + "/store"), directory.resolve(data + "-away-" + System.nanoTime()));
    }

    private void learnsAgainAs(String data, String... settings) throws IOException {
        Map<String, Double> before = activations(data);
        String learnedBefore = learned(data);
        moveStoreAway(data);
        List<String> learn = new ArrayList<>(List.of("learn", log.toString()));
        for (String setting : settings) {
            learn.addAll(List.of("--set", setting));
        }
        succeeds(data, learn.toArray(String[]::new));
        assertThat(activations(data)).isEqualTo(before);
        assertThat(learned(data)).isEqualTo(learnedBefore);
    }

    @BeforeEach
    void begin() {
        log = directory.resolve("a.jsonl");
    }

    private void forgetsByNarrowLimitAndIsRebuiltByAWideOne() throws IOException {
        append(
                """
                {"at":"2024-02-01T12:00:00Z","context":"u","concepts":["a","b"]}
                {"at":"2024-02-01T12:01:00Z","context":"u","concepts":["s","e","c","r"]}
                {"at":"2024-02-01T12:02:00Z","context":"u","concepts":["a"]}
                {"at":"2024-02-03T12:00:01Z","concepts":["a","k"]}
                {"at":"2024-02-03T12:00:01Z","context":"w","concepts":["x","y"]}
                """);
        succeeds("m", "learn", log.toString(), "--set", NARROW);
        succeeds("m", "forget", "--context", "u");
        succeeds("m", "rebuild", "--into", path("r"), "--set", WIDE);
        assertThat(activations("r")).isEqualTo(Map.of("a", 1.0, "k", 1.0, "x", 1.0, "y", 1.0));
    }

    @Test
    void aContextThatTheMemoryBeforeHadLearnedInPartStaysForgotten() throws IOException {
        forgetsByNarrowLimitAndIsRebuiltByAWideOne();
        succeeds("r", "forget", "--context", "w");
        assertThat(activations("r")).isEqualTo(Map.of("a", 1.0, "k", 1.0));
        learnsAgainAs("r", WIDE);
        succeeds("r", "rebuild", "--into", path("again"));
        assertThat(out.toString()).contains("the same, as it must");
        assertThat(activations("again")).isEqualTo(Map.of("a", 1.0, "k", 1.0));
        // And once more, from what the new store knows.
        append("{\"at\":\"2024-02-04T12:00:00Z\",\"context\":\"v\",\"concepts\":[\"q\",\"p\"]}\n");
        succeeds("r", "learn", log.toString());
        succeeds("r", "forget", "--context", "v");
        learnsAgainAs("r", WIDE);
        assertThat(activations("r")).isEqualTo(Map.of("a", 1.0, "k", 1.0));
    }

    @Test
    void itStaysForgottenWhereNothingWasForgottenSinceTheRebuild() throws IOException {
        forgetsByNarrowLimitAndIsRebuiltByAWideOne();
        learnsAgainAs("r", WIDE);
        assertThat(activations("r")).isEqualTo(Map.of("a", 1.0, "k", 1.0, "x", 1.0, "y", 1.0));
    }

    @Test
    void itStaysForgottenInAMemoryThatWasRebuiltTwice() throws IOException {
        forgetsByNarrowLimitAndIsRebuiltByAWideOne();
        succeeds("r", "forget", "--context", "w");
        succeeds("r", "rebuild", "--into", path("s"), "--set", "max-concepts=2");
        learnsAgainAs("s", "max-concepts=2");
        assertThat(activations("s")).isEqualTo(Map.of("a", 1.0, "k", 1.0));
    }

    @Test
    void aRecordThatTheMemoryBeforeHadPassedOverIsNotTakenBack() throws IOException {
        append(
                """
                {"at":"2024-02-01T12:00:00Z","context":"u","concepts":["a","b"],"eventId":"e1"}
                {"at":"2024-02-03T12:00:00Z","context":"u","concepts":["a","b"],"eventId":"e1"}
                {"at":"2024-02-03T12:00:01Z","concepts":["a","k"]}
                {"at":"2024-02-03T12:00:01Z","context":"w","concepts":["x","y"]}
                """);
        succeeds("m", "learn", log.toString(), "--set", "event-id-window=1h");
        succeeds("m", "forget", "--context", "u");
        succeeds("m", "rebuild", "--into", path("r"), "--set", "event-id-window=30d");
        succeeds("r", "forget", "--context", "w");
        assertThat(activations("r")).isEqualTo(Map.of("a", 1.0, "k", 1.0));
        learnsAgainAs("r", "event-id-window=30d");
        assertThat(activations("r")).isEqualTo(Map.of("a", 1.0, "k", 1.0));
    }

    @Test
    void byOtherSettingsItIsRefusedAndTheWayOutWorks() throws IOException {
        append(
                """
                {"at":"2024-02-01T12:00:00Z","context":"u","concepts":["a","b"],"eventId":"e1"}
                {"at":"2024-02-01T18:00:00Z","context":"u","concepts":["a","b"],"eventId":"e1"}
                {"at":"2024-02-03T12:00:01Z","concepts":["a","k"]}
                """);
        succeeds("m", "learn", log.toString(), "--set", "event-id-window=1h");
        succeeds("m", "forget", "--context", "u");
        moveStoreAway("m");
        assertThat(run("m", "learn", log.toString())).isEqualTo(1);
        assertThat(err.toString())
                .contains("the commands name what that one had learned. Nothing was learned.")
                .contains("Learn by its settings, and rebuild by others: --set event-id-window=1h commands=")
                .doesNotContain("half-lives");
        assertThat(directory.resolve("m/store")).doesNotExist();
        succeeds("m", "learn", log.toString(), "--set", "event-id-window=1h");
        assertThat(activations("m")).isEqualTo(Map.of("a", 1.0, "k", 1.0));
        succeeds("m", "rebuild", "--into", path("r"), "--set", "event-id-window=24h");
        assertThat(activations("r")).isEqualTo(Map.of("a", 1.0, "k", 1.0));
    }

    @Test
    void aMemoryAsOfAMomentStaysOne() throws IOException {
        append(
                """
                {"at":"2024-02-01T12:00:00Z","context":"u","concepts":["a","b"]}
                {"at":"2024-02-03T12:00:00Z","concepts":["z","y"]}
                {"at":"2024-02-01T12:00:05Z","concepts":["a","k"]}
                {"no":"record"}
                """);
        succeeds("m", "learn", log.toString());
        succeeds("m", "rebuild", "--into", path("un"), "--until", "2024-02-02T00:00:00Z");
        succeeds("un", "forget", "--context", "u");
        assertThat(activations("un")).isEqualTo(Map.of("a", 1.0, "k", 1.0));
        learnsAgainAs("un");
        succeeds("un", "digest", "--json");
        succeeds("un", "status", "--json");
        assertThat(out.toString()).contains("\"deadLetters\":1");
        succeeds("un", "rebuild", "--into", path("whole"));
        assertThat(out.toString()).doesNotContain("NOT the same");
        assertThat(activations("whole")).isEqualTo(Map.of("a", 1.0, "k", 1.0, "y", 1.0, "z", 1.0));
    }

    @Test
    void aMemoryFromBeforeTheRebuildIsNotBroughtOnByWhatTheRebuiltOneForgot() throws IOException {
        forgetsByNarrowLimitAndIsRebuiltByAWideOne();
        succeeds("r", "forget", "--context", "w");
        moveStoreAway("r");
        Path other = directory.resolve("other.jsonl");
        Files.copy(log, other);
        succeeds("wide", "learn", log.toString(), "--set", WIDE);
        Files.move(directory.resolve("wide/store"), directory.resolve("r/store"));
        assertThat(run("r", "learn", log.toString())).isEqualTo(1);
        assertThat(err.toString())
                .contains("that memory had learned its log anew by a rebuild, and this one has not")
                .contains("move the store out of the data directory");
        assertThat(directory.resolve("r/store")).exists();
        moveStoreAway("r");
        succeeds("r", "learn", log.toString(), "--set", WIDE);
        assertThat(activations("r")).isEqualTo(Map.of("a", 1.0, "k", 1.0));
    }

    @Test
    void aBackupOfTheRebuiltMemoryBecomesWhatItWas() throws IOException {
        forgetsByNarrowLimitAndIsRebuiltByAWideOne();
        succeeds("r", "backup", path("kept"));
        append("{\"at\":\"2024-02-04T12:00:00Z\",\"context\":\"w\",\"concepts\":[\"q\",\"p\",\"o\",\"n\"]}\n");
        succeeds("r", "learn", log.toString());
        succeeds("r", "forget", "--context", "w");
        append("{\"at\":\"2024-02-05T12:00:00Z\",\"concepts\":[\"a\",\"l\"]}\n");
        succeeds("r", "learn", log.toString());
        Map<String, Double> wanted = Map.of("a", 2.0, "k", 1.0, "l", 1.0);
        assertThat(activations("r")).isEqualTo(wanted);
        String learned = learned("r");
        succeeds("r", "restore", path("kept"), "--force");
        succeeds("r", "learn", log.toString());
        assertThat(activations("r")).isEqualTo(wanted);
        assertThat(learned("r")).isEqualTo(learned);
        learnsAgainAs("r", WIDE);
    }

    @Test
    void aTopicThatWasLearnedAnewIsNotLearnedLiveInstead() throws IOException {
        forgetsByNarrowLimitAndIsRebuiltByAWideOne();
        Path turns = directory.resolve("r/turns.jsonl");
        String lines = Files.readString(turns);
        int last = lines.lastIndexOf("\"anew\":[");
        Files.writeString(
                turns,
                lines.substring(0, last)
                        + "\"anew\":[{\"source\":\"kafka:synfire.episodes\",\"id\":\"t\",\"partition\":2,\"records\":7,\"content\":\"\"},"
                        + lines.substring(last + "\"anew\":[".length()));
        moveStoreAway("r");
        assertThat(run("r", "learn", log.toString(), "--set", WIDE)).isEqualTo(1);
        assertThat(err.toString()).contains("had learned its topic anew").contains("Put its store back, or a backup");
        assertThat(directory.resolve("r/store")).doesNotExist();
        // The way out.
        Files.delete(turns);
        Files.delete(directory.resolve("r/forgotten.jsonl"));
        succeeds("r", "learn", log.toString(), "--set", WIDE);
        succeeds("r", "forget", "--context", "u");
        assertThat(activations("r")).isEqualTo(Map.of("a", 1.0, "k", 1.0, "x", 1.0, "y", 1.0));
    }

    @Test
    void backupsOfTheMemoryBeforeArePutBackInADirectoryThatWasRebuiltBySameSettings() throws IOException {
        append("{\"at\":\"2024-02-01T12:00:00Z\",\"context\":\"u\",\"concepts\":[\"a\",\"b\"]}\n");
        succeeds("m", "learn", log.toString());
        succeeds("m", "backup", path("kept"));
        append("{\"at\":\"2024-02-01T12:01:00Z\",\"context\":\"u\",\"concepts\":[\"a\",\"c\"]}\n");
        succeeds("m", "learn", log.toString());
        succeeds("m", "forget", "--context", "u");
        append("{\"at\":\"2024-02-03T12:00:01Z\",\"context\":\"w\",\"concepts\":[\"x\",\"y\"]}\n");
        append("{\"at\":\"2024-02-03T12:00:02Z\",\"concepts\":[\"a\",\"k\"]}\n");
        succeeds("m", "learn", log.toString());
        succeeds("m", "backup", path("later"));
        succeeds("m", "rebuild", "--into", path("r"));
        assertThat(out.toString()).contains("the same, as it must");
        succeeds("r", "forget", "--context", "w");
        for (String backup : List.of("later", "kept", "later")) {
            succeeds("r", "restore", path(backup), "--force");
            succeeds("r", "learn", log.toString());
            assertThat(activations("r")).as(backup).isEqualTo(Map.of("a", 1.0, "k", 1.0));
        }
        learnsAgainAs("r");
    }

    @Test
    void aDamagedFileOfTurnsIsNotCarried() throws IOException {
        forgetsByNarrowLimitAndIsRebuiltByAWideOne();
        Files.writeString(directory.resolve("m/turns.jsonl"), "{\"commands\":\n", StandardOpenOption.APPEND);
        succeeds("m", "rebuild", "--into", path("s"), "--set", WIDE);
        assertThat(told.toString(StandardCharsets.UTF_8)).contains("it is begun anew in the new directory");
        learnsAgainAs("s", WIDE);
        assertThat(activations("s")).isEqualTo(Map.of("a", 1.0, "k", 1.0, "x", 1.0, "y", 1.0));
    }
}
