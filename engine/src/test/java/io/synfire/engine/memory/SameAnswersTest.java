package io.synfire.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.synfire.engine.LogProperty;
import io.synfire.engine.RandomLog;
import io.synfire.engine.RandomLog.Shape;
import io.synfire.engine.event.Forget;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.view.Activity;
import io.synfire.engine.view.Associations;
import io.synfire.engine.view.MemoryView;
import io.synfire.engine.view.ReadTime;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is read does not depend on where it lies: to the last bit, all that a memory shows is the same before and after a checkpoint begins,
 * is written and ends, after what it wrote has left memory, and after the store was opened anew.
 */
final class SameAnswersTest {

    private static final String[] HALF_LIVES = {"none", "30d", "1h", "1m,1d", "1h,none"};

    @TempDir
    Path directory;

    @Test
    void whereARowLiesChangesNothingThatIsReadOfIt() {
        int memories = Integer.getInteger("synfire.memories", 60) / 2;
        LogProperty.holdsForAll(
                40_000,
                memories,
                seed -> RandomLog.of(seed, new Shape(400, 40, Agreement.stepMs(new SplittableRandom(~seed)), 4, true)),
                seed -> log -> {
                    SplittableRandom random = new SplittableRandom(seed);
                    LearningSettings settings = settings(random);
                    try (StoredMemory stored = new StoredMemory(directory, settings, 400_000)) {
                        for (int from = 0, to; from < log.size(); from = to) {
                            to = Math.min(log.size(), from + 1 + random.nextInt(50));
                            if (log.subList(from, to).stream().anyMatch(line -> line.entry() instanceof Forget)) {
                                // As the engine does.
                                stored.endCheckpoint();
                            }
                            stored.apply(log.subList(from, to), to);
                            List<String> expected = all(stored);
                            for (int step = random.nextInt(5); step > 0; step--) {
                                stored.advanceCheckpoint();
                                assertSame(expected, all(stored), "a step of a checkpoint");
                            }
                            if (random.nextInt(3) == 0) {
                                stored.checkpoint();
                                assertSame(expected, all(stored), "a checkpoint");
                                if (random.nextBoolean()) {
                                    while (stored.memory().isMakingRoom()) {
                                        stored.memory().apply(List.of());
                                    }
                                    assertThat(all(stored))
                                            .as("after what was written left")
                                            .isEqualTo(expected);
                                } else {
                                    stored.reopen();
                                    assertSame(expected, all(stored), "opened anew");
                                }
                            }
                        }
                    }
                });
    }

    private static LearningSettings settings(SplittableRandom random) {
        return LearningSettings.parse(Map.of(
                "half-lives",
                HALF_LIVES[random.nextInt(HALF_LIVES.length)],
                "max-associations",
                "" + List.of(0, 3, 8).get(random.nextInt(3)),
                "forget.below",
                List.of("0", "0.4", "1.5").get(random.nextInt(3)),
                "backward",
                random.nextBoolean() ? "-0.5" : "0.5"));
    }

    private static void assertSame(List<String> expected, List<String> found, String after) {
        for (int i = 0; i < expected.size(); i++) {
            assertThat(found.get(i)).as(after).isEqualTo(expected.get(i));
        }
        assertThat(found).hasSameSizeAs(expected);
    }

    /** All that is shown, with every bit of it. */
    private static List<String> all(StoredMemory stored) {
        MemoryView view = stored.memory().reader();
        List<String> all = new ArrayList<>();
        long watermarkMs = view.watermarkMs();
        int horizons = view.settings().horizonCount();
        for (ReadTime at : List.of(ReadTime.WATERMARK, ReadTime.at(watermarkMs + 5_000_000))) {
            Activity activity = view.moment().activity(at);
            for (int cue = 0; cue < view.conceptCount(); cue++) {
                String name = view.isKnown(cue) ? view.idOf(cue) : "nobody";
                Associations row = view.associations(cue, at);
                all.add(name + " at " + at + " " + bits(row, horizons));
                all.add(name + " cut " + row.cuts() + " " + Double.doubleToLongBits(row.cutBound()));
                all.add(name + " has more than 3 " + view.hasMoreThan(cue, 3, at));
                for (int h = 0; h < horizons; h++) {
                    all.add(name + " " + Double.doubleToLongBits(activity.of(cue, h)) + " "
                            + Double.doubleToLongBits(activity.potentiationFrom(cue, h)) + " "
                            + Double.doubleToLongBits(activity.potentiationTo(cue, h)));
                }
            }
        }
        return all;
    }

    private static String bits(Associations row, int horizons) {
        String[] lines = new String[row.size()];
        for (int i = 0; i < lines.length; i++) {
            StringBuilder line = new StringBuilder(String.format("%06d", row.target(i)));
            for (int h = 0; h < horizons; h++) {
                line.append(' ').append(Double.doubleToLongBits(row.strength(i, h)));
            }
            lines[i] = line.toString();
        }
        Arrays.sort(lines);
        return String.join(",", lines);
    }
}
