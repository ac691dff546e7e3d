package io.synfire.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.synfire.engine.LogProperty;
import io.synfire.engine.NaiveMemory;
import io.synfire.engine.RandomLog;
import io.synfire.engine.RandomLog.Line;
import io.synfire.engine.RandomLog.Shape;
import io.synfire.engine.event.Episode;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.view.Activity;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Logs of thousands of half-lives, that cross hundreds of landmarks, most of which most concepts sleep through. */
final class LandmarkPropertyTest {

    private static final String[] HALF_LIVES = {"1s", "7s,none", "1s,13s,5m", "300ms,1h"};

    @TempDir
    Path directory;

    @Test
    void marginalsAreThoseOfTheReferenceAndTheSameStateWhetherTheyMovedOrNot() {
        LogProperty.holdsForAll(
                9_000, 8, seed -> RandomLog.of(seed, new Shape(300, 40, 20_000, 4, true)), seed -> log -> {
                    SplittableRandom random = new SplittableRandom(seed);
                    LearningSettings settings = settings(random);
                    NaiveMemory reference = new NaiveMemory(settings);
                    try (StoredMemory lived = new StoredMemory(directory, settings);
                            StoredMemory reopened = new StoredMemory(directory, settings)) {
                        for (int from = 0, to; from < log.size(); from = to) {
                            to = Math.min(log.size(), from + 1 + random.nextInt(80));
                            List<Line> some = log.subList(from, to);
                            lived.apply(some);
                            reopened.apply(some);
                            some.forEach(line -> reference.apply(line.partition(), line.entry()));
                            if (random.nextInt(3) == 0) {
                                lived.advanceCheckpoint();
                            }
                            // All that is loaded is moved at once.
                            reopened.checkpoint();
                            reopened.reopen();
                            Agreement.assertAgrees(lived.memory(), reference, settings);
                            assertSameActivity(lived.memory(), reopened.memory(), settings);
                            if (random.nextInt(6) == 0) {
                                lived.checkpoint();
                                Memory.Checksums before = lived.checksums();
                                lived.reopen();
                                assertThat(lived.checksums()).isEqualTo(before);
                            }
                        }
                    }
                });
    }

    /** To the bit. */
    private static void assertSameActivity(Memory memory, Memory other, LearningSettings settings) {
        long atMs = memory.reader().watermarkMs() + 700;
        assertThat(values(memory, memory.reader().activity(atMs), settings))
                .isEqualTo(values(other, other.reader().activity(atMs), settings));
    }

    private static List<Double> values(Memory memory, Activity activity, LearningSettings settings) {
        List<Double> values = new ArrayList<>();
        for (int h = 0; h < settings.horizonCount(); h++) {
            values.add(activity.episodes(h));
            values.add(activity.total(h));
            values.add(activity.potentiation(h));
            for (int concept = 0; concept < memory.reader().conceptCount(); concept++) {
                values.add(activity.of(concept, h));
                values.add(activity.potentiationFrom(concept, h));
                values.add(activity.potentiationTo(concept, h));
            }
        }
        return values;
    }

    @Test
    void whoHoldsWhatWasBeforeALandmarkReadsItOn() {
        LearningSettings settings = LearningSettings.parse(Map.of("half-lives", "1s,1h"));
        try (StoredMemory stored = new StoredMemory(directory, settings)) {
            stored.apply(List.of(line(1_000, "a", "b"), line(20_000, "b", "c")));
            Activity before = stored.memory().reader().activity(20_000);
            List<Double> values = values(stored.memory(), before, settings);
            assertThat(before.of(1, 0)).isEqualTo(1 + 0x1p-19);
            // Beyond the next landmark, and on from there.
            stored.apply(List.of(line(40_000, "a", "b"), line(400_000, "a", "c", "d")));
            stored.checkpoint();
            stored.apply(List.of(line(4_000_000, "a", "b", "c"), line(40_000_000, "x", "y")));
            assertThat(values(stored.memory(), before, settings).subList(0, 4)).isEqualTo(values.subList(0, 4));
            for (int concept = 0; concept < 3; concept++) {
                for (int h = 0; h < 2; h++) {
                    int at = h * (values.size() / 2) + 3 + 3 * concept;
                    assertThat(before.of(concept, h)).isEqualTo(values.get(at));
                    assertThat(before.potentiationFrom(concept, h)).isEqualTo(values.get(at + 1));
                    assertThat(before.potentiationTo(concept, h)).isEqualTo(values.get(at + 2));
                }
            }
            assertThat(before.of(3, 0)).as("it came later").isZero();
        }
    }

    private static Line line(long atMs, String... concepts) {
        return new Line("", Episode.of(atMs, concepts));
    }

    private static LearningSettings settings(SplittableRandom random) {
        return LearningSettings.parse(Map.of(
                "half-lives",
                HALF_LIVES[random.nextInt(HALF_LIVES.length)],
                "max-gap",
                random.nextBoolean() ? "5s" : "1h",
                "max-associations",
                "0",
                "backward",
                "-0.5"));
    }
}
