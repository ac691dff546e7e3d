package io.synfire.query.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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
