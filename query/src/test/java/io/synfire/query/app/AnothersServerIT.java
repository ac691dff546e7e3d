package io.synfire.query.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.RandomAccessFile;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where another memory answers at the place that a data directory names, commands do not take it for their own. */
@SuppressWarnings("NullAway.Init")
final class AnothersServerIT {

    private static final Duration LONG = Duration.ofMinutes(2);

    /** Nobody listens there: what is stored is answered from all the same. */
    private static final String NO_CLUSTER = "localhost:1";

    @TempDir
    Path directory;

    private Path data(String name) {
        return directory.resolve(name);
    }

    private JarProcess run(String name, String... arguments) throws Exception {
        return JarProcess.start(directory.resolve(name + ".log"), List.of(), arguments);
    }

    private void learn(String name, String concept) throws Exception {
        Path file = Files.writeString(
                directory.resolve(name + ".jsonl"),
                "{\"at\":\"2024-02-01T10:00:00Z\",\"concepts\":[\"" + concept + "\",\"x\"]}\n");
        try (JarProcess learn = run(
                "learn-" + name, "learn", file.toString(), "--data", data(name).toString())) {
            assertThat(learn.awaitExit(LONG)).as(learn.output()).isZero();
        }
    }

    private void assertRefused(String log) throws Exception {
        Path target = directory.resolve("backup-" + log);
        try (JarProcess backup =
                run(log, "backup", target.toString(), "--data", data("mine").toString())) {
            assertThat(backup.awaitExit(LONG)).as(backup.output()).isEqualTo(1);
            assertThat(backup.output().strip().lines()).hasSize(1);
            assertThat(backup.output()).contains("another one has it open").contains("pid=");
        }
        assertThat(target).doesNotExist();
    }

    @Test
    void aBackupIsMadeOfTheMemoryThatIsMeantOrNotAtAll() throws Exception {
        learn("mine", "mine-1");
        learn("theirs", "theirs-1");
        Served served = new Served(directory);
        int port;
        try (JarProcess mine = served.start("mine", List.of(), NO_CLUSTER)) {
            port = URI.create(mine.awaitUrl()).getPort();
            await().atMost(LONG).until(() -> Files.exists(data("mine").resolve("serving")));
            mine.kill();
        }
        Path fifo = directory.resolve("fifo");
        assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor())
                .isZero();
        try (JarProcess theirs = served.start("theirs", List.of(), NO_CLUSTER, "--set", "http.port=" + port);
                RandomAccessFile pipe = new RandomAccessFile(fifo.toFile(), "rw");
                JarProcess learn = run(
                        "learning",
                        "learn",
                        fifo.toString(),
                        "--data",
                        data("mine").toString())) {
            assertThat(URI.create(theirs.awaitUrl()).getPort()).isEqualTo(port);
            await().atMost(LONG).until(() -> Files.exists(data("theirs").resolve("serving")));
            pipe.write("{\"at\":\"2024-02-01T10:00:00Z\",\"concepts\":[\"mine-2\",\"x\"]}\n"
                    .getBytes(StandardCharsets.UTF_8));
            await().atMost(LONG)
                    .until(() ->
                            learn.isAlive() && DataLock.holder(data("mine")).isPresent());
            assertRefused("left");
            // As a copy of the whole directory would have it.
            Files.copy(
                    data("theirs").resolve("serving"),
                    data("mine").resolve("serving"),
                    StandardCopyOption.REPLACE_EXISTING);
            assertRefused("copied");
            Path target = directory.resolve("backup-theirs");
            try (JarProcess backup = run(
                    "of-theirs",
                    "backup",
                    target.toString(),
                    "--data",
                    data("theirs").toString())) {
                assertThat(backup.awaitExit(LONG)).as(backup.output()).isZero();
            }
            assertThat(BackupManifest.read(target).positions())
                    .anyMatch(position -> position.source().endsWith("/theirs.jsonl"));
        }
    }
}
