package io.synfire.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.synfire.engine.HostileIds;
import io.synfire.engine.LogProperty;
import io.synfire.engine.RandomLog;
import io.synfire.engine.RandomLog.Line;
import io.synfire.engine.RandomLog.Shape;
import io.synfire.engine.event.Batch;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.learn.Salt;
import io.synfire.engine.memory.CommandIds.Meeting;
import io.synfire.engine.store.CheckpointRecord.CopyAhead;
import io.synfire.engine.store.StoreInspection;
import io.synfire.engine.view.Associations;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Digests, order, answers and what is stored are the same under any salt. */
final class SaltPropertyTest {

    private static final int SALTS = 20;

    @TempDir
    Path directory;

    /** All that is known of a memory in the end, and what it had answered on the way. */
    private record Outcome(List<String> answers, Memory.Checksums checksums, List<String> stored) {}

    @Test
    void nothingDependsOnTheSalt() {
        LogProperty.holdsForAll(
                1,
                4,
                20,
                seed -> RandomLog.of(seed, new Shape(250, 25, Agreement.stepMs(new SplittableRandom(~seed)), 5, true)),
                seed -> log -> {
                    Outcome first = outcome(seed, log, Salts.of(0));
                    assertThat(first.answers().isEmpty()).isEqualTo(log.isEmpty());
                    for (int salt = 1; salt < SALTS; salt++) {
                        Outcome other = outcome(seed, log, Salts.of(salt));
                        assertThat(other.checksums()).as("salt %d", salt).isEqualTo(first.checksums());
                        assertThat(other.answers()).as("salt %d", salt).isEqualTo(first.answers());
                        assertThat(other.stored()).as("salt %d", salt).isEqualTo(first.stored());
                    }
                });
    }

    @Test
    void copiesThatAreAwaitedAreStoredInTheOrderInWhichTheyWereMet() {
        List<CopyAhead> met = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            met.add(new CopyAhead("p" + i % 7, HostileIds.alike(i)));
        }
        PartitionClocks clocks = new PartitionClocks(List.of());
        LearningSettings settings = LearningSettings.defaults();
        try (StoredMemory stored = new StoredMemory(directory, settings)) {
            for (int salt = 0; salt < SALTS; salt++) {
                EventIds eventIds = new EventIds(stored.store(), Salts.of(salt), clocks, settings);
                CommandIds ids = new CommandIds(Salts.of(salt), clocks, eventIds, met);
                ids.met("e", List.of(new Batch.Copy("p0", Batch.Place.AHEAD), new Batch.Copy("p1", Batch.Place.AHEAD)));
                ids.met("e", List.of(new Batch.Copy("p0", Batch.Place.AHEAD)));
                List<CopyAhead> expected = new ArrayList<>(met);
                expected.add(new CopyAhead("p0", "e"));
                expected.add(new CopyAhead("p1", "e"));
                assertThat(ids.ahead()).isEqualTo(expected);
                assertThat(ids.meet("p3", HostileIds.alike(3))).isEqualTo(Meeting.COPY);
                expected.remove(3);
                assertThat(ids.ahead()).isEqualTo(expected);
            }
        }
    }

    /** The same steps for the same seed: batches, checkpoints, crashes, restarts. */
    private Outcome outcome(long seed, List<Line> log, Salt salt) {
        SplittableRandom random = new SplittableRandom(seed);
        LearningSettings settings = Agreement.settings(random);
        long budget = random.nextBoolean() ? Long.MAX_VALUE : 300_000;
        List<String> answers = new ArrayList<>();
        Memory.Checksums checksums;
        Path path;
        try (StoredMemory stored = new StoredMemory(directory, settings, budget, salt)) {
            while (stored.next() < log.size()) {
                int from = stored.next();
                int to = Math.min(log.size(), from + 1 + random.nextInt(60));
                stored.apply(log.subList(from, to), to);
                answers(stored.memory().reader(), answers);
                switch (random.nextInt(6)) {
                    case 0 -> stored.checkpoint();
                    case 1 -> {
                        stored.checkpoint();
                        stored.reopen();
                    }
                    case 2 -> stored.reopen();
                    default -> stored.advanceCheckpoint();
                }
            }
            stored.checkpoint();
            checksums = stored.checksums();
            assertThat(stored.store().salt().orElseThrow().toBytes()).isEqualTo(salt.toBytes());
            path = stored.path();
        }
        return new Outcome(answers, checksums, StoreInspection.valuesButSalt(path));
    }

    private static void answers(MemoryReader reader, List<String> answers) {
        long atMs = reader.watermarkMs();
        answers.add(reader.counts().toString());
        for (int i = 0; i < 25; i++) {
            int concept = reader.conceptOf("c" + i);
            answers.add("c" + i + ' ' + concept);
            if (concept >= 0) {
                Associations row = reader.associations(concept, atMs);
                List<String> shown = new ArrayList<>();
                for (int at = 0; at < row.size(); at++) {
                    StringBuilder strengths = new StringBuilder().append(row.target(at));
                    for (int h = 0; h < reader.settings().horizonCount(); h++) {
                        strengths.append(' ').append(row.strength(at, h));
                    }
                    shown.add(strengths.toString());
                }
                // A row has no order.
                Collections.sort(shown);
                answers.add(shown + " " + row.cuts() + " " + row.cutBound());
            }
        }
    }
}
