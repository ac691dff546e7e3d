package io.synfire.query.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.synfire.engine.store.StoreInUseException;
import io.synfire.query.cli.SynfireCommand;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** One process at a time changes a data directory, and whoever comes second is told who has it. */
@SuppressWarnings("NullAway.Init")
final class DataLockTest {

    @TempDir
    Path directory;

    /** Another process. */
    static final class Other {
        private Other() {}

        public static void main(String[] arguments) throws Exception {
            try (DataLock lock = DataLock.take(Path.of(arguments[0]), "learn")) {
                System.out.println("taken " + lock.data());
                if (arguments.length > 1) {
                    // As a process that is killed.
                    Runtime.getRuntime().halt(0);
                }
            } catch (StoreInUseException e) {
                System.out.println(e.getMessage());
            }
        }
    }

    private static String other(String... arguments) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Other.class.getName());
        builder.command().addAll(List.of(arguments));
        Process other = builder.redirectErrorStream(true).start();
        String said = new String(other.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(other.waitFor()).as(said).isZero();
        return said.strip();
    }

    @Test
    void whoComesSecondIsToldWhoHasItForWhatAndTakesItAfterwards() throws Exception {
        Path data = directory.resolve("data");
        String own = "command=restore pid=" + ProcessHandle.current().pid() + " started=";
        try (DataLock lock = DataLock.take(data, "restore")) {
            assertThat(lock.data()).isEqualTo(data);
            assertThat(other(data.toString()))
                    .contains("a store has one writer at a time and another one has it open")
                    .contains("store=" + data.resolve("store"))
                    .contains(own)
                    .contains("data=" + data.toRealPath());
            // Twice in one process, too; and no attempt has given it up, by whatever name.
            Path link = Files.createSymbolicLink(directory.resolve("link"), data);
            assertThatThrownBy(() -> DataLock.take(data, "learn"))
                    .isInstanceOf(StoreInUseException.class)
                    .hasMessageContaining(own);
            assertThatThrownBy(() -> DataLock.take(link, "learn")).isInstanceOf(StoreInUseException.class);
            assertThat(other(data.toString())).contains(own);
            // Nor where the name is gone, by which this process is known.
            Files.delete(data.resolve("memory.holder"));
            for (Path path : List.of(data, link)) {
                assertThatThrownBy(() -> DataLock.take(path, "learn")).isInstanceOf(StoreInUseException.class);
                assertThat(DataLock.holder(path))
                        .hasValueSatisfying(who -> assertThat(who).contains("who has it is not known"));
            }
            assertThat(other(data.toString())).contains("a store has one writer at a time");
            // A copy is another directory.
            Path copy = Files.createDirectory(directory.resolve("copy"));
            for (String name : FileCopies.names(data)) {
                Files.copy(data.resolve(name), copy.resolve(name));
            }
            DataLock.take(copy, "learn").close();
        }
        assertThat(other(data.toString())).isEqualTo("taken " + data);
    }

    /** As another process has it that only asks who holds it. */
    @Test
    void whoHasItForAMomentRefusesNobody() throws Exception {
        Path data = directory.resolve("data");
        DataLock.take(data, "learn").close();
        CountDownLatch isLocked = new CountDownLatch(1);
        Thread asking = new Thread(() -> {
            try (FileChannel channel = FileChannel.open(data.resolve("memory.lock"), StandardOpenOption.WRITE);
                    FileLock lock = channel.lock()) {
                isLocked.countDown();
                // As long as a slow process takes between two instructions.
                LockSupport.parkNanos(Duration.ofMillis(60).toNanos());
                lock.release();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        asking.start();
        isLocked.await();
        try (DataLock lock = DataLock.take(data, "learn")) {
            assertThat(lock.data()).isEqualTo(data);
        }
        asking.join();
    }

    /** Between the lock and its name another process may look; and a name may be one that nobody can read. */
    @Test
    void whoHasItWithoutANameIsToldOfInASentence() throws Exception {
        Path data = directory.resolve("data");
        DataLock.take(data, "learn").close();
        String begin =
                "a store has one writer at a time and another one has it open: store=" + data.resolve("store") + " ";
        try (FileChannel channel = FileChannel.open(data.resolve("memory.lock"), StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            assertThat(lock.isValid()).isTrue();
            assertThat(other(data.toString()))
                    .isEqualTo(begin
                            + "who has it is not known, since it has just begun or is about to end: run this again");
            Files.createDirectory(data.resolve("memory.holder"));
            assertThat(other(data.toString()))
                    .isEqualTo(begin + "who has it is not known, since memory.holder cannot be read: Is a directory");
        }
    }

    @Test
    void whatAKilledProcessLeftHindersNobody() throws Exception {
        Path data = directory.resolve("data");
        assertThat(other(data.toString(), "halt")).isEqualTo("taken " + data);
        assertThat(data.resolve("memory.holder")).content().startsWith("command=learn pid=");
        try (DataLock lock = DataLock.take(data, "backup")) {
            assertThat(data.resolve("memory.holder"))
                    .content()
                    .startsWith("command=backup pid=" + ProcessHandle.current().pid());
            assertThat(lock.data()).isEqualTo(data);
        }
        assertThat(FileCopies.names(data)).allMatch(DataLock::isPart);
    }

    /** Whatever it is held for: such as a restore, which is about to put another store in the place of this one. */
    @Test
    @Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void noCommandChangesWhatAnotherHolds() throws Exception {
        Path log = Files.writeString(
                directory.resolve("log.jsonl"), "{\"at\":1600000000000,\"concepts\":[\"tea\",\"milk\"]}\n");
        String data = directory.resolve("data").toString();
        String backup = directory.resolve("backup").toString();
        String built = directory.resolve("built").toString();
        assertThat(run("learn", log.toString(), "--data", data)).isEmpty();
        assertThat(run("backup", backup, "--data", data)).isEmpty();
        try (DataLock held = DataLock.take(Path.of(data), "test");
                DataLock target = DataLock.take(Path.of(built), "test")) {
            assertThat(held.data()).isNotEqualTo(target.data());
            for (List<String> command : List.of(
                    List.of("learn", log.toString()),
                    List.of("serve", "--set", "kafka.bootstrap.servers=127.0.0.1:1"),
                    List.of("forget", "--concept", "tea"),
                    List.of("backup", backup + "-2"),
                    List.of("restore", backup, "--force"),
                    List.of("rebuild", "--into", built))) {
                List<String> line = new ArrayList<>(command);
                line.addAll(List.of("--data", data));
                assertThat(run(line.toArray(String[]::new)))
                        .as("%s", command)
                        .contains("a store has one writer at a time and another one has it open", "command=test pid=");
            }
        }
        assertThat(run("learn", log.toString(), "--data", data)).isEmpty();
        assertThat(run("rebuild", "--into", built, "--data", data)).isEmpty();
    }

    /** What a command says of its failure; nothing if it has none. */
    private static String run(String... line) {
        StringWriter err = new StringWriter();
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
        CommandLine command = SynfireCommand.over(new Application(Map.of(), nowhere, nowhere));
        command.setOut(new PrintWriter(new StringWriter()));
        command.setErr(new PrintWriter(err));
        int code = command.execute(line);
        assertThat(code).as("%s", err).isEqualTo(err.toString().isEmpty() ? 0 : 1);
        return err.toString();
    }
}
