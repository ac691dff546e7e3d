package io.synfire.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.PassedOver;
import io.synfire.engine.event.PassedOver.Why;
import io.synfire.engine.event.Position;
import io.synfire.engine.event.Unlearned;
import io.synfire.engine.store.StoreInspection;
import io.synfire.engine.view.Verification.Finding;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was passed over is kept with the positions: both or neither, in the order in which it was read. */
final class PassedOverTest {

    private static final EngineOptions OPTIONS = new EngineOptions(16 << 20);

    @TempDir
    Path directory;

    private Engine open() {
        return Engine.open(directory, Map.of(), OPTIONS, new SimpleMeterRegistry(), "memory-1");
    }

    private static Position at(long nextOffset) {
        return new Position("kafka:t", "id", 0, nextOffset, 0);
    }

    private static PassedOver rejected(long from, long to) {
        return new PassedOver("id", 0, from, to, Why.REJECTED, -1);
    }

    private static Batch batch(long nextOffset, long deadLetters, PassedOver... passedOver) {
        return new Batch("t-0", List.of(Episode.of(1_000, "a", "b")), List.of(at(nextOffset)), deadLetters)
                .passingOver(List.of(passedOver));
    }

    @Test
    void itIsThereBeforeACheckpointAndAfterItAndWhenTheStoreIsOpenedAnew() {
        PassedOver clock = new PassedOver("id", 0, 12, 13, Why.CLOCK, 7_000);
        PassedOver leftOut = new PassedOver("id", 0, 13, 1L << 40, Why.LEFT_OUT, -1);
        Unlearned all = new Unlearned(
                "memory-1", List.of(), List.of(at(1L << 40)), List.of(rejected(3, 5), rejected(9, 10), clock, leftOut));
        try (Engine engine = open()) {
            assertThat(engine.view().unlearned()).isEqualTo(new Unlearned("memory-1", List.of(), List.of(), List.of()));
            engine.apply(batch(4, 1, rejected(3, 4)));
            engine.apply(batch(8, 1, rejected(4, 5)));
            assertThat(engine.view().unlearned())
                    .isEqualTo(new Unlearned("memory-1", List.of(), List.of(at(8)), List.of(rejected(3, 5))));
            engine.checkpoint();
            engine.apply(batch(11, 1, rejected(9, 10)));
            engine.checkpoint();
            engine.apply(batch(1L << 40, 1, clock, leftOut));
            assertThat(engine.view().unlearned()).isEqualTo(all);
            assertThat(engine.view().unlearned().rejected()).isEqualTo(4);
        }
        try (Engine engine = open()) {
            assertThat(engine.view().unlearned()).isEqualTo(all);
        }
        try (Engine reader = Engine.openReadOnly(directory, OPTIONS, new SimpleMeterRegistry())) {
            assertThat(reader.view().unlearned()).isEqualTo(all);
        }
        assertThat(Engine.verify(directory, OPTIONS).findings()).isEmpty();
    }

    @Test
    void itIsKeptThoughNothingElseCameWithIt() {
        try (Engine engine = open()) {
            engine.apply(batch(4, 0));
            engine.checkpoint();
            engine.apply(new Batch("t-0", List.of(), List.of(), 0).passingOver(List.of(rejected(3, 4))));
        }
        try (Engine engine = open()) {
            assertThat(engine.view().unlearned().records()).containsExactly(rejected(3, 4));
            engine.apply(new Batch("t-0", List.of(), List.of(), 0).ofSource(12_345));
        }
        try (Engine engine = open()) {
            assertThat(engine.view().moment().sourceMs()).isEqualTo(12_345);
        }
    }

    @Test
    void whatWasNotCheckpointedIsGoneWithThePositions() {
        try (Engine engine = open()) {
            engine.apply(batch(5, 1, rejected(4, 5)));
            engine.checkpoint();
            engine.apply(batch(9, 1, rejected(8, 9)));
            engine.abandon();
        }
        try (Engine engine = open()) {
            assertThat(engine.view().unlearned())
                    .isEqualTo(new Unlearned("memory-1", List.of(), List.of(at(5)), List.of(rejected(4, 5))));
        }
    }

    @Test
    void aStoreThatKeptNoneOfItSaysSinceWhenItDoes() {
        try (Engine engine = open()) {
            engine.apply(batch(7, 2));
        }
        StoreInspection.removePassedOver(directory);
        Unlearned unknown = new Unlearned("memory-1", List.of(at(7)), List.of(at(7)), List.of());
        try (Engine reader = Engine.openReadOnly(directory, OPTIONS, new SimpleMeterRegistry())) {
            assertThat(reader.view().unlearned()).isEqualTo(unknown);
        }
        try (Engine engine = open()) {
            assertThat(engine.view().unlearned()).isEqualTo(unknown);
            engine.apply(batch(9, 1, rejected(8, 9)));
        }
        try (Engine engine = open()) {
            assertThat(engine.view().unlearned())
                    .isEqualTo(new Unlearned("memory-1", List.of(at(7)), List.of(at(9)), List.of(rejected(8, 9))));
        }
        assertThat(Engine.verify(directory, OPTIONS).findings()).isEmpty();
    }

    @Test
    void whereTheLogHasLostWhatWasReadThatIsSaid() {
        try (Engine engine = open()) {
            engine.apply(batch(9, 1, rejected(6, 7)));
            engine.apply(new Batch("t-0", List.of(), List.of(at(5)), 0));
            engine.apply(batch(8, 1, rejected(5, 6)));
            assertThat(engine.view().unlearned().records())
                    .containsExactly(rejected(6, 7), new PassedOver("id", 0, 5, 9, Why.LOST, -1), rejected(5, 6));
        }
        assertThat(Engine.verify(directory, OPTIONS).findings()).isEmpty();
    }

    @Test
    void verifyFindsWhatCannotBe() {
        try (Engine engine = open()) {
            engine.apply(batch(9, 0, rejected(6, 7)));
            engine.checkpoint();
            engine.apply(batch(9, 1, rejected(5, 12)));
        }
        assertThat(Engine.verify(directory, OPTIONS).findings())
                .extracting(Finding::what)
                .containsExactlyInAnyOrder(
                        "it was passed over before: from=5 before=7",
                        "more was passed over than it says: partition=0 passedOver=12 position=9",
                        "more was rejected than was counted: passedOver=8 deadLetters=1");
    }

    @Test
    void whatIsNoRangeOrHasAClockWithoutARefusalIsRefused() {
        assertThatThrownBy(() -> rejected(5, 5)).hasMessageContaining("from=5 to=5");
        assertThatThrownBy(() -> new PassedOver("", 0, 1, 2, Why.REJECTED, -1)).hasMessageContaining("source");
        assertThatThrownBy(() -> new PassedOver("id", 0, 1, 2, Why.REJECTED, 5)).hasMessageContaining("clockMs=5");
        assertThatThrownBy(() -> new PassedOver("id", 0, 1, 2, Why.CLOCK, -1)).hasMessageContaining("clockMs=-1");
    }
}
