package io.synfire.query.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Episode;
import io.synfire.engine.store.StoreInUseException;
import io.synfire.engine.view.Digest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A restore has the data directory for itself, from its first look until the other store is in place, or its process is gone. */
@SuppressWarnings("NullAway.Init")
final class RestoreHoldIT {

    private static final EngineOptions OPTIONS = new EngineOptions(16 << 20);
    private static final Duration LONG = Duration.ofMinutes(2);

    /** A restore of so many takes a while, in which it can be stopped. */
    private static final int EPISODES = 40_000;

    @TempDir
    Path directory;

    private Path data;
    private Path backup;
    private Path more;
    private Digest before;
    private Digest after;

    @BeforeEach
    void backUpAndLearnOn() throws Exception {
        data = directory.resolve("data");
        backup = directory.resolve("backup");
        more = Files.writeString(
                directory.resolve("more.jsonl"), "{\"at\":1300000000000,\"concepts\":[\"new\",\"newer\"]}\n");
        SplittableRandom random = new SplittableRandom(20_111_209);
        try (Engine engine = engine()) {
            for (int i = 0; i < EPISODES; i++) {
                engine.apply(Batch.of(Episode.of(
                        1_300_000_000_000L + i,
                        "c" + random.nextInt(5_000),
                        "d" + random.nextInt(5_000),
                        "e" + i % 99)));
            }
            var unused = new Backups(data, data.resolve("store"), OPTIONS, InstantSource.system())
                    .make(engine::linkTo, backup);
            before = engine.digest();
            engine.apply(Batch.of(Episode.of(1_300_000_000_000L, "later", "latest")));
            engine.flush();
            after = engine.digest();
        }
    }

    @Test
    void nobodyLearnsServesForgetsOrRestoresMeanwhile() throws Exception {
        try (JarProcess restore = restoring()) {
            for (List<String> command : List.of(
                    List.of("learn", more.toString()),
                    List.of("serve", "--set", "kafka.bootstrap.servers=127.0.0.1:1"),
                    List.of("backup", directory.resolve("other").toString()),
                    List.of("restore", backup.toString(), "--force"))) {
                assertThat(run(1, command))
                        .as("%s", command)
                        .contains("a store has one writer at a time and another one has it open: store="
                                + data.resolve("store"))
                        .contains(" command=restore pid=" + restore.pid() + " ");
            }
            // Who opens the store itself is refused, too.
            assertThatThrownBy(() -> engine().close())
                    .isInstanceOf(StoreInUseException.class)
                    .hasMessageContaining("pid=" + restore.pid());
            // Who only reads sees the store that was there before.
            assertThat(digest()).isEqualTo(after);
            restore.resume();
            assertThat(restore.awaitExit(LONG)).as(restore.output()).isZero();
        }
        assertThat(digest()).isEqualTo(before);
        assertThat(run(0, List.of("learn", more.toString()))).contains("1 episodes learned of 1 records");
        assertThat(Engine.verify(data.resolve("store"), OPTIONS).findings()).isEmpty();
        assertThat(digest().episodes()).isEqualTo(EPISODES + 1);
        assertThat(Engine.verify(data.resolve("store.damaged-1"), OPTIONS).digest())
                .isEqualTo(after);
    }

    @Test
    void oneThatIsKilledHindersNobodyAndTheNextMends() throws Exception {
        try (JarProcess restore = restoring()) {
            restore.kill();
        }
        assertThat(data.resolve("store.restoring")).exists();
        assertThat(digest()).isEqualTo(after);
        assertThat(run(0, List.of("learn", more.toString()))).contains("1 episodes learned of 1 records");
        assertThat(digest().episodes()).isEqualTo(EPISODES + 2);
        // As one leaves it that is killed after it took the store away.
        Files.move(data.resolve("store"), data.resolve("store.damaged-1"));
        assertThat(run(1, List.of("learn", more.toString()))).contains("a restore was stopped before its end");
        assertThat(data.resolve("store")).doesNotExist();
        assertThat(run(0, List.of("restore", backup.toString()))).contains("restored      " + data.resolve("store"));
        assertThat(digest()).isEqualTo(before);
        assertThat(data.resolve("store.restoring")).doesNotExist();
    }

    /** One that has begun to copy, and stands still. */
    private JarProcess restoring() throws Exception {
        JarProcess restore = JarProcess.start(
                directory.resolve("restore.log"),
                List.of(),
                "restore",
                backup.toString(),
                "--force",
                "--data",
                data.toString());
        await().atMost(LONG)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(2))
                .until(() -> Files.exists(data.resolve("store.restoring")));
        restore.pause();
        assertThat(data.resolve("store.restoring")).as("stopped too late").exists();
        return restore;
    }

    private String run(int code, List<String> command) throws Exception {
        Path output = Files.createTempFile(directory, "command", ".log");
        List<String> arguments = new ArrayList<>(command);
        arguments.addAll(List.of("--data", data.toString()));
        try (JarProcess process = JarProcess.start(output, List.of("-Xmx128m"), arguments.toArray(String[]::new))) {
            assertThat(process.awaitExit(LONG)).as(process.output()).isEqualTo(code);
            return process.output();
        }
    }

    private Digest digest() {
        Engine engine = Engine.openReadOnly(data.resolve("store"), OPTIONS, new SimpleMeterRegistry());
        try (engine) {
            return engine.digest();
        }
    }

    private Engine engine() {
        return Engine.open(data.resolve("store"), Map.of("half-lives", "none"), OPTIONS, new SimpleMeterRegistry());
    }
}
