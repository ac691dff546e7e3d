package io.synfire.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.synfire.engine.LogProperty;
import io.synfire.engine.NaiveDigest;
import io.synfire.engine.NaiveMemory;
import io.synfire.engine.RandomLog;
import io.synfire.engine.RandomLog.Line;
import io.synfire.engine.RandomLog.Shape;
import io.synfire.engine.RandomSettings;
import io.synfire.engine.event.Forget;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.store.TableCheck;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Masses of concepts are forgotten, come again, late and at their time, and are taken back before and after their forgets are of no matter any
 * more; beside checkpoints, and with restarts. What is known, what remains of it and its marginals is what the definition says. {@code
 * -Dsynfire.logs=80} tries more logs.
 */
final class ForgetPropertyTest {

    private static final int LOGS = Integer.getInteger("synfire.logs", 40);

    @TempDir
    Path directory;

    @Test
    void whatIsTakenBackAroundTheEndOfAForgetIsWhatTheDefinitionSays() {
        LogProperty.holdsForAll(21_000, LOGS, ForgetPropertyTest::withMassesOfForgets, seed -> log -> {
            SplittableRandom random = new SplittableRandom(seed);
            LearningSettings settings = settings(random);
            NaiveMemory reference = new NaiveMemory(settings);
            NaiveDigest digest = new NaiveDigest(settings);
            try (StoredMemory stored = new StoredMemory(directory, settings, random.nextBoolean() ? 0 : 300_000)) {
                for (int from = 0; from < log.size(); ) {
                    int to = Math.min(log.size(), from + 1 + random.nextInt(12));
                    for (Line line : log.subList(from, to)) {
                        reference.apply(line.partition(), line.entry());
                        digest.apply(line.partition(), line.entry());
                    }
                    stored.apply(log.subList(from, to));
                    int next = random.nextInt(8);
                    if (next < 4) {
                        stored.advanceCheckpoint();
                    } else if (next == 4) {
                        stored.checkpoint();
                        assertThat(stored.memory()
                                        .verification(new TableCheck(0, 0, Map.of()))
                                        .findings())
                                .isEmpty();
                        stored.reopen();
                    }
                    assertKnowsWhatItKnows(stored.memory(), reference, settings);
                    from = to;
                }
                assertThat(stored.checksums().learned()).isEqualTo(digest.learned());
            }
        });
    }

    private static void assertKnowsWhatItKnows(Memory memory, NaiveMemory reference, LearningSettings settings) {
        MemoryReader reader = memory.reader();
        long atMs = reference.watermarkMs();
        assertThat(reader.watermarkMs()).isEqualTo(atMs);
        Agreement.assertKnows(memory, reference);
        for (String concept : reference.concepts()) {
            for (int h = 0; h < settings.horizonCount(); h++) {
                assertThat(reader.activity(atMs).of(reader.conceptOf(concept), h))
                        .as("%s at horizon %d", concept, h)
                        .isCloseTo(
                                reference.activation(concept, h, atMs),
                                Agreement.relative(reference.activationMass(concept, h, atMs)));
            }
        }
    }

    /** All horizons decay, so that forgets end; mostly within the log. */
    private static LearningSettings settings(SplittableRandom random) {
        String[] halfLives = {"1h", "10m,3h", "30d", "1s"};
        Map<String, String> settings = RandomSettings.of(random);
        settings.put("half-lives", halfLives[random.nextInt(halfLives.length)]);
        settings.put("forget.below", random.nextInt(5) == 0 ? "0" : "0.2");
        return LearningSettings.parse(settings);
    }

    private static List<Line> withMassesOfForgets(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int concepts = 5 + random.nextInt(20);
        long[] steps = {1_000, 600_000, 3_600_000};
        Shape shape = new Shape(200, concepts, steps[random.nextInt(3)], random.nextInt(4), true);
        List<Line> log = new ArrayList<>();
        for (Line line : RandomLog.of(seed, shape)) {
            log.add(line);
            for (int i = random.nextInt(8) == 0 ? random.nextInt(6) : 0; i > 0; i--) {
                log.add(new Line("p0", new Forget("c" + random.nextInt(concepts))));
            }
        }
        return log;
    }
}
