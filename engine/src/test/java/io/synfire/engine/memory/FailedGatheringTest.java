package io.synfire.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Episode;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.store.FaultyDisk;
import io.synfire.engine.store.RocksStore;
import io.synfire.engine.store.StoreBudget;
import io.synfire.engine.store.StoreException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A checkpoint that fails at every single thing that it reads or gathers, and is tried again each time while learning goes on, leaves what one
 * leaves that never fails. Strengths add up exactly here, in whatever order.
 */
final class FailedGatheringTest {

    private static final long SEED = Long.getLong("synfire.seed", 20_111_209);
    private static final StoreBudget BUDGET = new StoreBudget(1 << 20, 1 << 20);

    /** Cut and pruned of nothing, so that each sum is the number of episodes. */
    private static final Map<String, String> WHOLE =
            Map.of("half-lives", "none", "max-associations", "0", "forget.below", "0");

    /** Whatever fired once is pruned soon. */
    private static final Map<String, String> PRUNED =
            Map.of("half-lives", "1h", "max-associations", "0", "forget.below", "0.5");

    private static final long EPISODE_MS = 600_000;

    /** A table that is large is copied, and needs so many associations. */
    private static final int MANY = 400;

    private static final int ATTEMPTS_MAX = 10_000;

    @TempDir
    Path directory;

    private SplittableRandom random = new SplittableRandom(SEED);
    private final Map<String, Double> strengths = new TreeMap<>();
    private long episodes;
    private LearningSettings settings = LearningSettings.parse(WHOLE);

    /** A memory over a store on a disk that may fail. */
    private static final class Side implements AutoCloseable {
        final FaultyDisk disk = new FaultyDisk();
        final RocksStore store;
        final Memory memory;

        Side(Path path, LearningSettings settings, long budget) {
            store = disk.open(path, BUDGET);
            if (store.settings().isEmpty()) {
                store.create(settings.toMap(), Salts.of(0));
            }
            memory = new Memory(settings, store, store.salt().orElseThrow(), new MemoryBudget(budget));
        }

        void apply(List<Batch> batches) {
            memory.apply(batches);
        }

        @Override
        public void close() {
            store.close();
        }
    }

    /** Of tables that are large, small, copied early, deltas that are added and deltas that are folded. */
    @Test
    void whateverFailsOnceWhereRowsAreGatheredEachIsWrittenOnce() {
        fails(this::refuseGathers, FaultyDisk::refusedGathers, Long.MAX_VALUE);
    }

    @Test
    void whateverFailsOnceWhereRowsAreReadEachIsWrittenOnce() {
        fails(FaultyDisk::refuseEverySecondRead, FaultyDisk::refusedReads, Long.MAX_VALUE);
    }

    /** What is left of the budget is told by what was gathered, not by how often it was tried: or rows stay that have no room. */
    @ParameterizedTest
    @ValueSource(longs = {250_000, 350_000, 500_000})
    void whatStaysInMemoryDoesNotDependOnHowOftenItFailed(long budget) {
        fails(FaultyDisk::refuseEverySecondRead, FaultyDisk::refusedReads, budget);
    }

    /** What a row loses while it is gathered is counted once. Nothing is learned between attempts: what it loses depends on when. */
    @Test
    void whateverFailsOnceWhereRowsAreGatheredIsPrunedOnce() {
        settings = LearningSettings.parse(PRUNED);
        fails(this::refuseGathers, FaultyDisk::refusedGathers, Long.MAX_VALUE);
    }

    /** Each row once, and now and then something else, which is gathered from its beginning then. */
    private void refuseGathers(FaultyDisk disk) {
        disk.refuseEverySecondRow();
        disk.refuseGatherAfter(random.nextInt(1_000));
    }

    private interface Fault {
        void on(FaultyDisk disk);
    }

    private interface Count {
        long of(FaultyDisk disk);
    }

