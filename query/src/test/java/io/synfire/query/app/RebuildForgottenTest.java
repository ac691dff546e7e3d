package io.synfire.query.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.ingest.file.DeadLetterFile;
import io.synfire.ingest.replay.Rejects;
import io.synfire.ingest.replay.ReplayOptions;
import io.synfire.ingest.replay.ReplayWatch;
import io.synfire.ingest.replay.TakenBack;
import io.synfire.ingest.replay.Until;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * What was forgotten of files stays forgotten in a memory that is rebuilt by other settings, or as of a moment; and nothing else is taken
 * back. Values are those of a memory that has never seen what was forgotten.
 */
final class RebuildForgottenTest {

    /** Whatever else is there: this is what is left. */
    private static final Map<String, Double> OTHER = Map.of("a", 1.0, "k", 1.0);

    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final ByteArrayOutputStream progress = new ByteArrayOutputStream();

    private int run(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        PrintStream said = new PrintStream(progress, true, StandardCharsets.UTF_8);
        CommandLine line = SynfireCommand.over(new Application(Map.of(), said, said));
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(err));
        return line.execute(arguments);
    }

    private void runs(String... arguments) {
        assertThat(run(arguments)).as("%s %s", err, progress).isZero();
    }

    private String path(String name) {
        return directory.resolve(name).toString();
    }

    private void learn(String lines, String... more) throws IOException {
        Path file = Files.writeString(directory.resolve("a.jsonl"), lines);
        List<String> arguments =
                new ArrayList<>(List.of("learn", file.toString(), "--data", path("m"), "--set", "half-lives=none"));
        arguments.addAll(List.of(more));
        runs(arguments.toArray(String[]::new));
    }

    private void forget(String context, String data) {
        runs("forget", "--context", context, "--data", path(data));
    }

    /** The command before names what this memory has not learned: that is no matter. */
    private void forgetAgain(String context, String data, String... more) {
        List<String> arguments =
                new ArrayList<>(List.of("forget", "--json", "--context", context, "--data", path(data)));
        arguments.addAll(List.of(more));
        runs(arguments.toArray(String[]::new));
        assertThat(out.toString()).contains("\"outcome\":\"applied\"", "\"left\":0", "\"takenBackTwice\":0");
    }

    private void rebuild(String from, String into, String... more) {
        List<String> arguments = new ArrayList<>(List.of("rebuild", "--data", path(from), "--into", path(into)));
        arguments.addAll(List.of(more));
        runs(arguments.toArray(String[]::new));
    }

    /** Activations by concept. */
    private Map<String, Double> concepts(String data) {
        runs("concepts", "--data", path(data), "--json");
        Map<String, Double> concepts = new TreeMap<>();
        Matcher each = Pattern.compile("\"concept\":\"([^\"]+)\",\"activation\":(-?[0-9.E-]+)")
                .matcher(out.toString());
        while (each.find()) {
            concepts.put(each.group(1), Math.round(Double.parseDouble(each.group(2)) * 1e5) / 1e5);
        }
        return concepts;
    }

    private double strength(String data, String from, String to) {
        runs("explain", from, to, "--data", path(data), "--json");
        Matcher found = Pattern.compile("\"strength\":(-?[0-9.E-]+)").matcher(out.toString());
        return found.find() ? Math.round(Double.parseDouble(found.group(1)) * 1e5) / 1e5 : 0;
    }

    /** That is all there is, and neither more nor fewer episodes. */
    private void assertIsOther(String data) {
        assertThat(concepts(data)).isEqualTo(OTHER);
        assertThat(strength(data, "a", "k")).isEqualTo(1);
        runs("digest", "--data", path(data), "--json");
        assertThat(out.toString()).contains("\"episodes\":1,");
        runs("verify", "--data", path(data));
    }

    @Test
    void byAWiderWindowOfIdsWhatIsPassedOverIsNotWaitedFor() throws Exception {
        learn(
                """
                {"at":"2024-02-01T12:00:00Z","context":"u","concepts":["a","b"],"eventId":"e1"}
                {"at":"2024-02-03T12:00:00Z","context":"u","concepts":["a","b"],"eventId":"e1"}
                {"at":"2024-02-01T12:00:01Z","concepts":["a","k"]}
                """);
        assertThat(concepts("m")).containsEntry("b", 2.0);
        forget("u", "m");
        assertIsOther("m");
        rebuild("m", "r", "--set", "event-id-window=30d");
        assertIsOther("r");
    }

    @Test
    void byANarrowerWindowOfIdsWhatIsLearnedTwiceIsTakenBackOrNamed() throws Exception {
        learn(
                """
                {"at":"2024-02-01T12:00:00Z","context":"u","concepts":["a","b"],"eventId":"e1"}
                {"at":"2024-02-03T12:00:00Z","concepts":["z"]}
                {"at":"2024-02-01T12:00:00Z","context":"u","concepts":["a","b","c"],"eventId":"e1"}
                {"at":"2024-02-01T12:00:00Z","context":"u","concepts":["d"]}
                {"at":"2024-02-01T12:00:00Z","context":"v","concepts":["a","b"],"eventId":"e2"}
                {"at":"2024-02-05T12:00:00Z","concepts":["z"]}
                {"at":"2024-02-01T12:00:00Z","context":"v","concepts":["a","b","c"],"eventId":"e2"}
                {"at":"2024-02-01T12:00:01Z","concepts":["a","k"]}
                {"retract":{"at":"2024-02-03T12:00:00Z","concepts":["z"]}}
                {"retract":{"at":"2024-02-05T12:00:00Z","concepts":["z"]}}
                """,
                "--set",
                "event-id-window=30d");
        forget("u", "m");
        forget("v", "m");
        assertIsOther("m");
        rebuild("m", "r", "--set", "event-id-window=1h");
        // Of u a later episode is named, of v none: all that stands before the command goes.
        assertIsOther("r");
        assertThat(run("forget", "--context", "u", "--data", path("r"))).isEqualTo(1);
        assertThat(err.toString()).contains("nothing of this context that is not taken back");
        assertIsOther("r");
    }

    @Test
    void byASmallerLimitOfConceptsTheRestOfTheContextStaysForgotten() throws Exception {
        learn(
                """
                {"at":"2024-02-01T12:00:00Z","context":"u","concepts":["a","b","c"]}
                {"at":"2024-02-01T12:01:00Z","context":"u","concepts":["a"]}
                {"at":"2024-02-01T12:00:01Z","concepts":["a","k"]}
                """);
        forget("u", "m");
        rebuild("m", "r", "--set", "max-concepts=2");
        assertIsOther("r");
        // Of the rebuilt memory another one is rebuilt, by the same settings and by others; and it goes on forgetting
        // and learning.
        rebuild("r", "again");
        assertIsOther("again");
        rebuild("r", "slower", "--set", "half-lives=100000d");
        assertThat(concepts("slower").keySet()).isEqualTo(OTHER.keySet());
        assertThat(run("forget", "--context", "u", "--data", path("r"))).isEqualTo(1);
        assertIsOther("r");
        Path more = Files.writeString(
                directory.resolve("b.jsonl"),
                """
                {"at":"2024-02-01T12:02:00Z","context":"u","concepts":["a","d"]}
                """);
        runs("learn", more.toString(), "--data", path("r"));
        assertThat(concepts("r")).isEqualTo(Map.of("a", 2.0, "d", 1.0, "k", 1.0));
        forgetAgain("u", "r");
        assertIsOther("r");
    }

    @Test
    void byALargerLimitOfConceptsWhatWasRefusedInBetweenIsForgottenToo() throws Exception {
        learn(
                """
                {"at":"2024-02-01T12:00:00Z","context":"u","concepts":["a","b"]}
                {"at":"2024-02-01T12:01:00Z","context":"u","concepts":["a","b","c"]}
                {"at":"2024-02-01T12:02:00Z","context":"u","concepts":["a"]}
                {"at":"2024-02-01T12:00:01Z","concepts":["a","k"]}
                """,
                "--set",
                "max-concepts=2");
        forget("u", "m");
        assertIsOther("m");
        rebuild("m", "r", "--set", "max-concepts=3");
        assertIsOther("r");
    }

    /** What was refused comes last, so the command names nothing behind it; nor is anything left of what met it. */
    @Test
    void byALargerLimitOfConceptsWhatWasRefusedLastIsForgottenToo() throws Exception {
        learn(
                """
                {"at":"2024-02-01T12:00:00Z","context":"u","concepts":["secret","x"]}
                {"at":"2024-02-01T12:01:00Z","context":"u","concepts":["a","b","c"]}
                {"at":"2024-02-01T12:00:01Z","concepts":["a","k"]}
                {"at":"2024-02-01T12:00:02Z","concepts":["secret"]}
                """,
                "--set",
                "max-concepts=2");
        forget("u", "m");
        rebuild("m", "r", "--set", "max-concepts=3");
        assertThat(concepts("r")).isEqualTo(Map.of("a", 1.0, "k", 1.0, "secret", 1.0));
        assertThat(strength("r", "a", "secret")).isZero();
        Path more = Files.writeString(
                directory.resolve("b.jsonl"),
                """
                {"at":"2024-02-01T12:02:00Z","context":"u","concepts":["a","d"]}
                """);
        runs("learn", more.toString(), "--data", path("r"));
        assertThat(concepts("r")).isEqualTo(Map.of("a", 2.0, "d", 1.0, "k", 1.0, "secret", 1.0));
        rebuild("r", "again", "--set", "max-concepts=4");
        assertThat(concepts("again")).isEqualTo(Map.of("a", 2.0, "d", 1.0, "k", 1.0, "secret", 1.0));
    }

    /** The id is held by another event that nobody takes back. */
    @Test
    void anIdIsFreedOnlyOfWhatIsTakenBack() throws Exception {
        learn(
                """
                {"at":"2024-02-01T12:00:00Z","context":"v","concepts":["p","q","s"],"eventId":"e1"}
                {"at":"2024-02-01T12:00:00Z","concepts":["a","k"],"eventId":"e1"}
                """);
        forget("v", "m");
        Path again = Files.writeString(
                directory.resolve("b.jsonl"),
                """
                {"at":"2024-02-01T12:00:00Z","concepts":["a","k"],"eventId":"e1"}
                """);
        runs("learn", again.toString(), "--data", path("m"));
        assertIsOther("m");
        rebuild("m", "r", "--set", "max-concepts=2");
        assertIsOther("r");
    }

    @Test
    void byASmallerLimitOfTimeAheadTheContextStaysForgotten() throws Exception {
        long nowMs = System.currentTimeMillis();
        learn("{\"at\":" + (nowMs + 300_000) + ",\"context\":\"u\",\"concepts\":[\"a\",\"b\"]}\n{\"at\":" + nowMs
                + ",\"context\":\"u\",\"concepts\":[\"b\"]}\n{\"at\":" + nowMs + ",\"concepts\":[\"a\",\"k\"]}\n");
        forget("u", "m");
        assertIsOther("m");
        rebuild("m", "r", "--set", "max-ahead=1m");
        assertIsOther("r");
    }

    @Test
    void asOfAMomentWhatIsNotLearnedIsNotTakenBack() throws Exception {
        learn(
                """
                {"at":"2024-02-01T12:00:00Z","context":"u","concepts":["a","b"],"eventId":"e1"}
                {"at":"2024-02-06T12:00:00Z","concepts":["z"]}
                {"at":"2024-02-01T12:00:00Z","context":"u","concepts":["a","b"],"eventId":"e1"}
                {"at":"2024-02-01T12:00:01Z","concepts":["a","k"]}
                """);
        forget("u", "m");
        assertThat(concepts("m")).isEqualTo(Map.of("a", 1.0, "k", 1.0, "z", 1.0));
        rebuild("m", "r", "--until", "2024-02-02T12:00:00Z");
        assertIsOther("r");
    }

    @Test
    void asOfAMomentAWindowThatHadExpiredLaterIsTakenBackAsItWas() throws Exception {
        learn(
                """
                {"at":"2024-02-01T12:00:00Z","context":"u","concepts":["a"]}
                {"at":"2024-02-06T12:00:00Z","concepts":["z"]}
                {"at":"2024-02-01T12:01:00Z","context":"u","concepts":["b"]}
                {"at":"2024-02-01T12:00:01Z","concepts":["b","k"]}
                {"at":"2024-02-01T12:00:01Z","concepts":["a","k"]}
                """);
        forget("u", "m");
        rebuild("m", "r", "--until", "2024-02-02T12:00:00Z");
        assertThat(concepts("r")).isEqualTo(Map.of("a", 1.0, "b", 1.0, "k", 2.0));
        assertThat(strength("r", "a", "b")).isZero();
        assertThat(strength("r", "a", "k")).isEqualTo(1);
    }

    @Test
    void asOfAMomentThatLeavesOutTheFirstOfTwoCopiesTheOtherStaysForgotten() throws Exception {
        learn(
                """
                {"at":"2024-02-03T12:00:00Z","context":"u","concepts":["a","b"],"eventId":"e1"}
                {"at":"2024-02-01T12:00:00Z","context":"u","concepts":["a","b"],"eventId":"e1"}
                {"at":"2024-02-01T12:00:01Z","concepts":["a","k"]}
                """);
        forget("u", "m");
        assertIsOther("m");
        rebuild("m", "r", "--until", "2024-02-02T12:00:00Z");
        assertIsOther("r");
    }

    @Test
    void readByOtherFieldsTheContextStaysForgotten() throws Exception {
        List<String> given = new ArrayList<>();
        for (String field : List.of("fields.concepts=/concepts", "fields.at=/at", "fields.context=/context")) {
            given.addAll(List.of("--set", field));
        }
        List<String> before = new ArrayList<>(given);
        before.addAll(List.of("--set", "fields.strength=/quantity"));
        learn(
                """
                {"at":"2024-02-01T12:00:00Z","context":"u","concepts":[{"id":"a","quantity":5},{"id":"b","quantity":2}]}
                {"at":"2024-02-01T12:00:01Z","concepts":[{"id":"a","quantity":1},{"id":"k","quantity":1}]}
                """,
                before.toArray(String[]::new));
        List<String> forgetting = new ArrayList<>(List.of("forget", "--context", "u", "--data", path("m")));
        forgetting.addAll(before);
        runs(forgetting.toArray(String[]::new));
        assertIsOther("m");
        List<String> after = new ArrayList<>(given);
        after.addAll(List.of("--set", "max-steps=3"));
        rebuild("m", "r", after.toArray(String[]::new));
        assertIsOther("r");
    }

    @Test
    void byOtherWindowsAndPairsItIsTakenBackAsItWasLearned() throws Exception {
        StringBuilder lines = new StringBuilder("{\"at\":1706788800000,\"concepts\":[\"a\",\"k\"]}\n");
        for (int i = 0; i < 30; i++) {
            lines.append("{\"at\":")
                    .append(1706788800000L + i * 60_000L)
                    .append(",\"context\":\"u\",\"concepts\":[\"a\",\"k\",\"c")
                    .append(i % 7)
                    .append("\"]}\n");
        }
        learn(lines.toString());
        forget("u", "m");
        assertIsOther("m");
        rebuild(
                "m",
                "r",
                "--set",
                "max-steps=40",
                "--set",
                "max-gap=2h",
                "--set",
                "normalization=episode",
                "--set",
                "backward=1");
        assertIsOther("r");
    }

    @Test
    void anEpisodeWithoutAContextIsTakenBackOnlyIfItWasLearned() throws Exception {
        learn(
                """
                {"at":"2024-02-01T12:00:00Z","concepts":["a","b","c"]}
                {"at":"2024-02-01T12:00:01Z","concepts":["a","k"]}
                {"at":"2024-02-01T12:00:02Z","concepts":["a","b"]}
                {"at":"2024-02-01T12:00:02Z","concepts":["a","b"]}
                {"retract":{"at":"2024-02-01T12:00:00Z","concepts":["a","b","c"]}}
                {"retract":{"at":"2024-02-01T12:00:02Z","concepts":["b","a"]}}
                {"retract":{"at":"2024-02-01T12:00:02Z","concepts":["a","b"]}}
                """);
        assertIsOther("m");
        rebuild("m", "r", "--set", "max-concepts=2");
        assertIsOther("r");
        rebuild("m", "early", "--until", "2024-02-01T12:00:01Z");
        assertIsOther("early");
    }

    @Test
    void aFileThatIsGoneIsNotTakenBack() throws Exception {
        learn("{\"at\":\"2024-02-01T12:00:00Z\",\"context\":\"u\",\"concepts\":[\"a\",\"b\"]}\n");
        Path other = Files.writeString(
                directory.resolve("b.jsonl"), "{\"at\":\"2024-02-01T12:00:01Z\",\"concepts\":[\"a\",\"k\"]}\n");
        runs("learn", other.toString(), "--data", path("m"));
        forget("u", "m");
        assertIsOther("m");
        Files.delete(directory.resolve("a.jsonl"));
        rebuild("m", "r", "--accept-gap");
        assertIsOther("r");
    }

    @Test
    void bySmallerRecordsACommandIsNotRefused() throws Exception {
        StringBuilder lines = new StringBuilder("{\"at\":1706788800000,\"concepts\":[\"a\",\"k\"]}\n");
        for (int i = 0; i < 20; i++) {
            lines.append("{\"at\":")
                    .append(1706788800000L + i * 60_000L)
                    .append(",\"context\":\"u\",\"concepts\":[\"a\",\"c\"]}\n");
        }
        learn(lines.toString());
        forget("u", "m");
        rebuild("m", "r", "--set", "max-record=200", "--set", "half-lives=100000d");
        assertThat(concepts("r").keySet()).isEqualTo(OTHER.keySet());
        assertThat(strength("r", "a", "k")).isEqualTo(1);
    }

    /** By unchanged settings a rebuild does what the live memory did: the same, whatever somebody wrote by hand. */
    private void assertRebuiltTheSame(String from, String into, String... more) {
        rebuild(from, into, more);
        assertThat(out.toString()).contains("the same, as it must");
        assertThat(concepts(into)).isEqualTo(concepts(from));
    }

    @Test
    void aContextByHandWhoseWindowHadExpiredIsTakenBackAsItWasLive() throws Exception {
        learn(
                """
                {"at":"2024-02-01T10:00:00Z","context":"u","concepts":["a","b"]}
                {"at":"2024-02-04T10:00:00Z","context":"other","concepts":["x","y"]}
                {"at":"2024-02-01T10:10:00Z","context":"u","concepts":["c","d"]}
                {"at":"2024-02-04T10:00:01Z","concepts":["a","c"]}
                {"retract":{"context":"u","episodes":[{"at":"2024-02-01T10:00:00Z","concepts":["a","b"]},\
                {"at":"2024-02-01T10:10:00Z","concepts":["c","d"]}]}}
                """);
        assertRebuiltTheSame("m", "r");
        assertThat(strength("r", "a", "c")).isEqualTo(strength("m", "a", "c"));
    }

    /** The first part stays: nobody names it. */
    @Test
    void aPartByHandTakesBackWhatItNamesAndNoMore() throws Exception {
        learn(
                """
                {"at":1706781600000,"context":"u","concepts":["a","b"]}
                {"at":1706781660000,"context":"u","concepts":["c","d"]}
                {"at":1706781720000,"concepts":["a","k"]}
                {"retract":{"context":"u","before":[{"at":1706781600000,"clock":1706781600000,"concepts":["a","b"]}],\
                "episodes":[{"at":1706781660000,"clock":1706781660000,"concepts":["c","d"]}]},"eventId":"r-2"}
                """);
        Map<String, Double> left = Map.of("a", 2.0, "b", 1.0, "k", 1.0);
        assertThat(concepts("m")).isEqualTo(left);
        assertRebuiltTheSame("m", "r");
        rebuild("m", "wider", "--set", "event-id-window=30d");
        assertThat(concepts("wider")).isEqualTo(left);
        forget("u", "m");
        assertIsOther("m");
        assertRebuiltTheSame("m", "r2");
        rebuild("m", "wider2", "--set", "event-id-window=30d");
        assertIsOther("wider2");
        forget("u", "wider");
        assertIsOther("wider");
    }

    @Test
    void aPartByHandWithoutWhatCameBeforeIsTakenBackAsItWasLive() throws Exception {
        learn(
                """
                {"at":"2024-02-01T10:00:00Z","context":"u","concepts":["a"]}
                {"at":"2024-02-01T10:01:00Z","context":"u","concepts":["b"]}
                {"at":"2024-02-01T10:02:00Z","concepts":["x","y"]}
                {"retract":{"context":"u","episodes":[{"at":"2024-02-01T10:01:00Z","concepts":["b"]}]}}
                """);
        assertRebuiltTheSame("m", "r");
    }

    /** The first retraction of an episode that came before a concept was forgotten, and again since, takes back the later one. */
    @Test
    void ofTwoAlikeTheOneThatCameAfterAForgetIsTakenBack() throws Exception {
        learn(
                """
                {"at":"2024-02-01T10:00:00Z","context":"u","concepts":["a","b"]}
                {"forget":{"concept":"a"}}
                {"at":"2024-02-01T10:00:00Z","context":"u","concepts":["a","b"]}
                {"at":"2024-02-01T10:00:00Z","concepts":["k","l"]}
                {"retract":{"context":"u","episodes":[{"at":"2024-02-01T10:00:00Z","concepts":["a","b"]}]}}
                """);
        Map<String, Double> left = Map.of("b", 1.0, "k", 1.0, "l", 1.0);
        assertThat(concepts("m")).isEqualTo(left);
        assertRebuiltTheSame("m", "r");
        rebuild("m", "wider", "--set", "event-id-window=30d");
        assertThat(concepts("wider")).isEqualTo(left);
        runs("verify", "--data", path("wider"));
    }

    @Test
    void aRetractionByHandOfMoreThanWasLearnedIsTheSameInARebuild() throws Exception {
        learn(
                """
                {"at":"2024-02-01T10:00:00Z","context":"u","concepts":["a","b"]}
                {"at":"2024-02-01T10:00:05Z","concepts":["k","l"]}
                {"forget":{"concept":"a"}}
                {"at":"2024-02-01T10:00:00Z","context":"u","concepts":["a","b"]}
                {"retract":{"context":"u","episodes":[{"at":"2024-02-01T10:00:00Z","concepts":["a","b"]},\
                {"at":"2024-02-01T10:00:01Z","concepts":["c","d"]}]}}
                {"retract":{"context":"u","episodes":[{"at":"2024-02-01T10:00:00Z","concepts":["a","b"]}]}}
                {"at":"2024-02-01T10:00:06Z","concepts":["m","n"]}
                """);
        assertRebuiltTheSame("m", "r");
        // By others, what was not learned is not taken back.
        rebuild("m", "wider", "--set", "event-id-window=30d");
        assertThat(concepts("wider")).isEqualTo(Map.of("k", 1.0, "l", 1.0, "m", 1.0, "n", 1.0));
        runs("verify", "--data", path("wider"));
    }

    /** It names what another memory had learned, and more than this one takes. */
    @Test
    void whatTheLiveMemoryRefusedToTakeBackIsRefusedAgain() throws Exception {
        learn(
                """
                {"at":"2024-02-01T10:00:00Z","context":"u","concepts":["a","b"]}
                {"at":"2024-02-01T10:01:00Z","context":"u","concepts":["a","c"]}
                {"at":"2024-02-01T10:02:00Z","concepts":["x","y"]}
                {"retract":{"context":"u","episodes":[{"at":"2024-02-01T10:00:00Z","clock":1706781600000,"concepts":["a","b"]},\
                {"at":"2024-02-01T10:01:00Z","clock":1706781660000,"concepts":["a","c"]},\
                {"at":"2024-02-01T10:01:30Z","clock":1706781690000,"concepts":["a","b","c","d"]}]},"eventId":"forget-by-another"}
                """,
                "--set",
                "max-concepts=3");
        assertThat(concepts("m")).containsEntry("a", 2.0);
        assertRebuiltTheSame("m", "r");
    }

    @Test
    void whatIsGoneIsNotTakenBackBySettingsThatAreTheSame() throws Exception {
        learn(
                """
                {"at":"2024-02-01T10:00:00Z","concepts":["a","b"]}
                {"at":"2024-02-01T10:00:00Z","context":"u","concepts":["a","c"]}
                """);
        Path later = Files.writeString(
                directory.resolve("b.jsonl"),
                """
                {"at":"2024-02-01T10:00:05Z","concepts":["a","b"]}
                {"at":"2024-02-01T10:00:06Z","concepts":["a","c"]}
                {"retract":{"at":"2024-02-01T10:00:00Z","concepts":["a","b"]}}
                {"retract":{"context":"u","episodes":[{"at":"2024-02-01T10:00:00Z","concepts":["a","c"]}]}}
                """);
        runs("learn", later.toString(), "--data", path("m"));
        assertThat(strength("m", "a", "b")).isEqualTo(1);
        Files.delete(directory.resolve("a.jsonl"));
        rebuild("m", "r", "--accept-gap");
        assertThat(concepts("r")).isEqualTo(Map.of("a", 2.0, "b", 1.0, "c", 1.0));
        assertThat(strength("r", "a", "b")).isEqualTo(1);
        assertThat(strength("r", "a", "c")).isEqualTo(1);
    }

    /** What was learned anew is learned anew again, what came live comes as it did. */
    @Test
    void aMemoryThatWasRebuiltAndLearnedOnIsRebuiltTheSame() throws Exception {
        learn(
                """
                {"at":"2024-02-01T12:00:00Z","context":"u","concepts":["a","b"],"eventId":"e1"}
                {"at":"2024-02-03T12:00:00Z","context":"u","concepts":["a","b"],"eventId":"e1"}
                {"at":"2024-02-01T12:00:01Z","concepts":["a","k"]}
                """);
        forget("u", "m");
        rebuild("m", "r", "--set", "event-id-window=30d");
        assertIsOther("r");
        // It takes back by hand what it never learned, and learns that context again.
        Path later = Files.writeString(
                directory.resolve("b.jsonl"),
                """
                {"at":"2024-02-04T12:00:00Z","context":"u","concepts":["a","b"],"eventId":"e2"}
                {"at":"2024-02-04T13:00:00Z","context":"u","concepts":["a","c"],"eventId":"e3"}
                {"retract":{"context":"v","episodes":[{"at":"2024-02-01T10:00:00Z","concepts":["k","l"]}]}}
                """);
        runs("learn", later.toString(), "--data", path("r"));
        assertThat(concepts("r")).containsEntry("a", 3.0).containsEntry("l", -1.0);
        assertRebuiltTheSame("r", "r2");
        assertRebuiltTheSame("r2", "r3");
        forget("u", "r2");
        assertRebuiltTheSame("r2", "r4");
        assertThat(concepts("r4")).containsEntry("a", 1.0);
    }

    /** By other half-lives the same is learned, and so the same is taken back. */
    @Test
    void byOtherWorthWhatSomebodyWroteByHandCountsAsItDidLive() throws Exception {
        learn(
                """
                {"retract":{"context":"u","episodes":[{"at":"2024-02-01T10:00:00Z","concepts":["a","b"]}]}}
                {"at":"2024-02-01T10:00:00Z","context":"u","concepts":["a","b"]}
                {"at":"2024-02-01T10:00:05Z","concepts":["a","k"]}
                """);
        assertIsOther("m");
        assertRebuiltTheSame("m", "r");
        rebuild("m", "faded", "--set", "half-lives=100000d");
        assertThat(concepts("faded").keySet()).isEqualTo(OTHER.keySet());
    }

    @Test
    void aRebuildThatIsRefusedForAGapIsNotBegun() throws Exception {
        learn("""
                {"at":"2024-02-01T10:00:05Z","concepts":["a","k"]}
                """);
        Path later = Files.writeString(
                directory.resolve("b.jsonl"), "{\"at\":\"2024-02-01T10:00:06Z\",\"concepts\":[\"x\"]}\n");
        runs("learn", later.toString(), "--data", path("m"));
        Files.delete(later);
        assertThat(run("rebuild", "--data", path("m"), "--into", path("r"))).isEqualTo(1);
        assertThat(err.toString()).contains("--accept-gap");
        rebuild("m", "r", "--accept-gap");
        assertIsOther("r");
    }

    /** It has learned less of its log, on purpose. */
    @Test
    void aMemoryAsOfAMomentIsNotComparedWithOneOfAllItsLog() throws Exception {
        learn(
                """
                {"at":"2024-02-01T10:00:05Z","concepts":["a","k"]}
                {"at":"2024-02-03T10:00:05Z","concepts":["a","z"]}
                """);
        rebuild("m", "until", "--until", "2024-02-02T00:00:00Z");
        assertIsOther("until");
        rebuild("until", "all");
        assertThat(out.toString()).doesNotContain("NOT the same");
        assertThat(concepts("all")).containsEntry("z", 1.0);
    }

    /** Only an id that the retraction names is free again, whatever settings the log is learned by. */
    @Test
    void aRetractionWithoutAnIdFreesNone() throws Exception {
        learn(
                """
                {"at":"2024-02-01T10:00:00Z","concepts":["b","c"],"eventId":"e3"}
                {"retract":{"at":"2024-02-01T10:00:00Z","concepts":["b","c"]}}
                {"at":"2024-02-01T10:01:00Z","concepts":["c","d"],"eventId":"e3"}
                {"at":"2024-02-01T10:02:00Z","concepts":["a","k"]}
                """);
        assertIsOther("m");
        assertRebuiltTheSame("m", "r");
        rebuild("m", "wider", "--set", "event-id-window=30d");
        assertIsOther("wider");
    }

    /** The command names what the memory as of a moment had learned; a rebuild of all its log has learned more. */
    @Test
    void whatAMemoryAsOfAMomentForgetsIsForgottenInAllItsLog() throws Exception {
        learn(
                """
                {"at":"2024-02-03T10:00:00Z","context":"u","concepts":["a","z"]}
                {"at":"2024-02-01T10:00:00Z","context":"u","concepts":["a","b"]}
                {"at":"2024-02-01T10:00:05Z","concepts":["a","k"]}
                """,
                "--set",
                "max-late=10d");
        rebuild("m", "until", "--until", "2024-02-02T00:00:00Z");
        assertThat(concepts("until")).isEqualTo(Map.of("a", 2.0, "b", 1.0, "k", 1.0));
        forget("u", "until");
        assertIsOther("until");
        rebuild("until", "all");
        assertIsOther("all");
    }

    private Settings settings() throws IOException {
        return Settings.load(new Common(directory.resolve("m"), null, List.of()), Map.of(), Map.of());
    }

    /** Learns what the live memory has learned, until it is stopped. */
    private void replay(Engine from, LogReplay replay, ReplayWatch watch) throws Exception {
        replay.replay(from.positions(), from.view().stretches(), null, watch);
    }

    private static LogReplay into(Settings settings, Engine engine, Rejects rejects, TakenBack takenBack) {
        ReplayOptions options = new ReplayOptions(Until.always(), false, Duration.ofMinutes(1), takenBack);
        return new LogReplay(settings, engine, options, rejects, null);
    }

    private Engine open(String data, String... learning) throws IOException {
        Map<String, String> given = new TreeMap<>(Map.of("half-lives", "none"));
        for (int i = 0; i < learning.length; i += 2) {
            given.put(learning[i], learning[i + 1]);
        }
        return Engine.open(
                directory.resolve(data).resolve("store"), given, settings().engine(), new SimpleMeterRegistry());
    }

    @Test
    void stoppedAndBegunAgainItKnowsNoMoreWhatItLearnedAndBeginsAnew() throws Exception {
        learn(
                """
                {"at":"2024-02-01T12:00:00Z","context":"u","concepts":["a","b","c"]}
                {"at":"2024-02-01T12:01:00Z","context":"u","concepts":["a"]}
                {"at":"2024-02-01T12:00:01Z","concepts":["a","k"]}
                """);
        forget("u", "m");
        rebuild("m", "r", "--set", "max-concepts=2");
        FileCopies.delete(directory.resolve("r/store"));
        Path plan = directory.resolve("r/rebuild.yaml");
        Files.writeString(plan, Files.readString(plan).replace("finished: true", "finished: false"));
        try (DeadLetterFile rejects = new DeadLetterFile(directory.resolve("rejects"));
                Engine live = open("m");
                Engine stopped = open("r", "max-concepts", "2")) {
            AtomicBoolean hasMoved = new AtomicBoolean();
            replay(live, into(settings(), stopped, rejects, TakenBack.AS_LEARNED), new ReplayWatch() {
                @Override
                public boolean isStopped() {
                    return hasMoved.get();
                }

                @Override
                public void moved() {
                    hasMoved.set(true);
                }
            });
        }
        assertThat(concepts("r")).isEqualTo(Map.of("a", 2.0, "k", 1.0));
        rebuild("m", "r", "--set", "max-concepts=2");
        assertThat(progress.toString(StandardCharsets.UTF_8)).contains("so it begins anew: into=" + path("r"));
        assertIsOther("r");
        assertThat(Files.readAllLines(directory.resolve("r/dead-letters.jsonl")))
                .hasSize(1);
        progress.reset();
        rebuild("m", "r", "--set", "max-concepts=2");
        assertThat(progress.toString(StandardCharsets.UTF_8)).doesNotContain("anew");
        assertIsOther("r");
    }

    /** It may be in use. */
    @Test
    void whatWasBuiltToItsEndIsNotDeletedWhenMoreIsTakenBackSince() throws Exception {
        learn(
                """
                {"at":"2024-02-01T12:00:00Z","context":"u","concepts":["a","b"]}
                {"at":"2024-02-01T12:01:00Z","context":"v","concepts":["a"]}
                {"at":"2024-02-01T12:00:01Z","concepts":["a","k"]}
                """);
        forget("u", "m");
        rebuild("m", "r", "--set", "max-concepts=2");
        Map<String, Double> built = concepts("r");
        String plan = Files.readString(directory.resolve("r/rebuild.yaml"));
        forget("v", "m");
        assertThat(run("rebuild", "--data", path("m"), "--into", path("r"), "--set", "max-concepts=2"))
                .isEqualTo(1);
        assertThat(err.toString())
                .contains("may be in use; give the rebuild a directory of its own: into=" + path("r"));
        assertThat(concepts("r")).isEqualTo(built).isEqualTo(Map.of("a", 2.0, "k", 1.0));
        assertThat(directory.resolve("r/rebuild.yaml")).hasContent(plan);
        rebuild("m", "r2", "--set", "max-concepts=2");
        assertIsOther("r2");
    }

    @Test
    void whatIsTakenBackWhileTheLogIsReadIsNotGuessed() throws Exception {
        learn(
                """
                {"at":"2024-02-01T12:00:00Z","context":"u","concepts":["a","b","c"]}
                {"at":"2024-02-01T12:00:01Z","concepts":["a","k"]}
                """);
        try (DeadLetterFile rejects = new DeadLetterFile(directory.resolve("rejects"));
                Engine other = open("other", "max-concepts", "2");
                Engine same = open("same")) {
            LogReplay intoOther = into(settings(), other, rejects, TakenBack.AS_LEARNED);
            LogReplay intoSame = into(settings(), same, rejects, TakenBack.AS_NAMED);
            try (Engine live = open("m")) {
                replay(live, intoOther, ReplayWatch.NONE);
                replay(live, intoSame, ReplayWatch.NONE);
            }
            forget("u", "m");
            try (Engine live = open("m")) {
                assertThatThrownBy(() -> replay(live, intoOther, ReplayWatch.NONE))
                        .isInstanceOf(RetractedMeanwhileException.class);
                replay(live, intoSame, ReplayWatch.NONE);
                assertThat(same.digest().learned()).isEqualTo(live.digest().learned());
                intoSame.finish(false);
            }
        }
    }
}
