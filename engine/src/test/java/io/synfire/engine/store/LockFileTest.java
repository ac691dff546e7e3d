package io.synfire.engine.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A lock is not given up by asking for it. */
final class LockFileTest {

    private static final int THREADS = 4;

    @TempDir
    Path directory;

    /** Another process. */
    static final class Other {
        private Other() {}

        public static void main(String[] arguments) throws Exception {
            try (FileChannel channel = LockFile.take(Path.of(arguments[0]))) {
                System.out.println(channel == null ? "refused" : "taken");
            }
        }
    }

    @Test
    void whoAsksOnceMoreByWhateverNameGivesNothingUp() throws Exception {
        Path file = directory.resolve("lock");
        Path link = Files.createSymbolicLink(directory.resolve("link"), file);
        try (FileChannel held = LockFile.take(file)) {
            assertThat(held).isNotNull();
            Path name = Files.createLink(directory.resolve("name"), file);
            for (Path each : List.of(file, link, name)) {
                assertThat(LockFile.take(each)).isNull();
            }
            assertThat(other(file)).isEqualTo("refused");
        }
        assertThat(other(file)).isEqualTo("taken");
        Objects.requireNonNull(LockFile.take(file)).close();
    }

    /** Whoever reads it and closes it would give up the lock of who takes it meanwhile. */
    @Test
    void aFileThatIsOpenHereForWhateverReasonIsNotTaken() throws Exception {
        Path file = Files.createFile(directory.resolve("lock"));
        try (FileChannel reading = FileChannel.open(file, StandardOpenOption.READ)) {
            assertThat(reading.isOpen()).isTrue();
            assertThat(LockFile.take(file)).isNull();
        }
        Objects.requireNonNull(LockFile.take(file)).close();
    }

    @Test
    void ofThreadsThatAskAtOnceOneHasItAndKeepsIt() throws Exception {
        Path locks = Path.of("/proc/locks");
        Assumptions.assumeTrue(Files.isReadable(locks), "only Linux lists who has which lock");
        Path file = Files.createFile(directory.resolve("lock"));
        String listed = " " + ProcessHandle.current().pid() + " ";
        String inode = ":" + Files.getAttribute(file, "unix:ino") + " ";
        CyclicBarrier atOnce = new CyclicBarrier(THREADS);
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            for (int round = 0; round < 200; round++) {
                List<Future<Optional<FileChannel>>> asking = new ArrayList<>();
                for (int i = 0; i < THREADS; i++) {
                    asking.add(threads.submit(() -> {
                        atOnce.await();
                        return Optional.ofNullable(LockFile.take(file));
                    }));
                }
                List<FileChannel> taken = new ArrayList<>();
                for (Future<Optional<FileChannel>> each : asking) {
                    each.get().ifPresent(taken::add);
                }
                assertThat(taken).hasSize(1);
                assertThat(Files.readAllLines(locks)).anyMatch(line -> line.contains(listed) && line.contains(inode));
                taken.get(0).close();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    /** As where the file system has none; here the channel is closed. */
    @Test
    void whatCannotBeLockedIsNamed() throws Exception {
        Path file = Files.createFile(directory.resolve("lock"));
        FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
        channel.close();
        assertThatThrownBy(() -> LockFile.isLocked(channel, file))
                .isInstanceOf(IOException.class)
                .hasMessage("the file cannot be locked; its file system may have no locks: file=" + file + ": null");
    }

    private static String other(Path file) throws Exception {
        Process other = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Other.class.getName(),
                        file.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(other.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(other.waitFor()).as(said).isZero();
        return said.strip();
    }
}
