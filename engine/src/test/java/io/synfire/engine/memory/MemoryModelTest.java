package io.synfire.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.synfire.engine.NaiveMemory;
import io.synfire.engine.RandomLog;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Position;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.store.RocksStore;
import io.synfire.engine.store.StoreBudget;
import io.synfire.engine.view.Associations;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The memory agrees with the naive reference, whatever is checkpointed, evicted or opened anew in between. The seed is the test's name. */
final class MemoryModelTest {

    private static final StoreBudget STORE = new StoreBudget(1 << 20, 1 << 20);
    private static final double TOLERANCE = 1e-5;

    @TempDir
    Path directory;

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void everyAssociationMarginalAndNEqualsTheReference(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        LearningSettings settings = settings(random);
        List<Episode> log = RandomLog.of(seed, 400, 30, stepMs(random), true);
        NaiveMemory reference = new NaiveMemory(settings);
        Opened opened = new Opened(settings, tableBudget(random));
        try {
            int from = 0;
            while (from < log.size()) {
                int to = Math.min(log.size(), from + 1 + random.nextInt(60));
                opened.memory.learn(log.subList(from, to), List.of(position(to)), 0);
                log.subList(from, to).forEach(reference::learn);
                from = to;
                switch (random.nextInt(4)) {
                    case 0 -> opened.memory.checkpoint();
                    case 1 -> {
                        opened.memory.checkpoint();
                        opened.reopen();
                    }
                    default -> {}
                }
                assertAgrees(opened.memory, reference, settings);
            }
        } finally {
            opened.close();
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {21, 22, 23, 24, 25, 26})
    void aCrashLosesOnlyASuffixWhichReadAgainGivesTheSameDigest(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        LearningSettings settings = settings(random);
        List<Episode> log = RandomLog.of(seed, 600, 40, stepMs(random), true);
        Opened undisturbed = new Opened(settings, Long.MAX_VALUE);
        undisturbed.memory.learn(log, List.of(position(log.size())), 0);
        Memory.Checksums expected = undisturbed.memory.checksums();
        undisturbed.close();

        Opened crashing = new Opened(settings, tableBudget(random));
        try {
            while (next(crashing.memory) < log.size()) {
                int from = next(crashing.memory);
                int to = Math.min(log.size(), from + 1 + random.nextInt(40));
                crashing.memory.learn(log.subList(from, to), List.of(position(to)), 0);
                switch (random.nextInt(6)) {
                    case 0, 1 -> crashing.memory.checkpoint();
                    case 2 -> crashing.reopen();
                    default -> {}
                }
            }
            assertThat(crashing.memory.checksums().learned()).isEqualTo(expected.learned());
            assertThat(crashing.memory.counts().episodes()).isEqualTo(log.size());
            crashing.memory.checkpoint();
            Memory.Checksums before = crashing.memory.checksums();
            crashing.reopen();
            assertThat(crashing.memory.checksums()).isEqualTo(before);
            assertThat(crashing.memory.counts().associations()).isGreaterThanOrEqualTo(before.associations());
        } finally {
            crashing.close();
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {31, 32, 33, 34})
    void contextFreeEpisodesMayComeInAnyOrder(long seed) {
        LearningSettings settings = settings(new SplittableRandom(seed));
        List<Episode> log = RandomLog.of(seed, 300, 20, 3_600_000, false);
        List<Episode> shuffled = new ArrayList<>(log);
        Collections.shuffle(shuffled, new Random(seed));
        NaiveMemory reference = new NaiveMemory(settings);
        log.forEach(reference::learn);
        Opened inOrder = new Opened(settings, Long.MAX_VALUE);
        inOrder.memory.learn(log, List.of(), 0);
        long learned = inOrder.memory.checksums().learned();
        inOrder.close();
        Opened anyOrder = new Opened(settings, 0);
        try {
            anyOrder.memory.learn(shuffled, List.of(), 0);
            assertThat(anyOrder.memory.checksums().learned()).isEqualTo(learned);
            assertAgrees(anyOrder.memory, reference, settings);
        } finally {
            anyOrder.close();
        }
    }

    @Test
    void tenMillionImpulsesOnOneEdgeAreCountedWithinTheBound() {
        AdjacencyTable table = AdjacencyTable.complete(io.synfire.engine.learn.Landmarks.of(0));
        double[] third = {1.0 / 3};
        for (int i = 0; i < 10_000_000; i++) {
            table.add(7, third, 0);
        }
        double sum = (double) table.toRow(1).high(0, 0) + table.toRow(1).low(0, 0);
        assertThat(sum).isCloseTo(10_000_000 / 3.0, within(TOLERANCE * 10_000_000 / 3.0));
        assertThat((double) (float) (10_000_000 / 3.0)).isNotEqualTo(10_000_000 / 3.0);
    }

    @Test
    void aRowIsCutBackToItsStrongestOnceItHoldsTwiceAsMany() {
        LearningSettings settings = LearningSettings.parse(Map.of("half-lives", "none", "max-associations", "4"));
        Opened opened = new Opened(settings, Long.MAX_VALUE);
        try {
            for (int target = 0; target < 8; target++) {
                for (int times = 0; times <= target; times++) {
                    opened.memory.learn(List.of(Episode.of(0, "cue", "t" + target)), List.of(), 0);
                }
            }
            Associations row = opened.memory.associations(opened.memory.conceptOf("cue"), 0);
            // The eighth target arrived with strength 1 and was cut with t0, t1 and t2; then it came seven times more.
            assertThat(row.size()).isEqualTo(5);
            assertThat(row.indexOf(opened.memory.conceptOf("t6"))).isNotNegative();
            assertThat(row.indexOf(opened.memory.conceptOf("t0"))).isNegative();
            assertThat(row.cuts()).isEqualTo(1);
            assertThat(row.cutBound()).isEqualTo(3);
        } finally {
            opened.close();
        }
    }

    private static void assertAgrees(Memory memory, NaiveMemory reference, LearningSettings settings) {
        long atMs = reference.watermarkMs();
        assertThat(memory.watermarkMs()).isEqualTo(atMs);
        for (int h = 0; h < settings.horizonCount(); h++) {
            assertThat(memory.episodes(h, atMs))
                    .isCloseTo(reference.episodes(h, atMs), relative(reference.episodes(h, atMs)));
            for (String concept : reference.concepts()) {
                double expected = reference.activation(concept, h, atMs);
                assertThat(memory.activation(memory.conceptOf(concept), h, atMs))
                        .isCloseTo(expected, relative(expected));
            }
        }
        for (NaiveMemory.Edge edge : reference.edges()) {
            Associations row = memory.associations(memory.conceptOf(edge.cue()), atMs);
            int index = row.indexOf(memory.conceptOf(edge.target()));
            for (int h = 0; h < settings.horizonCount(); h++) {
                double actual = index < 0 ? 0 : row.strength(index, h);
                assertThat(actual)
                        .as("%s at horizon %d", edge, h)
                        .isCloseTo(reference.strength(edge, h, atMs), relative(reference.mass(edge, h, atMs)));
            }
        }
    }

    private static org.assertj.core.data.Offset<Double> relative(double mass) {
        return within(TOLERANCE * mass + 0x1p-99);
    }

    private static LearningSettings settings(SplittableRandom random) {
        String[] halfLives = {"none", "30d", "1h,1d,30d", "1s", "10m,none"};
        String[] kernels = {"uniform", "exponential", "reciprocal"};
        return LearningSettings.parse(Map.of(
                "half-lives",
                halfLives[random.nextInt(halfLives.length)],
                "kernel",
                kernels[random.nextInt(3)],
                "tau-backward",
                "3m",
                "max-steps",
                Integer.toString(random.nextInt(6)),
                "max-gap",
                random.nextBoolean() ? "2h" : "5d",
                "backward",
                random.nextBoolean() ? "-0.5" : "0.5",
                "normalization",
                random.nextBoolean() ? "episode" : "none",
                "max-associations",
                "0"));
    }

    private static long stepMs(SplittableRandom random) {
        long[] steps = {1_000, 600_000, 86_400_000};
        return steps[random.nextInt(steps.length)];
    }

    private static long tableBudget(SplittableRandom random) {
        return random.nextBoolean() ? Long.MAX_VALUE : 300_000;
    }

    private static Position position(int next) {
        return new Position("file:log", "", 0, next, -1);
    }

    private static int next(Memory memory) {
        return memory.positions().isEmpty()
                ? 0
                : (int) memory.positions().get(0).nextOffset();
    }

    /** A memory over a store of its own, which can be dropped without a checkpoint and opened again. */
    private final class Opened {
        private final LearningSettings settings;
        private final long budget;
        private final Path path = directory.resolve("store" + System.nanoTime());
        private RocksStore store;
        private Memory memory;

        Opened(LearningSettings settings, long budget) {
            this.settings = settings;
            this.budget = budget;
            this.store = RocksStore.open(path, STORE);
            this.memory = new Memory(settings, store, MemoryBudget.of(budget));
        }

        void reopen() {
            store.close();
            store = RocksStore.open(path, STORE);
            memory = new Memory(settings, store, MemoryBudget.of(budget));
        }

        void close() {
            store.close();
        }
    }
}
