package io.synfire.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Position;
import io.synfire.engine.learn.LearningSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is kept of each partition and source is accounted, as what cannot leave memory: also after a restart. */
final class PartitionClocksTest {

    private static final int PARTITIONS = 2_000;

    @TempDir
    Path directory;

    @Test
    void eachPartitionAndEachSourceIsAccounted() {
        LearningSettings settings = LearningSettings.parse(Map.of("half-lives", "none"));
        try (StoredMemory stored = new StoredMemory(directory, settings)) {
            stored.memory().apply(List.of(batch(0)));
            long before = stored.memory().figures().fixedBytes();
            for (int i = 1; i <= PARTITIONS; i++) {
                stored.memory().apply(List.of(batch(i)));
            }
            long after = stored.memory().figures().fixedBytes();
            // A clock with its name, and a position with the names of a source and its id.
            assertThat(after - before).isBetween(400L * PARTITIONS, 800L * PARTITIONS);
            stored.checkpoint();
            stored.reopen();
            assertThat(stored.memory().figures().fixedBytes()).isCloseTo(after, within(100_000));
        }
    }

    private static Batch batch(int number) {
        return new Batch(
                "partition-" + number,
                List.of(Episode.of(1, "a", "b")),
                List.of(new Position("file:/somewhere/" + number, "", 0, 1, -1)),
                0);
    }

    private static Offset<Long> within(long bytes) {
        return Offset.offset(bytes);
    }
}
