package io.synfire.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.RandomLog.Line;
import io.synfire.engine.RandomLog.Shape;
import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Position;
import io.synfire.engine.store.StoreDamagedException;
import io.synfire.engine.store.StoreException;
import io.synfire.engine.view.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A damaged store gives right answers or none. */
final class StoreDamageTest {

    private static final int DAMAGES = Integer.getInteger("synfire.damages", 60);
    private static final long SEED = Long.getLong("synfire.seed", 20_111_209);
    private static final EngineOptions OPTIONS = new EngineOptions(16 << 20);
    private static final String SOURCE = "log";

    @TempDir
    Path directory;

    /** Of each checkpoint, by the position it was written with. */
    private final Map<Long, Digest> digests = new HashMap<>();

    private Path whole = Path.of("");
    private Path damaged = Path.of("");

    @BeforeEach
    void learnAndCrash() {
        whole = directory.resolve("whole/store");
        damaged = directory.resolve("damaged/store");
        Path live = directory.resolve("live/store");
        List<Line> log = RandomLog.of(SEED, new Shape(6_000, 300, 600_000, 20, true));
        long offset = 0;
        for (int session = 0; session < 3; session++) {
            try (Engine engine = open(live)) {
                for (int checkpoint = 0; checkpoint < 8; checkpoint++) {
                    List<Batch> batches = new ArrayList<>();
                    for (int i = 0; i < 250 && offset < log.size(); i++) {
                        Line line = log.get((int) offset++);
                        Position next = new Position(SOURCE, "id", 0, offset, 0);
                        batches.add(new Batch(line.partition(), List.of(line.entry()), List.of(next), 0));
                    }
                    engine.apply(batches);
                    engine.checkpoint();
                    digests.put(offset, engine.digest());
                }
                if (session == 2) {
                    StoreImage.copy(live, whole);
                }
            }
        }
    }

    @Test
    void whateverFileIsDamagedEachAnswerIsOneOfACheckpointOrNone() {
        System.out.println("damages=" + DAMAGES + " seed=" + SEED);
        SplittableRandom random = new SplittableRandom(SEED);
        Map<String, Integer> outcomes = new TreeMap<>();
        for (int i = 0; i < DAMAGES; i++) {
            StoreImage.copy(whole, damaged);
            StringBuilder done = new StringBuilder();
            for (int more = random.nextInt(3); more >= 0; more--) {
                done.append(StoreImage.damage(damaged, random)).append("; ");
            }
            boolean writes = random.nextBoolean();
            String outcome;
            try {
                outcome = answers(writes, done.toString());
            } catch (StoreException e) {
                outcome = e.getClass().getSimpleName();
            } catch (IllegalArgumentException e) {
                // All that says there is a store is gone.
                assertThat(e).as(done.toString()).hasMessageContaining("there is no store here");
                outcome = "no store";
            }
            outcomes.merge((writes ? "write " : "read ") + outcome, 1, Integer::sum);
        }
        System.out.println(outcomes);
        assertThat(outcomes.keySet()).contains("write StoreDamagedException", "read StoreDamagedException");
    }

    /** Reads everything; it must be as it was at a checkpoint. */
    private String answers(boolean writes, String done) {
        try (Engine engine =
                writes ? open(damaged) : Engine.openReadOnly(damaged, OPTIONS, new SimpleMeterRegistry())) {
            List<Position> positions = engine.positions();
            Digest digest = engine.digest();
            assertThat(positions).as(done).hasSize(1);
            assertThat(digests).as(done).containsEntry(positions.get(0).nextOffset(), digest);
            boolean last = positions.get(0).nextOffset()
                    == digests.keySet().stream()
                            .mapToLong(Long::longValue)
                            .max()
                            .orElse(0);
            if (!last && writes && !done.contains("CHECKPOINT")) {
                assertThat(engine.lostCheckpoints()).as(done).isPositive();
            }
            return last ? "whole" : "prefix";
        }
    }

