package io.synfire.query.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A data directory says where it is served only while that process holds it. */
final class ServingTest {

    private static final String URL = "http://127.0.0.1:8080";

    @TempDir
    Path directory;

    @Test
    void itCountsWhileTheProcessThatWroteItHoldsTheDirectory() throws Exception {
        Path data = directory.resolve("data");
        Path copy = directory.resolve("copy");
        try (DataLock held = DataLock.take(data, "serve")) {
            assertThat(held.data()).isEqualTo(data);
            assertThat(Serving.url(data)).isEmpty();
            Serving.write(data, URL);
            assertThat(Serving.url(data)).contains(URL);
            String left = Files.readString(data.resolve("serving"));
            Files.writeString(data.resolve("serving"), left.replaceFirst("pid=\\d+", "pid=1"));
            assertThat(Serving.url(data)).isEmpty();
            Files.writeString(data.resolve("serving"), URL + "\n");
            assertThat(Serving.url(data)).isEmpty();
            Files.writeString(data.resolve("serving"), left);
            assertThat(Serving.url(data)).contains(URL);
            // A copy of the directory, which is held by a learner.
            try (DataLock learning = DataLock.take(copy, "learn")) {
                Files.copy(data.resolve("serving"), learning.data().resolve("serving"));
                assertThat(Serving.url(copy)).isEmpty();
            }
            assertThat(Serving.url(data)).contains(URL);
        }
        // It was killed.
        assertThat(Serving.url(data)).isEmpty();
        assertThatThrownBy(() -> Serving.write(data, URL)).isInstanceOf(IllegalStateException.class);
        Serving.remove(data);
        assertThat(Serving.url(data)).isEmpty();
    }
}
