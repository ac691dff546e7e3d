package io.synfire.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Retraction;
import io.synfire.engine.store.StoreDamagedException;
import io.synfire.engine.store.StoreInspection;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How retractions that wait lie in a store: those of an earlier version are taken over; what is wrong with them is found. */
@SuppressWarnings("NullAway.Init")
final class StoredRetractionsTest {

    private static final EngineOptions OPTIONS = new EngineOptions(EngineOptions.MEMORY_BYTES_MIN);

    @TempDir
    Path directory;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private Path store;

    @BeforeEach
    void place() {
        store = directory.resolve("store");
    }

    @Test
    void thoseOfAnEarlierVersionComeDueInTheirOrderAndAreTakenOver() {
        try (Engine engine = open()) {
            engine.apply(Batch.of(Episode.of(10, "a", "b")));
        }
        // By their numbers, which are not by time.
        StoreInspection.putOldRetractions(store, 3, takingBack(50), takingBack(20), takingBack(40), takingBack(90));
        assertThat(Engine.verify(store, OPTIONS).findings()).isEmpty();
        try (Engine engine = open()) {
            assertThat(waiting()).isEqualTo(4);
            assertThat(engine.view().counts().episodes()).isEqualTo(1);
        }
        // Nothing was learned, so nothing was written.
        assertThat(StoreInspection.retractionKeys(store)).hasSize(4);
        try (Engine engine = open()) {
            engine.apply(Batch.of(Episode.of(20, "a", "b")));
            assertThat(waiting()).isEqualTo(3);
            assertThat(engine.view().counts().episodes()).isEqualTo(1);
        }
        assertThat(StoreInspection.retractionKeys(store)).hasSize(4).noneMatch(key -> key.length == Long.BYTES);
        assertThat(Engine.verify(store, OPTIONS).findings()).isEmpty();
        try (Engine engine = open()) {
            assertThat(waiting()).isEqualTo(3);
            engine.apply(Batch.of(takingBack(60), Episode.of(60, "a", "b")));
            assertThat(waiting()).isEqualTo(1);
            assertThat(engine.view().counts().episodes()).isEqualTo(-1);
        }
        try (Engine engine = open()) {
            assertThat(waiting()).isEqualTo(1);
            assertThat(engine.view().counts().episodes()).isEqualTo(-1);
        }
    }

    /** It would take them for its own, and then take back twice: it read the first eight bytes of each key. */
    @Test
    void anEarlierVersionCannotReadAStoreInWhichOneWaits() {
        try (Engine engine = open()) {
            engine.apply(Batch.of(Episode.of(10, "a", "b"), takingBack(50)));
        }
        List<byte[]> keys = StoreInspection.retractionKeys(store);
        assertThatThrownBy(() -> keys.forEach(key -> ByteBuffer.wrap(key).getLong()))
                .isInstanceOf(BufferUnderflowException.class);
    }

    @Test
    void oneThatIsGoneIsMissed() {
        learn();
        StoreInspection.removeRetraction(store, 1, 60);
        assertThat(Engine.verify(store, OPTIONS).findings()).singleElement().satisfies(finding -> assertThat(
                        finding.what())
                .isEqualTo("there are not as many as the store says: waiting=2 count=3"));
    }

    @Test
    void oneAtAnotherTimeThanItsOwnIsFound() {
        learn();
        StoreInspection.moveRetraction(store, 1, 60, 9);
        assertThat(Engine.verify(store, OPTIONS).findings())
                .anySatisfy(finding ->
                        assertThat(finding.what()).isEqualTo("it waits for a time that has come: time=9 watermark=10"))
                .anySatisfy(finding ->
                        assertThat(finding.what()).contains("retraction 1 due at 9 is for another time: latest=60"));
    }

    @Test
    void oneAtAnotherTimeThanItsOwnStopsLearningWhenItComesDue() {
        learn();
        StoreInspection.moveRetraction(store, 1, 60, 55);
        try (Engine engine = open()) {
            assertThatThrownBy(() -> engine.apply(Batch.of(Episode.of(58, "a", "b"))))
                    .isInstanceOf(StoreDamagedException.class)
                    .hasMessageContaining("retraction 1 due at 55 is for another time: latest=60");
            assertThat(engine.damage()).isPresent();
        }
    }

    private void learn() {
        try (Engine engine = open()) {
            engine.apply(Batch.of(Episode.of(10, "a", "b"), takingBack(50), takingBack(60), takingBack(70)));
        }
        assertThat(Engine.verify(store, OPTIONS).findings()).isEmpty();
    }

    private static Retraction takingBack(long atMs) {
        return new Retraction(null, List.of(Episode.of(atMs, "a", "b")));
    }

    private double waiting() {
        return meters.get("synfire.retractions.waiting").gauge().value();
    }

    private Engine open() {
        return Engine.open(store, Map.of("half-lives", "none"), OPTIONS, meters);
    }
}
