package io.synfire.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.synfire.engine.RandomLog.Line;
import io.synfire.engine.event.Episode;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.view.MemoryView;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How many associations a cue has at most, by where they are. */
final class SizeMaxTest {

    @TempDir
    Path directory;

    private final LearningSettings settings =
            LearningSettings.parse(Map.of("half-lives", "none", "max-associations", "0", "forget.below", "0"));

    @Test
    void itIsExactInMemoryAndElsewhereCountsWhatMayBeThereTwice() {
        try (StoredMemory stored = new StoredMemory(directory, settings)) {
            MemoryView view = stored.memory().reader();
            stored.apply(List.of(new Line("p0", Episode.of(1, "a", "b", "c", "d"))));
            int a = view.conceptOf("a");
            assertThat(view.associationsMax(a)).isEqualTo(3);
            stored.checkpoint();
            assertThat(view.associationsMax(a)).isEqualTo(3);
            stored.reopen();
            MemoryView again = stored.memory().reader();
            // Less than twice as many.
            assertThat(again.associationsMax(a)).isBetween(3, 5);
            int inStore = again.associationsMax(a);
            stored.apply(List.of(new Line("p0", Episode.of(1, "a", "b", "e"))));
            assertThat(again.associationsMax(a)).isEqualTo(inStore + 2);
        }
    }
}
