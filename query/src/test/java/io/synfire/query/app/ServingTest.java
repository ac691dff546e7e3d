package io.synfire.query.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A data directory says where it is served only while that process has the store. */
final class ServingTest {

    private static final String URL = "http://127.0.0.1:8080";

    @TempDir
    Path data;

    private Engine open(Path store) {
        return Engine.open(store, Map.of(), new EngineOptions(16 << 20), new SimpleMeterRegistry());
    }

    @Test
    void itCountsWhileTheProcessThatWroteItHoldsTheStore() throws Exception {
        Path store = data.resolve("store");
        try (Engine engine = open(store)) {
            assertThat(engine.positions()).isEmpty();
            assertThat(Serving.url(data, store)).isEmpty();
            Serving.write(data, store, URL);
            assertThat(Serving.url(data, store)).contains(URL);
            String left = Files.readString(data.resolve("serving"));
            Files.writeString(data.resolve("serving"), left.replaceFirst("pid=\\d+", "pid=1"));
            assertThat(Serving.url(data, store)).isEmpty();
            Files.writeString(data.resolve("serving"), URL + "\n");
            assertThat(Serving.url(data, store)).isEmpty();
            Files.writeString(data.resolve("serving"), left);
            assertThat(Serving.url(data, store)).contains(URL);
        }
        // It was killed.
        assertThat(Serving.url(data, store)).isEmpty();
        assertThatThrownBy(() -> Serving.write(data, store, URL)).isInstanceOf(IllegalStateException.class);
        Serving.remove(data);
        assertThat(Serving.url(data, store)).isEmpty();
    }
}
