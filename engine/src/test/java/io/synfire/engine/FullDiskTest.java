package io.synfire.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Position;
import io.synfire.engine.store.StoreException;
import io.synfire.engine.store.StoreFullException;
import io.synfire.engine.view.Digest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A disk that is full and then is not, under a store. */
final class FullDiskTest {

    private static final EngineOptions OPTIONS = new EngineOptions(16 << 20);
    private static final int PORTION = 100;
    private static final long SEED = 20_111_209;

    @TempDir
    Path directory;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    /** Some are stopped before anything is written; the others hit the end of the disk in the log, a flush or a compaction. */
    @ParameterizedTest
    @ValueSource(longs = {0, 1 << 20})
    void learningPausesReadsGoOnAndNothingIsLostOrLearnedTwice(long leaveBytes) throws Exception {
        List<Episode> log = baskets(20_000);
        Digest expected = undisturbed(log);
        try (SmallDisk disk = SmallDisk.at(directory.resolve("disk"), 96)) {
            Path store = disk.root().resolve("data/store");
            int refused = 0;
            try (Engine engine = open(store)) {
                for (int from = 0; from < log.size(); from += PORTION) {
                    if (from == 40 * PORTION) {
                        disk.fill(leaveBytes);
                    }
                    while (!learns(engine, batch(log, from))) {
                        refused++;
                        assertThat(paused()).isEqualTo(1);
                        assertThat(engine.view().associationsMax(0)).isPositive();
                        assertThat(engine.view()
                                        .associations(0, engine.view().watermarkMs())
                                        .size())
                                .isPositive();
                        if (refused % 4 == 0) {
                            disk.free();
                        }
                    }
                    if (from % (5 * PORTION) == 0) {
                        startCheckpoint(engine);
                    }
                }
                assertThat(refused).isPositive();
                engine.checkpoint();
                assertThat(paused()).isZero();
                assertThat(engine.waitsForRoom()).isEmpty();
                assertThat(engine.digest()).isEqualTo(expected);
            }
            try (Engine engine = open(store)) {
                assertThat(engine.digest()).isEqualTo(expected);
                assertThat(engine.lostCheckpoints()).isZero();
            }
        }
    }

    /** What has no room because it is not there gets none, however long it is waited for. */
    @Test
    void whereTheDirectoryIsGoneNobodyWaitsForRoom() throws Exception {
        List<Episode> log = baskets(200);
        Path store = directory.resolve("store");
        Path moved = directory.resolve("moved");
        try (Engine engine = open(store)) {
            assertThat(learns(engine, batch(log, 0))).isTrue();
            engine.checkpoint();
            Files.move(store, moved);
            assertThatThrownBy(() -> {
                        assertThat(learns(engine, batch(log, PORTION))).isTrue();
                        engine.checkpoint();
                    })
                    .isExactlyInstanceOf(StoreException.class)
                    .hasMessage(
                            "the store's directory is gone, it was moved or deleted while the store was open: store="
                                    + store);
            assertThat(engine.waitsForRoom()).isEmpty();
            engine.abandon();
        }
        try (Engine engine = open(moved)) {
            assertThat(engine.view().counts().episodes()).isEqualTo(PORTION);
        }
    }

    /** Past the guard, so that RocksDB itself meets the end of the disk. */
    @Test
    void aStoreThatRocksDbGaveUpIsOpenedAnewUnderItsReaders() throws Exception {
        List<Episode> log = baskets(40_000);
        Digest expected = undisturbed(log);
        try (SmallDisk disk = SmallDisk.at(directory.resolve("disk"), 96)) {
            Path store = disk.root().resolve("data/store");
            int refused = 0;
            try (Engine engine = open(store)) {
                for (int from = 0; from < log.size(); from += PORTION) {
                    if (from == 60 * PORTION || from == 150 * PORTION) {
                        // Less and less, while checkpoints, flushes and compactions are under way.
                        disk.fill(5 << 20);
                    }
                    while (!learns(engine, batch(log, from))) {
                        refused++;
                        if (refused % 3 == 0) {
                            disk.free();
                        } else {
                            disk.fill(0);
                        }
                    }
                    startCheckpoint(engine);
                }
                engine.checkpoint();
                assertThat(engine.digest()).isEqualTo(expected);
            }
            assertThat(refused).isPositive();
            try (Engine engine = open(store)) {
                assertThat(engine.digest()).isEqualTo(expected);
            }
        }
    }

    private boolean learns(Engine engine, List<Batch> batch) {
        try {
            engine.apply(batch);
            return true;
        } catch (StoreFullException e) {
            assertThat(e).hasMessageContaining("freeBytes=").hasMessageContaining("neededBytes=");
            return false;
        }
    }

    private static void startCheckpoint(Engine engine) {
        try {
            engine.startCheckpoint();
        } catch (StoreFullException e) {
            // The next portion meets it.
            assertThat(engine.waitsForRoom()).isPresent();
        }
    }

    private double paused() {
        return meters.get("synfire.learning.paused").gauge().value();
    }

    private Digest undisturbed(List<Episode> log) {
        try (Engine engine = open(directory.resolve("undisturbed/store"))) {
            for (int from = 0; from < log.size(); from += PORTION) {
                engine.apply(batch(log, from));
            }
            return engine.digest();
        }
    }

    private static List<Batch> batch(List<Episode> log, int from) {
        int to = Math.min(log.size(), from + PORTION);
        return log.subList(from, to).stream()
                .map(basket -> new Batch("", List.of(basket), List.of(new Position("log", "id", 0, to, 0)), 0))
                .toList();
    }

    /** Of strengths that add up exactly, in whatever order. */
    private static List<Episode> baskets(int count) {
        SplittableRandom random = new SplittableRandom(SEED);
        return Stream.generate(() -> Episode.of(
                        0,
                        IntStream.range(0, 6)
                                .mapToObj(i -> "c" + (int) (4_000 * Math.pow(random.nextDouble(), 2)))
                                .distinct()
                                .toArray(String[]::new)))
                .limit(count)
                .toList();
    }

    private Engine open(Path store) {
        return Engine.open(store, Map.of("half-lives", "none"), OPTIONS, meters);
    }
}
