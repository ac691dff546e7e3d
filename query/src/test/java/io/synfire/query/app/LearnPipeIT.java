package io.synfire.query.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import java.io.ByteArrayOutputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Packed files through a pipe of the system, as a shell makes it. */
@SuppressWarnings("NullAway.Init")
final class LearnPipeIT {

    /** Each member is a few dozen bytes, so that what a pipe holds at once ends in the middle of many a header. */
    private static final int MEMBERS = 4_000;

    private static final Duration LONG = Duration.ofMinutes(2);

    @TempDir
    Path directory;

    /** The next member's header comes in two pieces: all of the first was read before the second is there. */
    @Test
    void aMemberThatComesLaterIsWaitedFor() throws Exception {
        byte[] mustard = member("mustard");
        byte[] bread = member("bread");
        Path fifo = directory.resolve("fifo");
        assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor())
                .isZero();
        Path data = directory.resolve("memory");
        // Open for both, so that neither side waits for the other.
        RandomAccessFile pipe = new RandomAccessFile(fifo.toFile(), "rw");
        try (JarProcess learn = JarProcess.start(
                ProcessBuilder.Redirect.from(fifo.toFile()),
                directory.resolve("learn.log"),
                List.of(),
                "learn",
                "-",
                "--data",
                data.toString(),
                "--set",
                "half-lives=none")) {
            try (pipe) {
                FileInputStream left = new FileInputStream(pipe.getFD());
                pipe.write(mustard);
                pipe.write(bread, 0, 5);
                await().atMost(LONG).until(() -> left.available() == 0);
                pipe.write(bread, 5, bread.length - 5);
            }
            assertThat(learn.awaitExit(LONG)).as(learn.output()).isZero();
            assertThat(learn.output()).contains("-: 2 episodes learned of 2 records");
        }
        assertLearned(data, "1\\.0");
    }

    @Test
    void allMembersOfAllFilesAreLearned() throws Exception {
        Path mustard = members("mustard.gz", "mustard");
        Path bread = members("bread.gz", "bread");
        // More than a pipe holds, so the reader meets its ends.
        assertThat(Files.size(mustard) + Files.size(bread)).isGreaterThan(4 << 16);
        Path data = directory.resolve("memory");
        Path output = directory.resolve("learn.log");
        Process learn = new ProcessBuilder(
                        "sh",
                        "-c",
                        "cat \"$0\" \"$1\" | \"$2\" -jar \"$3\" learn - --data \"$4\" --set half-lives=none",
                        mustard.toString(),
                        bread.toString(),
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        Path.of(System.getProperty("synfire.jar", "target/synfire.jar"))
                                .toAbsolutePath()
                                .toString(),
                        data.toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(learn.waitFor(LONG.toMillis(), TimeUnit.MILLISECONDS)).isTrue();
        } finally {
            learn.descendants().forEach(ProcessHandle::destroyForcibly);
            learn.destroyForcibly();
        }
        assertThat(learn.exitValue()).as(Files.readString(output)).isZero();
        assertThat(Files.readString(output))
                .contains("-: 8,000 episodes learned of 8,000 records")
                .contains("0 rejected");
        assertLearned(data, "4000\\.0");
    }

    /** As of a log to which something is appended now and then. */
    @Test
    void whatASlowPipeGaveIsSafeAndAStopKeepsAllOfIt() throws Exception {
        Path fifo = directory.resolve("fifo");
        assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor())
                .isZero();
        Path data = directory.resolve("memory");
        RandomAccessFile pipe = new RandomAccessFile(fifo.toFile(), "rw");
        try (pipe;
                JarProcess learn = JarProcess.start(
                        ProcessBuilder.Redirect.from(fifo.toFile()),
                        directory.resolve("learn.log"),
                        List.of(),
                        "learn",
                        "-",
                        "--data",
                        data.toString(),
                        "--set",
                        "checkpoint-interval=1s")) {
            pipe.write(records(0, 500));
            await().atMost(LONG).ignoreExceptions().until(() -> episodes(data) == 500);
            for (int i = 500; i < 505; i++) {
                pipe.write(records(i, i + 1));
                int all = i + 1;
                await().atMost(LONG).until(() -> episodes(data) == all);
            }
            // With the next checkpoint a while ahead; of the last record not all has come.
            byte[] last = records(505, 507);
            pipe.write(last, 0, last.length - 3);
            FileInputStream left = new FileInputStream(pipe.getFD());
            await().atMost(LONG).until(() -> left.available() == 0);
            learn.terminate();
            // As one that the signal has ended.
            assertThat(learn.awaitExit(LONG)).as(learn.output()).isEqualTo(143);
            assertThat(learn.output())
                    .contains("-: 506 episodes learned of 506 records")
                    .contains("synfire: it was stopped; what was read until then is learned");
        }
        assertThat(episodes(data)).isEqualTo(506);
    }

    private static byte[] records(int from, int to) {
        StringBuilder lines = new StringBuilder();
        for (int i = from; i < to; i++) {
            lines.append("{\"at\":")
                    .append(1_700_000_000_000L + i)
                    .append(",\"concepts\":[\"a")
                    .append(i)
                    .append("\",\"x\"]}\n");
        }
        return lines.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** As of the last checkpoint. */
    private static long episodes(Path data) {
        try (Engine engine =
                Engine.openReadOnly(data.resolve("store"), new EngineOptions(16 << 20), new SimpleMeterRegistry())) {
            return engine.view().counts().episodes();
        }
    }

    private void assertLearned(Path data, String strength) throws Exception {
        try (JarProcess asked = JarProcess.start(
                directory.resolve("asked.log"),
                List.of(),
                "associations",
                "ham",
                "--json",
                "--data",
                data.toString())) {
            assertThat(asked.awaitExit(LONG)).as(asked.output()).isZero();
            for (String concept : List.of("bread", "mustard")) {
                assertThat(asked.output())
                        .containsPattern(
                                "\"concept\":\"" + concept + "\",\"score\":[^,]+,\"strength\":" + strength + ",");
            }
        }
    }

    private Path members(String name, String concept) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int i = 0; i < MEMBERS; i++) {
            all.write(member(concept));
        }
        return Files.write(directory.resolve(name), all.toByteArray());
    }

    private static byte[] member(String concept) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream member = new GZIPOutputStream(packed)) {
            member.write(("{\"at\":\"2024-02-01T10:00:00Z\",\"concepts\":[\"ham\",\"" + concept + "\"]}\n")
                    .getBytes(StandardCharsets.UTF_8));
        }
        return packed.toByteArray();
    }
}
