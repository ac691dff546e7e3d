package io.synfire.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.synfire.engine.RandomLog.Line;
import io.synfire.engine.event.Episode;
import io.synfire.engine.learn.Landmarks;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.view.Associations;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What leaves memory after a checkpoint, in pieces. */
final class EvictionTest {

    @TempDir
    Path directory;

    @Test
    void aPieceLooksAtNoMoreThanItsShareAndAllPiecesTogetherTakeOutAllThatMayLeave() {
        int cues = 100_000;
        CueTables tables = new CueTables();
        tables.growTo(cues);
        for (int cue = 0; cue < cues; cue++) {
            AdjacencyTable table = cue % 10 == 1
                    ? AdjacencyTable.delta(Salts.HASH, Landmarks.of(0), null)
                    : AdjacencyTable.complete(Salts.HASH, Landmarks.of(0), 0);
            if (cue % 10 == 2) {
                // To be written yet.
                table.setEpoch(1);
            } else if (cue % 10 == 3) {
                // Written, and touched since the hand last passed.
                table.setEpoch(1);
                table.written();
            }
            tables.set(cue, table);
        }
        Eviction eviction = new Eviction(tables);
        assertThat(eviction.piece(Long.MAX_VALUE)).as("not before it begins").isZero();
        eviction.begin();
        long gone = 0;
        int pieces = 0;
        for (long looks = 0; eviction.isUnderWay(); pieces++) {
            gone += eviction.piece(Long.MAX_VALUE);
            assertThat(eviction.looks() - looks).isLessThanOrEqualTo(Eviction.LOOKS);
            looks = eviction.looks();
        }
        assertThat(pieces).isGreaterThan(4);
        long each = AdjacencyTable.complete(Salts.HASH, Landmarks.of(0), 0).bytes();
        assertThat(gone).isEqualTo(8L * (cues / 10) * each);
        for (int cue = 0; cue < cues; cue++) {
            assertThat(tables.get(cue) != null).as("cue %d", cue).isEqualTo(cue % 10 == 1 || cue % 10 == 2);
        }
    }

    @Test
    void whatACheckpointWroteLeavesMemoryBatchByBatchAndIsReadFromTheStore() {
        int cues = 90_000;
        LearningSettings settings = LearningSettings.parse(Map.of("half-lives", "none"));
        List<Line> log = new ArrayList<>();
        for (int i = 0; i < cues; i += 2) {
            log.add(new Line("", Episode.of(1, "c" + i, "c" + (i + 1))));
        }
        try (StoredMemory stored = new StoredMemory(directory, settings, 30 << 20)) {
            stored.apply(log);
            Memory memory = stored.memory();
            assertThat(memory.room().isFull()).isTrue();
            stored.checkpoint();
            long bytes = memory.figures().bytes();
            int batches = 0;
            for (; memory.isMakingRoom(); batches++) {
                stored.apply(List.of());
                assertThat(memory.figures().bytes()).as("batch %d", batches).isLessThanOrEqualTo(bytes);
                bytes = memory.figures().bytes();
            }
            assertThat(batches).isGreaterThan(1);
            assertThat(memory.room().isFull()).isFalse();
            for (int i = 0; i < cues; i += 2) {
                Associations row = memory.reader().associations(memory.reader().conceptOf("c" + i), 1);
                assertThat(row.size()).isEqualTo(1);
                assertThat(memory.reader().idOf(row.target(0))).isEqualTo("c" + (i + 1));
                assertThat(row.strength(0, 0)).isEqualTo(1);
            }
        }
    }

    @Test
    void whoNeedsRoomGetsItWithoutWaitingForAllOfIt() {
        int cues = 90_000;
        LearningSettings settings = LearningSettings.parse(Map.of("half-lives", "none"));
        List<Line> log = new ArrayList<>();
        for (int i = 0; i < cues; i += 2) {
            log.add(new Line("", Episode.of(1, "c" + i, "c" + (i + 1))));
        }
        try (StoredMemory stored = new StoredMemory(directory, settings, 30 << 20)) {
            stored.apply(log);
            Memory memory = stored.memory();
            assertThat(memory.makeRoomFor(100_000))
                    .as("before a checkpoint nothing may leave")
                    .isFalse();
            stored.checkpoint();
            assertThat(memory.makeRoomFor(10_000)).isTrue();
            assertThat(memory.room().isEnoughFor(10_000)).isTrue();
            assertThat(memory.isMakingRoom()).as("the rest goes later").isTrue();
        }
    }
}