    @Test
    void aFlippedBitInATableIsToldWithItsFileAndTheLearnerWritesNoMore() throws IOException {
        Path table = StoreImage.largestTable(whole);
        StoreImage.copy(whole, damaged);
        StoreImage.flip(damaged.resolve(table.getFileName()), Files.size(table) / 2);
        try (Engine engine = open(damaged)) {
            StoreDamagedException met = digestFails(engine);
            assertThat(met.file()).hasValue(String.valueOf(table.getFileName()));
            assertThat(met)
                    .hasMessageContaining("synfire restore BACKUP --force --data " + damaged.getParent())
                    .hasMessageContaining("checksum mismatch");
            long before = Files.size(StoreImage.files(damaged, ".log").get(0));
            assertThatThrownBy(() -> engine.apply(Batch.of(Episode.of(Long.MAX_VALUE >> 20, "a", "b"))))
                    .isInstanceOf(StoreDamagedException.class);
            assertThatThrownBy(engine::checkpoint).isInstanceOf(StoreDamagedException.class);
            assertThat(engine.damage()).isPresent();
            assertThat(Files.size(StoreImage.files(damaged, ".log").get(0))).isEqualTo(before);
        }
    }

    @Test
    void aMissingOrShortenedTableIsToldWithItsFileWhenTheStoreIsOpened() throws IOException {
        Path table = StoreImage.largestTable(whole);
        String name = String.valueOf(table.getFileName());
        StoreImage.copy(whole, damaged);
        Files.delete(damaged.resolve(name));
        assertDamaged(name);
        StoreImage.copy(whole, damaged);
        StoreImage.truncate(damaged.resolve(name), Files.size(table) / 3);
        assertDamaged(name);
    }

    @Test
    void whereTheFileThatNamesTheManifestIsGoneNoNewStoreIsMade() throws IOException {
        StoreImage.copy(whole, damaged);
        Files.delete(damaged.resolve("CURRENT"));
        int files = StoreImage.files(damaged, "").size();
        assertDamaged("CURRENT");
        assertThat(StoreImage.files(damaged, "")).hasSize(files);
    }

    @Test
    void aManifestThatLostItsEndIsNotTakenForAnOlderOne() throws IOException {
        StoreImage.copy(whole, damaged);
        String name = Files.readString(damaged.resolve("CURRENT")).trim();
        StoreImage.truncate(damaged.resolve(name), Files.size(damaged.resolve(name)) / 2);
        assertDamaged(name);
    }

    @Test
    void aFlippedByteInTheLogCostsASuffixWhichIsCounted() throws IOException {
        StoreImage.copy(whole, damaged);
        Path log = StoreImage.files(damaged, ".log").get(0);
        StoreImage.flip(log, Files.size(log) / 2);
        try (Engine engine = open(damaged)) {
            assertThat(engine.lostCheckpoints()).isPositive();
            assertThat(digests).containsEntry(engine.positions().get(0).nextOffset(), engine.digest());
        }
        try (Engine engine = open(damaged)) {
            assertThat(engine.lostCheckpoints()).isZero();
        }
    }

    private void assertDamaged(String file) {
        assertThatThrownBy(() -> open(damaged).close())
                .isInstanceOfSatisfying(StoreDamagedException.class, met -> assertThat(met.file())
                        .hasValue(file));
        assertThatThrownBy(() -> Engine.openReadOnly(damaged, OPTIONS, new SimpleMeterRegistry())
                        .close())
                .isInstanceOf(StoreDamagedException.class);
    }

    private static StoreDamagedException digestFails(Engine engine) {
        @Nullable StoreDamagedException met = null;
        try {
            engine.digest();
        } catch (StoreDamagedException e) {
            met = e;
        }
        if (met == null) {
            throw new AssertionError("a damaged table was read");
        }
        return met;
    }

    private static Engine open(Path store) {
        return Engine.open(
                store, Map.of("half-lives", "[1d, 30d]", "max-concepts", "20"), OPTIONS, new SimpleMeterRegistry());
    }
}
