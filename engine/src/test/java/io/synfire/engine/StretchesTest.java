package io.synfire.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Position;
import io.synfire.engine.event.Stretch;
import io.synfire.engine.view.Verification.Finding;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was read of files is kept with what was learned of them: both or neither, in the order in which they were learned. */
final class StretchesTest {

    private static final long DAY_MS = 86_400_000;
    private static final EngineOptions OPTIONS = new EngineOptions(16 << 20);

    @TempDir
    Path directory;

    private Engine open() {
        return Engine.open(directory, Map.of(), OPTIONS, new SimpleMeterRegistry());
    }

    private static Stretch stretch(String source, long from, long to, Long... unlearned) {
        return new Stretch(source, from, to, 9 * DAY_MS, 8 * DAY_MS, from == 0 ? -1 : DAY_MS, List.of(unlearned));
    }

    private static Batch batch(String path, Stretch stretch) {
        Position position =
                new Position("file:" + path, stretch.sourceId(), 0, stretch.to(), -1, "as of " + stretch.to());
        return new Batch("", List.of(Episode.of(DAY_MS, "a", "b")), List.of(position), 0, stretch);
    }

    @Test
    void theyAreThereBeforeACheckpointAndAfterItAndWhenTheStoreIsOpenedAnew() {
        List<Stretch> learned =
                List.of(stretch("1", 0, 10, 3L, 4L, 9L), stretch("2", 0, 5), stretch("1", 10, 1L << 40, 12L));
        try (Engine engine = open()) {
            assertThat(engine.view().stretches()).isEmpty();
            engine.apply(batch("/a", learned.get(0)));
            engine.checkpoint();
            engine.apply(batch("/b", learned.get(1)));
            assertThat(engine.view().stretches()).isEqualTo(learned.subList(0, 2));
            engine.checkpoint();
            engine.apply(batch("/a", learned.get(2)));
            assertThat(engine.view().stretches()).isEqualTo(learned);
        }
        try (Engine engine = open()) {
            assertThat(engine.view().stretches()).isEqualTo(learned);
        }
        try (Engine reader = Engine.openReadOnly(directory, OPTIONS, new SimpleMeterRegistry())) {
            assertThat(reader.view().stretches()).isEqualTo(learned);
        }
        assertThat(Engine.verify(directory, OPTIONS).findings()).isEmpty();
    }

    @Test
    void whatWasNotCheckpointedIsGoneWithWhatWasLearnedOfIt() {
        try (Engine engine = open()) {
            engine.apply(batch("/a", stretch("1", 0, 10)));
            engine.checkpoint();
            engine.apply(batch("/a", stretch("1", 10, 20)));
            engine.abandon();
        }
        try (Engine engine = open()) {
            assertThat(engine.view().stretches()).containsExactly(stretch("1", 0, 10));
            assertThat(engine.positions()).extracting(Position::nextOffset).containsExactly(10L);
            engine.apply(batch("/a", stretch("1", 10, 15)));
            assertThat(engine.view().stretches()).containsExactly(stretch("1", 0, 10), stretch("1", 10, 15));
            assertThat(engine.view().counts().episodes()).isEqualTo(2);
        }
    }

    private static Batch topic(int partition, long nextOffset) {
        return new Batch(
                "t-" + partition, List.of(), List.of(new Position("kafka:t", "id", partition, nextOffset, 0)), 0);
    }

    @Test
    void theySayHowFarOtherSourcesWereReadSinceTheOneBefore() {
        try (Engine engine = open()) {
            engine.apply(batch("/a", stretch("1", 0, 10)));
            engine.apply(topic(0, 3));
            engine.apply(topic(1, 8));
            engine.apply(batch("/b", stretch("2", 0, 5)));
            engine.apply(batch("/a", stretch("1", 10, 20)));
            engine.apply(topic(1, 9));
        }
        try (Engine engine = open()) {
            engine.apply(batch("/a", stretch("1", 20, 30)));
            engine.apply(batch("/a", stretch("1", 30, 40)));
        }
        try (Engine engine = open()) {
            assertThat(engine.view().stretches())
                    .containsExactly(
                            stretch("1", 0, 10),
                            stretch("2", 0, 5)
                                    .withMoved(List.of(
                                            new Position("kafka:t", "id", 0, 3, 0),
                                            new Position("kafka:t", "id", 1, 8, 0))),
                            stretch("1", 10, 20),
                            stretch("1", 20, 30).withMoved(List.of(new Position("kafka:t", "id", 1, 9, 0))),
                            stretch("1", 30, 40));
        }
    }

    @Test
    void aSourceThatIsKnownByItsContentMayChangeItsNameAndTwoMayHaveHadOne() {
        try (Engine engine = open()) {
            engine.apply(batch("/app.log", stretch("1", 0, 10)));
            engine.apply(batch("/app.log.1", stretch("1", 10, 12)));
            engine.apply(batch("/app.log", stretch("2", 0, 7)));
            engine.apply(new Batch("", List.of(), List.of(new Position("kafka:t", "id", 0, 3, -1)), 0));
            engine.apply(new Batch("", List.of(), List.of(new Position("kafka:t", "id", 0, 4, 5)), 0));
        }
        try (Engine engine = open()) {
            assertThat(engine.positions())
                    .containsExactly(
                            new Position("file:/app.log.1", "1", 0, 12, -1, "as of 12"),
                            new Position("file:/app.log", "2", 0, 7, -1, "as of 7"),
                            new Position("kafka:t", "id", 0, 4, 5));
        }
    }

    @Test
    void verifyFindsStretchesThatDoNotFitTheirPositions() {
        try (Engine engine = open()) {
            engine.apply(batch("/a", stretch("1", 0, 10)));
            engine.apply(batch("/a", stretch("1", 5, 20)));
            engine.apply(new Batch("", List.of(), List.of(), 0, stretch("2", 0, 3)));
            engine.apply(new Batch("", List.of(), List.of(new Position("file:/a", "1", 0, 19, -1, "x")), 0));
        }
        assertThat(Engine.verify(directory, OPTIONS).findings())
                .extracting(Finding::what)
                .containsExactly(
                        "it was read before: source=1 from=5 before=10",
                        "more was read than it says: read=20 position=19",
                        "their source has no position: source=2");
    }

    @Test
    void aStretchIsARangeWithRecordsThatRiseInIt() {
        for (List<Long> unlearned : List.of(List.of(9L), List.of(20L), List.of(12L, 12L), List.of(13L, 12L))) {
            assertThatThrownBy(() -> new Stretch("1", 10, 20, 0, 0, -1, new ArrayList<>(unlearned)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("records of a stretch must rise within it");
        }
        assertThatThrownBy(() -> new Stretch("1", 10, 9, 0, 0, -1, List.of()))
                .hasMessageContaining("a stretch must be a range of records");
    }
}
