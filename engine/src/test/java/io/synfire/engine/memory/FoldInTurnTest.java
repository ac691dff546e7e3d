package io.synfire.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.synfire.engine.RandomLog.Line;
import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Episode;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.view.Associations;
import io.synfire.engine.view.MemoryView;
import io.synfire.engine.view.ReadTime;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A row that lies in the store in several parts says the same however many of them are folded at once, also where it was moved in between. */
final class FoldInTurnTest {

    private static final long HALF_LIFE_MS = 60_000;
    private static final double PART = 0x1p-5;

    @TempDir
    Path directory;

    @Test
    void whatHasFadedByItselfCountsInASumThatHasNot() {
        LearningSettings settings =
                LearningSettings.parse(Map.of("half-lives", "1m", "max-associations", "0", "forget.below", "0"));
        // One unit, and a part of one, are worth 2^-97 and 2^-102 when the row is moved three landmarks on.
        double expected = (1 + PART) * 0x1p-97;
        try (StoredMemory stored = new StoredMemory(directory, settings)) {
            learn(stored, 0, "b", 1);
            stored.checkpoint();
            stored.reopen();
            learn(stored, 0, "b", PART);
            stored.checkpoint();
            stored.reopen();
            learn(stored, 97 * HALF_LIFE_MS, "c", 1);
            assertThat(strength(stored)).as("added to").isEqualTo(expected);
            stored.checkpoint();
            assertThat(strength(stored)).as("written").isEqualTo(expected);
            stored.reopen();
            assertThat(strength(stored)).as("opened").isEqualTo(expected);
        }
    }

    private static void learn(StoredMemory stored, long atMs, String other, double strength) {
        List<Activation> fired = List.of(Activation.of("a"), new Activation(other, strength));
        stored.apply(List.of(new Line("p0", new Episode(atMs, null, fired, 1, null))));
    }

    private static double strength(StoredMemory stored) {
        MemoryView view = stored.memory().reader();
        Associations row = view.associations(view.conceptOf("a"), ReadTime.WATERMARK);
        return row.strength(row.indexOf(view.conceptOf("b")), 0);
    }
}
