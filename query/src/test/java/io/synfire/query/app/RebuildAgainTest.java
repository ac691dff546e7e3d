package io.synfire.query.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.ingest.codec.RecordLimits;
import io.synfire.ingest.file.DeadLetterFile;
import io.synfire.ingest.file.FileReplay;
import io.synfire.ingest.replay.ReplayOptions;
import io.synfire.ingest.replay.ReplayWatch;
import io.synfire.ingest.replay.Until;
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
import java.time.Duration;
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

/** A rebuild that is gone on with builds the memory as it is by then, and never says that it is the same as one that is no more. */
@SuppressWarnings("NullAway.Init")
final class RebuildAgainTest {

    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final ByteArrayOutputStream told = new ByteArrayOutputStream();

    private int run(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        told.reset();
        PrintStream to = new PrintStream(told, true, StandardCharsets.UTF_8);
        CommandLine line = SynfireCommand.over(new Application(Map.of(), to, to));
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(err));
        List<String> all = new ArrayList<>(List.of(arguments));
        if (!all.contains("--data")) {
            all.addAll(List.of("--data", path("live")));
        }
        all.addAll(List.of("--set", "half-lives=none"));
        return line.execute(all.toArray(new String[0]));
    }

    private void succeeds(String... arguments) {
        assertThat(run(arguments)).as("%s %s", out, err).isZero();
    }

    private String path(String name) {
        return directory.resolve(name).toString();
    }

    private String append(String name, String records) throws IOException {
        return Files.writeString(directory.resolve(name), records, StandardOpenOption.CREATE, StandardOpenOption.APPEND)
                .toString();
    }

    private static String record(String context, String concepts) {
        return "{\"at\":\"2024-02-01T10:00:00Z\",\"context\":\"" + context + "\",\"concepts\":[" + concepts + "]}\n";
    }

    private Map<String, Double> activations(String data) {
        succeeds("concepts", "--json", "--data", path(data));
        Matcher found = Pattern.compile("\"concept\":\"([^\"]+)\"[^}]*?\"activation\":([0-9.]+)")
                .matcher(out.toString());
        Map<String, Double> activations = new TreeMap<>();
        while (found.find()) {
            activations.put(found.group(1), Double.parseDouble(found.group(2)));
        }
        return activations;
    }

    private String learned(String data) {
        succeeds("digest", "--json", "--data", path(data));
        Matcher found = Pattern.compile("\"learned\":\"([0-9a-f]{16})\"").matcher(out.toString());
        assertThat(found.find()).as(out.toString()).isTrue();
        return found.group(1);
    }

    /** As a rebuild leaves its plan that is killed before it is at its end. */
    private void unfinished() throws IOException {
        Path plan = directory.resolve("built/rebuild.yaml");
        String text = Files.readString(plan);
        assertThat(text).contains("finished: true");
        Files.writeString(plan, text.replace("finished: true", "finished: false"));
    }

    /** What it says. */
    private String rebuildsTheSame() {
        String live = learned("live");
        succeeds("rebuild", "--into", path("built"));
        assertThat(out.toString()).contains("the same, as it must").containsPattern("learned +" + live + " +" + live);
        String said = out + told.toString(StandardCharsets.UTF_8);
        assertThat(learned("built")).isEqualTo(live);
        return said;
    }

    @BeforeEach
    void learn() throws IOException {
        succeeds("learn", append("a.jsonl", record("u0", "\"a\",\"b\"") + record("u1", "\"c\",\"d\"")));
    }

    @Test
    void whatWasForgottenSinceItWasRefusedIsNotInIt() throws Exception {
        Files.move(directory.resolve("a.jsonl"), directory.resolve("away"));
        assertThat(run("rebuild", "--into", path("built"))).isEqualTo(1);
        assertThat(directory.resolve("built/rebuild.yaml")).doesNotExist();
        Files.move(directory.resolve("away"), directory.resolve("a.jsonl"));
        succeeds("forget", "--context", "u0");
        rebuildsTheSame();
        assertThat(activations("built")).isEqualTo(Map.of("c", 1.0, "d", 1.0));
    }

    @Test
    void whatWasLearnedAndForgottenSinceItWasStoppedIsInItAsItIsInTheMemory() throws Exception {
        succeeds("rebuild", "--into", path("built"));
        unfinished();
        succeeds("learn", append("a.jsonl", record("u2", "\"c\",\"e\"")));
        succeeds("forget", "--context", "u0");
        // The third episode and the command.
        assertThat(rebuildsTheSame()).doesNotContain("anew").containsPattern("records +2 in");
        assertThat(activations("built")).isEqualTo(Map.of("c", 2.0, "d", 1.0, "e", 1.0));
    }

    @Test
    void whereTheMemoryIsAnotherItBeginsAnewAndSaysSo() throws Exception {
        succeeds("backup", path("kept"));
        succeeds("learn", append("b.jsonl", record("u2", "\"x\",\"y\"")));
        succeeds("rebuild", "--into", path("built"));
        assertThat(activations("built")).containsKeys("x", "y");
        succeeds("restore", path("kept"), "--force");
        succeeds("learn", append("c.jsonl", record("u3", "\"c\",\"z\"")));

        // One that was at its end may be in use.
        String built = learned("built");
        assertThat(run("rebuild", "--into", path("built"))).isEqualTo(1);
        assertThat(err.toString())
                .contains("what was built before is not the beginning of the memory as it is now, and may be in use")
                .contains("the memory has learned nothing of file:"
                        + directory.resolve("b.jsonl").toRealPath());
        assertThat(learned("built")).isEqualTo(built);

        unfinished();
        assertThat(rebuildsTheSame())
                .contains(
                        "what was built so far is not the beginning of the memory as it is now, so the rebuild begins anew");
        assertThat(activations("built")).isEqualTo(Map.of("a", 1.0, "b", 1.0, "c", 2.0, "d", 1.0, "z", 1.0));
        assertThat(directory.resolve("built/store.discarded")).doesNotExist();
    }

    @Test
    void whereTheMemoryHasLearnedItsFilesInAnotherOrderItBeginsAnew() throws Exception {
        String last = append("d.jsonl", record("u4", "\"a\",\"k\""));
        succeeds("backup", path("kept"));
        succeeds("learn", append("a.jsonl", record("u4", "\"x\",\"y\"")));
        succeeds("learn", last);
        succeeds("rebuild", "--into", path("built"));
        unfinished();
        succeeds("restore", path("kept"), "--force");
        succeeds("learn", last);
        succeeds("learn", path("a.jsonl"));
        assertThat(rebuildsTheSame()).contains("so the rebuild begins anew");
    }

    @Test
    void whatTheMemoryHasLearnedOfADeadLetterSinceIsInItOnce() throws Exception {
        String log = append("e.jsonl", record("u5", "\"x\"," + " ".repeat(2_000) + "\"y\""));
        succeeds("learn", log, append("f.jsonl", record("u6", "\"v\",\"w\"")), "--set", "max-record=1KiB");
        // By these settings of records it learns from the file what the memory has rejected.
        assertThat(run("rebuild", "--into", path("built"))).isEqualTo(1);
        assertThat(activations("built")).containsEntry("x", 1.0);
        unfinished();
        succeeds("learn", "--again");
        rebuildsTheSame();
        assertThat(activations("built"))
                .isEqualTo(Map.of("a", 1.0, "b", 1.0, "c", 1.0, "d", 1.0, "v", 1.0, "w", 1.0, "x", 1.0, "y", 1.0));
    }

    /** The memory had the room to read at once what the rebuild read in several batches. */
    @Test
    void whereItWasStoppedWithinWhatTheMemoryHadReadAtOnceItGoesOn() throws Exception {
        StringBuilder records = new StringBuilder();
        for (int i = 0; i < 400; i++) {
            StringBuilder concepts = new StringBuilder();
            for (int j = 0; j < 24; j++) {
                concepts.append(j == 0 ? "" : ",")
                        .append("\"n")
                        .append((i + j * j) % 700)
                        .append('"');
            }
            records.append(record("k" + i, concepts.toString()));
        }
        succeeds("learn", append("large.jsonl", records.toString()), "--set", "memory=256MiB");
        succeeds("rebuild", "--into", path("built"));
        unfinished();
        FileCopies.delete(directory.resolve("built/store"));
        try (Engine live = open("live");
                Engine built = open("built");
                DeadLetterFile rejects = new DeadLetterFile(directory.resolve("rejects"))) {
            assertThat(live.view().stretches()).hasSize(2);
            int[] left = {3};
            new FileReplay(
                            built,
                            null,
                            RecordLimits.DEFAULTS,
                            new ReplayOptions(Until.always(), false, Duration.ofDays(1)),
                            rejects,
                            live.positions(),
                            live.view().stretches(),
                            beside -> {})
                    .replay(new ReplayWatch() {
                        @Override
                        public boolean isStopped() {
                            return left[0] <= 0;
                        }

                        @Override
                        public void moved() {
                            left[0]--;
                        }
                    });
            built.checkpoint();
            assertThat(built.view().stretches()).hasSize(3);
            assertThat(built.positions())
                    .anyMatch(position -> position.nextOffset() > 2 && position.nextOffset() < 400);
        }
        assertThat(rebuildsTheSame()).doesNotContain("anew").doesNotContain("records +402 in");
    }

    /** With little room. */
    private Engine open(String data) {
        return Engine.open(
                directory.resolve(data).resolve("store"),
                Map.of("half-lives", "none"),
                new EngineOptions(16 << 20),
                new SimpleMeterRegistry());
    }
}
