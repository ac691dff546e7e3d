package io.synfire.query.app.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nothing is left. */
final class WorkspaceTest {

    @TempDir
    Path parent;

    @Test
    void filesAndProcessesAreGoneWhenItIsClosed() throws Exception {
        Process process;
        try (Workspace workspace = Workspace.in(parent)) {
            Files.writeString(workspace.directory("a").resolve("file"), "12345");
            assertThat(Directories.bytes(parent)).isEqualTo(5);
            process = workspace.start(new ProcessBuilder(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-version"));
        }
        assertThat(process.waitFor(Duration.ofSeconds(10).toMillis(), TimeUnit.MILLISECONDS))
                .isTrue();
        assertThat(parent).isEmptyDirectory();
    }
}
