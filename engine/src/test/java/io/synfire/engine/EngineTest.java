package io.synfire.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Position;
import io.synfire.engine.learn.Refusal;
import io.synfire.engine.learn.SourceTime;
import io.synfire.engine.store.RocksStore;
import io.synfire.engine.store.StoreInUseException;
import io.synfire.engine.view.Associations;
import io.synfire.engine.view.MemoryView;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an engine promises to those who hold one. */
final class EngineTest {

    private static final long HOUR = 3_600_000;

    @TempDir
    Path directory;

    private Engine open(Map<String, String> learning) {
        return Engine.open(directory, learning, new EngineOptions(16 << 20), new SimpleMeterRegistry());
    }

    /** Of two episodes of a context the one that is read last gives what lies between them its reward and its time. */
    @Test
    void whatTwoEpisodesOfAContextAddIsThatOfTheOneThatIsReadLast() {
        Episode first = new Episode(0, "u", List.of(Activation.of("a")), 1, null);
        Episode second = new Episode(600_000, "u", List.of(Activation.of("b")), -1, null);
        Map<String, String> learning = Map.of("half-lives", "10m", "forward", "1", "backward", "0.5");
        try (Engine engine = open(learning)) {
            engine.apply(Batch.of(first, second));
            assertThat(strength(engine.view(), "a", "b", 600_000)).isCloseTo(-1, within(1e-6));
            assertThat(strength(engine.view(), "b", "a", 600_000)).isCloseTo(-0.5, within(1e-6));
        }
        try (Engine engine = Engine.open(
                directory.resolve("late"), learning, new EngineOptions(16 << 20), new SimpleMeterRegistry())) {
            engine.apply(Batch.of(second, first));
            // a is the earlier one all the same; its impulse is a half-life old.
            assertThat(strength(engine.view(), "a", "b", 600_000)).isCloseTo(0.5, within(1e-6));
            assertThat(strength(engine.view(), "b", "a", 600_000)).isCloseTo(0.25, within(1e-6));
        }
    }

    @Test
    void strengthsFollowTheFormulaForLateEventsAndAcrossLandmarks() {
        try (Engine engine = open(Map.of("half-lives", "1h"))) {
            engine.apply(Batch.of(Episode.of(10 * HOUR, "a", "b"), Episode.of(12 * HOUR, "a", "b")));
            assertThat(strength(engine.view(), "a", "b", 12 * HOUR)).isCloseTo(1 + 0.25, within(1e-6));
            // An hour late: it counts half at the watermark, as if it had come in time.
            engine.apply(Batch.of(Episode.of(11 * HOUR, "a", "b")));
            assertThat(strength(engine.view(), "a", "b", 12 * HOUR)).isCloseTo(1.75, within(1e-6));
            assertThat(strength(engine.view(), "a", "b", 13 * HOUR)).isCloseTo(0.875, within(1e-6));
            // A landmark is crossed at 32 hours; what was learned before is still 2^-28 of 1.75.
            engine.apply(Batch.of(Episode.of(40 * HOUR, "b", "c")));
            assertThat(strength(engine.view(), "a", "b", 40 * HOUR)).isCloseTo(1.75 * 0x1p-28, within(1e-6 * 0x1p-28));
            engine.apply(Batch.of(Episode.of(40 * HOUR, "a", "b")));
            assertThat(strength(engine.view(), "a", "b", 40 * HOUR)).isCloseTo(1 + 1.75 * 0x1p-28, within(1e-6));
        }
    }

    @Test
    void afterAThousandHalfLivesTheOldIsGoneAndTheNewIsExact() {
        try (Engine engine = open(Map.of("half-lives", "1h"))) {
            engine.apply(Batch.of(Episode.of(0, "a", "b"), Episode.of(0, "a", "old")));
            engine.apply(Batch.of(Episode.of(1000 * HOUR, "a", "b")));
            Associations row = engine.view().associations(engine.view().conceptOf("a"), 1000 * HOUR);
            assertThat(row.size()).isEqualTo(1);
            assertThat(row.strength(0, 0)).isEqualTo(1);
            engine.apply(Batch.of(Episode.of(1001 * HOUR, "x", "y"), Episode.of(999 * HOUR, "a", "b")));
            assertThat(strength(engine.view(), "a", "b", 1001 * HOUR)).isCloseTo(0.5 + 0.25, within(1e-6));
            assertThat(engine.view().activity(1001 * HOUR).of(engine.view().conceptOf("a"), 0))
                    .isCloseTo(0.75, within(1e-12));
            assertThat(engine.view().activity(1001 * HOUR).episodes(0)).isCloseTo(1 + 0.5 + 0.25, within(1e-12));
        }
    }

