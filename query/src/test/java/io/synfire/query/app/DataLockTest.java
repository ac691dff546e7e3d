package io.synfire.query.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.synfire.engine.store.StoreInUseException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
            // A copy is another directory.
            Path copy = Files.createDirectory(directory.resolve("copy"));
            for (String name : FileCopies.names(data)) {
                Files.copy(data.resolve(name), copy.resolve(name));
            }
            DataLock.take(copy, "learn").close();
        }
        assertThat(other(data.toString())).isEqualTo("taken " + data);
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
}