    private void fails(Fault fault, Count count, long budget) {
        System.out.println("seed=" + SEED);
        Path failing = directory.resolve("failing");
        Path sound = directory.resolve("sound");
        long failures = 0;
        for (int session = 0; session < 4; session++) {
            try (Side disturbed = new Side(failing, settings, budget);
                    Side undisturbed = new Side(sound, settings, budget)) {
                for (int checkpoint = 0; checkpoint < 3; checkpoint++) {
                    // In the later sessions rows are in the store alone, and what comes is a delta, which soon has more
                    // than they.
                    for (int i = 0; i < (session == 1 ? 60 : 12); i++) {
                        learn(disturbed, undisturbed);
                    }
                    failures += checkpoint(disturbed, undisturbed, fault, count);
                    assertSame(disturbed, undisturbed);
                }
            }
        }
        assertThat(failures).isGreaterThan(100);
        try (Side again = new Side(failing, settings, Long.MAX_VALUE)) {
            again.memory.checksums();
            assertStrengths(again);
        }
    }

    /** Both write the same moment; the one that fails learns between its attempts, the other learns the same once it has written. */
    private long checkpoint(Side disturbed, Side undisturbed, Fault fault, Count count) {
        Checkpoint failing = Objects.requireNonNull(disturbed.memory.begin());
        Checkpoint sound = Objects.requireNonNull(undisturbed.memory.begin());
        // Some before anything is gathered: these tables are copied first.
        for (int i = random.nextInt(3); i > 0; i--) {
            learn(disturbed, undisturbed);
        }
        sound.write();
        fault.on(disturbed.disk);
        long before = count.of(disturbed.disk);
        int attempts = 0;
        for (boolean isWritten = false; !isWritten; ) {
            try {
                failing.write();
                isWritten = true;
            } catch (StoreException e) {
                assertThat(e).hasMessageContaining("IO error");
                if (!isPruned() && random.nextInt(8) == 0) {
                    disturbed.disk.heal();
                    learn(disturbed, undisturbed);
                    fault.on(disturbed.disk);
                }
                attempts++;
                if (attempts > ATTEMPTS_MAX) {
                    throw new AssertionError("a checkpoint never ends", e);
                }
            }
        }
        disturbed.disk.heal();
        assertThat(associations(disturbed)).isEqualTo(associations(undisturbed));
        disturbed.memory.end(failing);
        undisturbed.memory.end(sound);
        return count.of(disturbed.disk) - before;
    }

    /** As the checkpoint that was just written says. */
    private static long associations(Side side) {
        return side.store.lastCheckpoint(1).orElseThrow().associations();
    }

    private void learn(Side disturbed, Side undisturbed) {
        String hub = "hub" + random.nextInt(3);
        int first = random.nextInt(MANY);
        String[] concepts = IntStream.rangeClosed(0, 10)
                .mapToObj(i -> i == 0 ? hub : "t" + (first + 37 * i) % MANY)
                .distinct()
                .toArray(String[]::new);
        List<Batch> batch = List.of(Batch.of(Episode.of(isPruned() ? EPISODE_MS * ++episodes : 0, concepts)));
        disturbed.apply(batch);
        undisturbed.apply(batch);
        for (String from : concepts) {
            for (String to : concepts) {
                if (!from.equals(to)) {
                    strengths.merge(from + " " + to, 1.0, Double::sum);
                }
            }
        }
    }

    private boolean isPruned() {
        return settings.equals(LearningSettings.parse(PRUNED));
    }

    private void assertSame(Side disturbed, Side undisturbed) {
        assertStrengths(disturbed);
        assertThat(strengths(disturbed)).isEqualTo(strengths(undisturbed));
        assertThat(disturbed.memory.figures()).isEqualTo(undisturbed.memory.figures());
        // Once the rest is written, too.
        assertThat(disturbed.memory.checkpoint() > 0).isEqualTo(undisturbed.memory.checkpoint() > 0);
        assertThat(disturbed.memory.figures()).isEqualTo(undisturbed.memory.figures());
        assertThat(disturbed.memory.checksums()).isEqualTo(undisturbed.memory.checksums());
    }

    private void assertStrengths(Side side) {
        if (!isPruned()) {
            assertThat(strengths(side)).isEqualTo(strengths);
        }
    }

    private static Map<String, Double> strengths(Side side) {
        MemoryReader reader = side.memory.reader();
        Map<String, Double> read = new TreeMap<>();
        for (int cue = 0; cue < reader.conceptCount(); cue++) {
            var associations = reader.associations(cue, reader.watermarkMs());
            for (int i = 0; i < associations.size(); i++) {
                read.put(reader.idOf(cue) + " " + reader.idOf(associations.target(i)), associations.strength(i, 0));
            }
        }
        return read;
    }
}
