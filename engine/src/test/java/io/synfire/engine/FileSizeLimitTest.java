package io.synfire.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Position;
import io.synfire.engine.store.StoreDamagedException;
import io.synfire.engine.store.StoreException;
import io.synfire.engine.store.StoreFullException;
import io.synfire.engine.view.Associations;
import io.synfire.engine.view.MemoryView;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The system itself fails a write of RocksDB in the middle, and not for want of room: the write-ahead log may not grow beyond a size. In a
 * process of its own, since the limit is a process's.
 */
final class FileSizeLimitTest {

    private static final int TARGETS = 3_000;
    private static final int PORTION = 100;

    @TempDir
    Path directory;

    @Test
    void aWriteThatTheSystemRefusesHalfWayIsThereOnceInTheEnd() throws Exception {
        Assumptions.assumeTrue(
                Files.isExecutable(Path.of("/usr/bin/prlimit")), "limits of a process that runs take prlimit");
        Process learner = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Learner.class.getName(),
                        directory.resolve("store").toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(learner.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(learner.waitFor()).as(said).isZero();
        assertThat(said).contains("refused 3 times, and in the end all is there once");
        try (Engine engine = open(directory.resolve("store"))) {
            assertThat(engine.lostCheckpoints()).isZero();
            assertHub(engine, 4);
        }
    }

    /** The other process. */
    static final class Learner {

        private Learner() {}

        public static void main(String[] arguments) throws Exception {
            Path store = Path.of(arguments[0]);
            try (Engine engine = open(store)) {
                learn(engine, 0);
            }
            int refused = 0;
            // What comes now is added to rows that are in the store alone.
            try (Engine engine = open(store)) {
                for (int round = 1; round <= 3; round++) {
                    learn(engine, round);
                    // Less than the checkpoint: it ends in the middle of it.
                    limit(logBytes(store) + 1_000L * round);
                    try {
                        engine.checkpoint();
                    } catch (StoreFullException | StoreDamagedException e) {
                        throw e;
                    } catch (StoreException e) {
                        assertThat(e).hasMessageContaining("File too large");
                        refused++;
                    }
                    assertHub(engine, round + 1);
                    limit(Long.MAX_VALUE);
                    engine.checkpoint();
                    assertHub(engine, round + 1);
                }
            }
            System.out.println("refused " + refused + " times, and in the end all is there once");
        }

        private static long logBytes(Path store) {
            List<Path> logs = StoreImage.files(store, ".log");
            return logs.get(logs.size() - 1).toFile().length();
        }

        private static void limit(long bytes) throws IOException, InterruptedException {
            String soft = bytes == Long.MAX_VALUE ? "unlimited" : String.valueOf(bytes);
            Process done = new ProcessBuilder(
                            "/usr/bin/prlimit",
                            "--pid",
                            String.valueOf(ProcessHandle.current().pid()),
                            "--fsize=" + soft + ":")
                    .inheritIO()
                    .start();
            assertThat(done.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(done.exitValue()).isZero();
        }
    }

    private static void learn(Engine engine, int round) {
        for (int from = 0; from < TARGETS; from += PORTION) {
            String[] concepts = new String[PORTION + 1];
            concepts[PORTION] = "hub";
            for (int i = 0; i < PORTION; i++) {
                concepts[i] = "t" + (from + i);
            }
            long next = (long) round * TARGETS + from + PORTION;
            engine.apply(
                    new Batch("", List.of(Episode.of(0, concepts)), List.of(new Position("log", "id", 0, next, 0)), 0));
        }
    }

    private static void assertHub(Engine engine, int rounds) {
        MemoryView view = engine.view();
        Associations hub = view.associations(view.conceptOf("hub"), view.watermarkMs());
        assertThat(hub.size()).isEqualTo(TARGETS);
        for (int i = 0; i < TARGETS; i++) {
            assertThat(hub.strength(i, 0)).isEqualTo(rounds);
        }
    }

    private static Engine open(Path store) {
        return Engine.open(
                store,
                Map.of("half-lives", "none", "max-associations", "0"),
                new EngineOptions(2 * EngineOptions.MEMORY_BYTES_MIN),
                new SimpleMeterRegistry());
    }
}
