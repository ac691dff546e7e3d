package io.synfire.ingest.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broker's directory is one process's at a time, and whoever comes second is told whose. */
final class BrokerLockTest {

    @TempDir
    Path directory;

    /** Another process. */
    static final class Other {
        private Other() {}

        public static void main(String[] arguments) throws Exception {
            try (BrokerLock lock = BrokerLock.take(Path.of(arguments[0]))) {
                System.out.println("taken");
                // Until its standard input ends.
                while (System.in.read() >= 0) {
                    assertThat(lock).isNotNull();
                }
            } catch (BrokerInUseException e) {
                System.out.println(e.getMessage());
            }
        }
    }

    private Process other() throws Exception {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Other.class.getName(),
                        directory.toString())
                .redirectErrorStream(true)
                .start();
    }

    @Test
    void anotherProcessIsToldWhoHasItAndTakesItOnceItIsGivenUp() throws Exception {
        String own = "pid=" + ProcessHandle.current().pid() + " started=";
        try (BrokerLock lock = BrokerLock.take(directory)) {
            assertThat(lock).isNotNull();
            Process second = other();
            assertThat(second.inputReader().readLine())
                    .contains("another process starts, runs or stops the broker of this data directory")
                    .contains("wait until that serves or has ended, then run this again")
                    .contains("directory=" + directory)
                    .contains(own);
            assertThat(second.waitFor(1, TimeUnit.MINUTES)).isTrue();
            // Twice in one process, too; and neither attempt has given it up.
            assertThatThrownBy(() -> BrokerLock.take(directory))
                    .isInstanceOf(BrokerInUseException.class)
                    .hasMessageContaining(own);
            assertThat(other().inputReader().readLine()).contains(own);
            // Nor where the name is gone, by which this process is known.
            Files.delete(directory.resolve("broker.holder"));
            assertThatThrownBy(() -> BrokerLock.take(directory)).isInstanceOf(BrokerInUseException.class);
            assertThat(other().inputReader().readLine()).contains("pid=unknown");
        }
        assertThat(directory.resolve("broker.holder")).doesNotExist();
        // Whoever gave it up may take it again.
        BrokerLock.take(directory).close();
        Process next = other();
        assertThat(next.inputReader().readLine()).isEqualTo("taken");
        assertThatThrownBy(() -> BrokerLock.take(directory))
                .isInstanceOf(BrokerInUseException.class)
                .hasMessageContaining("pid=" + next.pid());
        // Killed, it leaves its name behind and not its lock.
        next.destroyForcibly();
        assertThat(next.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(Files.readString(directory.resolve("broker.holder"))).contains("pid=" + next.pid());
        try (BrokerLock lock = BrokerLock.take(directory)) {
            assertThat(lock).isNotNull();
            assertThat(Files.readString(directory.resolve("broker.holder"))).contains(own);
        }
    }
}
