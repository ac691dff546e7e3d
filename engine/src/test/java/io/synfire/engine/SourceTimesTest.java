package io.synfire.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Episode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The latest time of the sources of what was learned is kept with it. */
final class SourceTimesTest {

    private static final EngineOptions OPTIONS = new EngineOptions(16 << 20);

    @TempDir
    Path directory;

    private Engine open(String name) {
        return Engine.open(directory.resolve(name), Map.of(), OPTIONS, new SimpleMeterRegistry());
    }

    private static Batch batch(String partition, long atMs) {
        return new Batch(partition, List.of(Episode.of(atMs, "a", "b")), List.of(), 0);
    }

    @Test
    void itIsTheLatestOfAllPartitionsAndComesBackWithTheCheckpoint() {
        try (Engine engine = open("store")) {
            assertThat(engine.view().sourceMs()).isEqualTo(-1);
            engine.apply(batch("t-0", 500));
            assertThat(engine.view().sourceMs())
                    .as("nothing is known of its source")
                    .isEqualTo(-1);
            engine.apply(batch("t-0", 600).ofSource(0));
            assertThat(engine.view().sourceMs()).isZero();
            engine.apply(
                    List.of(batch("t-0", 700).ofSource(900), batch("t-1", 800).ofSource(650), batch("t-1", 801)));
            assertThat(engine.view().sourceMs()).isEqualTo(900);
            assertThat(engine.view().watermarkMs()).isEqualTo(801);
            engine.checkpoint();
            engine.apply(batch("t-1", 1).ofSource(1_000));
            assertThat(engine.view().sourceMs()).isEqualTo(1_000);
            engine.abandon();
        }
        try (Engine reader = Engine.openReadOnly(directory.resolve("store"), OPTIONS, new SimpleMeterRegistry())) {
            assertThat(reader.view().sourceMs()).isEqualTo(900);
        }
        try (Engine engine = open("store")) {
            assertThat(engine.view().sourceMs()).isEqualTo(900);
            engine.apply(batch("t-1", 2).ofSource(899));
            assertThat(engine.view().sourceMs()).isEqualTo(900);
        }
        assertThat(Engine.verify(directory.resolve("store"), OPTIONS).findings())
                .isEmpty();
    }

    @Test
    void itIsNoPartOfWhatWasLearned() {
        try (Engine one = open("one");
                Engine other = open("other")) {
            one.apply(batch("t-0", 500));
            other.apply(batch("t-0", 500).ofSource(70_000));
            assertThat(other.digest()).isEqualTo(one.digest());
        }
    }

    @Test
    void aTimeBefore1970IsRefused() {
        assertThatThrownBy(() -> batch("t-0", 1).ofSource(-2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("sourceMs must be at least 0, or -1: sourceMs=-2");
    }
}