    @Test
    void aStoreKeepsTheIdItWasCreatedWithWhoeverOpensItLater() {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        EngineOptions options = new EngineOptions(16 << 20);
        try (Engine engine = Engine.open(directory.resolve("a"), Map.of(), options, meters, "of-a-test-1")) {
            assertThat(engine.storeId()).contains("of-a-test-1");
        }
        try (Engine engine = Engine.open(directory.resolve("a"), Map.of(), options, meters)) {
            assertThat(engine.storeId()).contains("of-a-test-1");
        }
        try (Engine engine = Engine.openReadOnly(directory.resolve("a"), options, meters)) {
            assertThat(engine.storeId()).contains("of-a-test-1");
        }
        try (Engine drawn = Engine.open(directory.resolve("b"), Map.of(), options, meters);
                Engine another = Engine.open(directory.resolve("c"), Map.of(), options, meters)) {
            assertThat(drawn.storeId().orElseThrow()).hasSize(36);
            assertThat(another.storeId()).isNotEqualTo(drawn.storeId());
        }
        assertThatThrownBy(() -> Engine.open(directory.resolve("d"), Map.of(), options, meters, "two words"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a store's id must be 1 to 64 letters, digits and hyphens: characters=9");
    }

    @Test
    void committedPositionsAreThoseOfTheLastCheckpointNotThoseAppliedSince() {
        try (Engine engine = open(Map.of())) {
            assertThat(engine.committedPositions()).isEmpty();
            engine.apply(upTo(10));
            assertThat(engine.committedPositions()).isEmpty();
            engine.checkpoint();
            assertThat(engine.committedPositions()).containsExactly(position(10));
            engine.apply(upTo(20));
            assertThat(engine.positions()).containsExactly(position(20));
            assertThat(engine.committedPositions()).containsExactly(position(10));
        }
        try (Engine engine = open(Map.of())) {
            assertThat(engine.committedPositions()).containsExactly(position(20));
        }
    }

    @Test
    void whatIsAppliedWhileACheckpointIsWrittenIsNotCommittedWithIt() throws Exception {
        ExecutorService thread = Executors.newSingleThreadExecutor();
        CountDownLatch disk = new CountDownLatch(1);
        thread.execute(() -> {
            try {
                disk.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        RocksStore store = RocksStore.open(directory, new EngineOptions(16 << 20).storeBudget());
        try (Engine engine = EngineOverStore.open(store, directory, Map.of(), 16 << 20, thread, System::nanoTime)) {
            engine.apply(upTo(10));
            engine.startCheckpoint();
            engine.apply(upTo(20));
            assertThat(engine.committedPositions()).isEmpty();
            disk.countDown();
            thread.submit(() -> {}).get();
            engine.startCheckpoint();
            assertThat(engine.committedPositions()).containsExactly(position(10));
        }
    }

    private static Batch upTo(long nextOffset) {
        return new Batch("t-0", List.of(Episode.of(HOUR, "a", "b")), List.of(position(nextOffset)), 0);
    }

    private static Position position(long nextOffset) {
        return new Position("kafka:t", "id", 0, nextOffset, -1);
    }

    @Test
    void withinAContextTheEarlierLeadsToTheLater() {
        try (Engine engine = open(Map.of("half-lives", "none"))) {
            engine.apply(Batch.of(inContext(0, "a"), inContext(60_000, "b"), inContext(120_000, "c")));
            assertThat(strength(engine.view(), "a", "b", 120_000)).isEqualTo(1);
            assertThat(strength(engine.view(), "b", "a", 120_000)).isEqualTo(0.5);
            assertThat(strength(engine.view(), "a", "c", 120_000)).isEqualTo(0.5);
            assertThat(strength(engine.view(), "c", "a", 120_000)).isEqualTo(0.25);
        }
        try (Engine engine = open(Map.of())) {
            // The window came back with the store.
            engine.apply(Batch.of(inContext(130_000, "d")));
            assertThat(strength(engine.view(), "c", "d", 130_000)).isEqualTo(1);
            assertThat(strength(engine.view(), "a", "d", 130_000)).isCloseTo(1.0 / 3, within(1e-7));
        }
    }

    @Test
    void positionsAreStoredWithTheStateTheyProduced() {
        Position position = new Position("kafka:synfire.episodes", "topic-id", 3, 42, 7);
        try (Engine engine = open(Map.of())) {
            engine.apply(new Batch("p3", List.of(Episode.of(5, "a", "b")), List.of(position), 2));
            assertThat(engine.positions()).containsExactly(position);
        }
        try (Engine engine = open(Map.of())) {
            assertThat(engine.positions()).containsExactly(position);
            assertThat(engine.view().counts().episodes()).isEqualTo(1);
            assertThat(engine.view().counts().deadLetters()).isEqualTo(2);
        }
    }

    @Test
    void onlyADifferentSettingGivenExplicitlyIsRefused() {
        open(Map.of("half-lives", "90d", "rule", "hebb")).close();
        open(Map.of()).close();
        open(Map.of("half-lives", "90d", "backward", "1.0")).close();
        assertThatThrownBy(() -> open(Map.of("half-lives", "30d")))
                .isInstanceOf(SettingsMismatchException.class)
                .hasMessageContaining("half-lives=90d -> 30d");
    }

    @Test
    void aSecondWriterIsRefusedAndAReaderSeesTheLastCheckpoint() {
        try (Engine engine = open(Map.of())) {
            engine.apply(Batch.of(Episode.of(1, "a", "b")));
            engine.checkpoint();
            engine.apply(Batch.of(Episode.of(1, "a", "c")));
            assertThatThrownBy(() -> open(Map.of())).isInstanceOf(StoreInUseException.class);
            try (Engine reader =
                    Engine.openReadOnly(directory, new EngineOptions(16 << 20), new SimpleMeterRegistry())) {
                assertThat(reader.view().conceptOf("b")).isNotNegative();
                assertThat(reader.view().conceptOf("c")).isNegative();
                assertThatThrownBy(() -> reader.apply(Batch.of(Episode.of(1, "a", "b"))))
                        .isInstanceOf(IllegalStateException.class);
            }
            assertThat(engine.view().conceptOf("c")).isNotNegative();
        }
    }

    @Test
    void whatMayNotBeLearnedIsRefusedWithTheRule() {
        try (Engine engine = open(Map.of("max-concepts", "2", "max-ahead", "1h"))) {
            assertThat(engine.refusal(Episode.of(0, "a", "b", "c"), SourceTime.ofTimestamp(0)))
                    .hasValue(new Refusal(
                            Refusal.Kind.CONCEPTS, "an episode may hold at most max-concepts=2 concepts: concepts=3"));
            assertThat(engine.refusal(Episode.of(2 * HOUR, "a"), SourceTime.ofTimestamp(HOUR)))
                    .isEmpty();
            assertThat(engine.refusal(Episode.of(2 * HOUR + 1, "a"), SourceTime.ofTimestamp(HOUR)))
                    .hasValue(new Refusal(
                            Refusal.Kind.TIME,
                            "at may lie at most max-ahead=1h after the record's timestamp: at=1970-01-01T02:00:00.001Z"
                                    + " timestamp=1970-01-01T01:00:00Z"));
            assertThat(engine.refusal(Episode.of(2 * HOUR + 1, "a"), SourceTime.unknown()))
                    .isEmpty();
        }
        assertThatThrownBy(() -> new Activation("a", Double.NaN)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Activation.of("x".repeat(513))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void readersBesideTheWriterSeeStrengthsThatOnlyGrow() throws Exception {
        try (Engine engine = open(Map.of("half-lives", "none"))) {
            engine.apply(Batch.of(Episode.of(0, "hub", "t0", "t1")));
            MemoryView view = engine.view();
            AtomicBoolean done = new AtomicBoolean();
            CompletableFuture<Long> reads = CompletableFuture.supplyAsync(() -> {
                long count = 0;
                double before = 0;
                while (!done.get()) {
                    double now = strength(view, "hub", "t0", 0);
                    assertThat(now).isGreaterThanOrEqualTo(before);
                    before = now;
                    count++;
                }
                return count;
            });
            for (int i = 0; i < 2000; i++) {
                engine.apply(Batch.of(Episode.of(0, "hub", "t0", "t" + i, "u" + i)));
                if (i % 50 == 0) {
                    engine.checkpoint();
                }
            }
            done.set(true);
            assertThat(reads.get()).isPositive();
            assertThat(strength(view, "hub", "t0", 0)).isEqualTo(2001);
        }
    }

    private static Episode inContext(long atMs, String concept) {
        return new Episode(atMs, "session", List.of(Activation.of(concept)), 1, null);
    }

    private static double strength(MemoryView view, String cue, String target, long atMs) {
        Associations row = view.associations(view.conceptOf(cue), atMs);
        int index = row.indexOf(view.conceptOf(target));
        return index < 0 ? 0 : row.strength(index, 0);
    }

    @Test
    void whatIsAccountedStaysWithinTheBudgetAfterEveryBatch() {
        long budget = 64L << 20;
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        SplittableRandom random = new SplittableRandom(20111209);
        try (Engine engine = Engine.open(directory, Map.of(), new EngineOptions(budget), meters)) {
            for (int batch = 0; batch < 60; batch++) {
                List<Entry> entries = new ArrayList<>();
                for (int i = 0; i < 2_000; i++) {
                    String[] basket = new String[8];
                    for (int j = 0; j < basket.length; j++) {
                        basket[j] = "c" + (int) (Math.pow(random.nextDouble(), 3) * 120_000);
                    }
                    entries.add(Episode.of(batch, basket));
                }
                engine.apply(new Batch("", entries, List.of(), 0));
                // Half of it is the heap's.
                assertThat(meters.get("synfire.memory.heap.bytes").gauge().value())
                        .as("batch %d", batch)
                        .isLessThanOrEqualTo(budget / 2.0);
                assertThat(meters.get("synfire.memory.used.bytes").gauge().value())
                        .as("batch %d", batch)
                        .isLessThanOrEqualTo((double) budget);
            }
            assertThat(meters.get("synfire.checkpoint").timer().count()).isGreaterThan(3);
        }
    }
}
