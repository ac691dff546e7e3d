package io.synfire.engine.memory;

import static io.synfire.engine.memory.Agreement.assertAgrees;
import static org.assertj.core.api.Assertions.assertThat;

import io.synfire.engine.LogProperty;
import io.synfire.engine.NaiveMemory;
import io.synfire.engine.RandomLog;
import io.synfire.engine.RandomLog.Line;
import io.synfire.engine.RandomLog.Shape;
import io.synfire.engine.event.Forget;
import io.synfire.engine.learn.LearningSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The memory agrees with the naive reference, whatever is checkpointed, evicted or opened anew in between. */
final class MemoryModelTest {

    @TempDir
    Path directory;

    @Test
    void everyAssociationMarginalAndNEqualsTheReference() {
        LogProperty.holdsForAll(
                1, 60, seed -> RandomLog.of(seed, new Shape(300, 30, stepMs(seed), 5, true)), seed -> log -> {
                    SplittableRandom random = new SplittableRandom(seed);
                    LearningSettings settings = Agreement.settings(random);
                    NaiveMemory reference = new NaiveMemory(settings);
                    long budget = random.nextBoolean() ? Long.MAX_VALUE : 300_000;
                    try (StoredMemory stored = new StoredMemory(directory, settings, budget)) {
                        int from = 0;
                        while (from < log.size()) {
                            int to = Math.min(log.size(), from + 1 + random.nextInt(60));
                            stored.apply(log.subList(from, to), to);
                            log.subList(from, to).forEach(line -> reference.apply(line.partition(), line.entry()));
                            from = to;
                            switch (random.nextInt(6)) {
                                case 0 -> stored.checkpoint();
                                case 1 -> {
                                    stored.checkpoint();
                                    stored.reopen();
                                }
                                case 2 -> {}
                                default -> stored.advanceCheckpoint();
                            }
                            assertAgrees(stored.memory(), reference, settings);
                        }
                    }
                });
    }

    @Test
    void aCrashLosesOnlyASuffixWhichReadAgainGivesTheSameDigest() {
        LogProperty.holdsForAll(
                101, 30, seed -> RandomLog.of(seed, new Shape(400, 40, stepMs(seed), 5, true)), seed -> log -> {
                    SplittableRandom random = new SplittableRandom(seed);
                    LearningSettings settings = Agreement.settings(random);
                    Memory.Checksums expected;
                    long episodes;
                    try (StoredMemory undisturbed = new StoredMemory(directory, settings)) {
                        undisturbed.apply(log, log.size());
                        expected = undisturbed.memory().checksums();
                        episodes = undisturbed.memory().reader().counts().episodes();
                    }
                    long budget = random.nextBoolean() ? Long.MAX_VALUE : 300_000;
                    try (StoredMemory crashing = new StoredMemory(directory, settings, budget)) {
                        while (crashing.next() < log.size()) {
                            int from = crashing.next();
                            int to = Math.min(log.size(), from + 1 + random.nextInt(40));
                            crashing.apply(log.subList(from, to), to);
                            switch (random.nextInt(8)) {
                                case 0 -> crashing.checkpoint();
                                case 1 -> crashing.reopen();
                                case 2, 3 -> {}
                                default -> crashing.advanceCheckpoint();
                            }
                        }
                        assertThat(crashing.checksums().learned()).isEqualTo(expected.learned());
                        assertThat(crashing.memory().reader().counts().episodes())
                                .isEqualTo(episodes);
                        crashing.checkpoint();
                        Memory.Checksums before = crashing.checksums();
                        crashing.reopen();
                        assertThat(crashing.checksums()).isEqualTo(before);
                        assertThat(crashing.memory().reader().counts().associations())
                                .isGreaterThanOrEqualTo(before.associations());
                    }
                });
    }

    @Test
    void aCheckpointHoldsWhatWasAppliedBeforeItBeganAndNothingElse() {
        LogProperty.holdsForAll(
                201, 20, seed -> RandomLog.of(seed, new Shape(200, 40, stepMs(seed), 5, true)), seed -> log -> {
                    SplittableRandom random = new SplittableRandom(seed);
                    LearningSettings settings = Agreement.settings(random);
                    NaiveMemory reference = new NaiveMemory(settings);
                    long budget = random.nextBoolean() ? Long.MAX_VALUE : 300_000;
                    int begin = random.nextInt(log.size() + 1);
                    List<Line> before = log.subList(0, begin);
                    // A concept is forgotten while no checkpoint is under way.
                    List<Line> beside = log.subList(begin, log.size()).stream()
                            .filter(line -> !(line.entry() instanceof Forget))
                            .toList();
                    try (StoredMemory stored = new StoredMemory(directory, settings, budget)) {
                        stored.apply(before, begin);
                        before.forEach(line -> reference.apply(line.partition(), line.entry()));
                        stored.advanceCheckpoint();
                        stored.apply(beside, log.size());
                        stored.advanceCheckpoint();
                        stored.advanceCheckpoint();
                        stored.reopen();
                        assertThat(stored.next()).isEqualTo(begin);
                        assertAgrees(stored.memory(), reference, settings);
                    }
                });
    }

    private static long stepMs(long seed) {
        return Agreement.stepMs(new SplittableRandom(~seed));
    }
}
