package io.synfire.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Entry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.view.Associations;
import io.synfire.engine.view.ReadTime;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A hub that gets many more targets than its row has while the row is not in memory: how often it fired with each, against a plain count,
 * in every state that its deltas go through.
 */
final class HubTest {

    private static final String HUB = "hub";
    private static final long AT_MS = 1_000;

    private static final LearningSettings KEEPS_ALL =
            LearningSettings.parse(Map.of("half-lives", "none", "max-associations", "0", "forget.below", "0"));

    @TempDir
    Path directory;

    private final Map<String, Double> counts = new HashMap<>();

    @Test
    void deltasLargerThanTheirRowAddUpToWhatFiredTogether() {
        try (StoredMemory stored = new StoredMemory(directory, KEEPS_ALL)) {
            learn(stored, 0, 50);
            stored.checkpoint();
            stored.reopen();

            learn(stored, 20, 3_000);
            assertHub(stored, "a delta on a row");
            stored.advanceCheckpoint();
            learn(stored, 1_500, 8_000);
            assertHub(stored, "a delta on one that is being written, on a row");
            stored.advanceCheckpoint();
            assertHub(stored, "a delta on a row that has the one before appended");
            stored.advanceCheckpoint();
            learn(stored, 0, 9_000);
            assertHub(stored, "a delta that goes on");
            stored.checkpoint();
            assertHub(stored, "folded when it was written");
            assertThat(stored.memory().reader().associationsMax(hub(stored))).isEqualTo(counts.size());
            stored.reopen();
            assertHub(stored, "a row");
        }
    }

    @Test
    void howManyAHubHasIsToldExactlyHoweverManyAreAskedFor() {
        try (StoredMemory stored = new StoredMemory(directory, KEEPS_ALL)) {
            learn(stored, 0, 40_000);
            assertCounted(stored);
            stored.checkpoint();
            stored.reopen();
            assertCounted(stored);
            learn(stored, 39_990, 40_010);
            assertCounted(stored);
        }
    }

    /** All came once and do not fade, so that the first are the first by id: in whatever state the row is, and however often one asks. */
    @Test
    void ofACrowdThatIsAlikeTheFirstByIdAreTold() {
        try (StoredMemory stored = new StoredMemory(directory, KEEPS_ALL)) {
            learn(stored, 0, 40_000);
            assertFirst(stored, 20);
            learn(stored, 0, 3);
            assertFirst(stored, 20);
            stored.checkpoint();
            stored.reopen();
            assertFirst(stored, 20);
            assertFirst(stored, 200);
            learn(stored, 39_000, 50_000);
            assertFirst(stored, 20);
        }
    }

    private void assertFirst(StoredMemory stored, int count) {
        List<String> expected = byCount(counts.keySet()).subList(0, count);
        for (int again = 0; again < 3; again++) {
            Associations row = stored.memory().reader().first(hub(stored), count, ReadTime.WATERMARK);
            Set<String> first = new HashSet<>();
            for (int i = 0; i < row.size(); i++) {
                first.add(stored.memory().reader().idOf(row.target(i)));
            }
            assertThat(byCount(first).subList(0, count)).isEqualTo(expected);
        }
    }

    private List<String> byCount(Set<String> ids) {
        return counts.entrySet().stream()
                .filter(entry -> ids.contains(entry.getKey()))
                .sorted(Map.Entry.<String, Double>comparingByValue()
                        .reversed()
                        .thenComparing(Map.Entry.comparingByKey()))
                .map(Map.Entry::getKey)
                .toList();
    }

    private void assertCounted(StoredMemory stored) {
        int size = counts.size();
        for (int count : new int[] {0, 1, 4_096, 20_000, size - 1, size, Integer.MAX_VALUE}) {
            assertThat(stored.memory().reader().hasMoreThan(hub(stored), count, ReadTime.WATERMARK))
                    .as("more than %d of %d", count, size)
                    .isEqualTo(size > count);
        }
    }

    @Test
    void aRowThatIsFoldedTakesUpWhatCameMeanwhile() {
        try (StoredMemory stored = new StoredMemory(directory, KEEPS_ALL)) {
            learn(stored, 0, 50);
            stored.checkpoint();
            stored.reopen();
            learn(stored, 20, 1_000);
            // Appended: as much as the row had, and more.
            stored.checkpoint();
            learn(stored, 500, 2_000);
            stored.advanceCheckpoint();
            learn(stored, 1_500, 9_000);
            stored.advanceCheckpoint();
            assertHub(stored, "a delta on a row into which the one before was folded");
            stored.advanceCheckpoint();
            assertHub(stored, "a row that is complete in memory, and larger by what came meanwhile");
            stored.checkpoint();
            stored.reopen();
            assertHub(stored, "a row");
        }
    }

    @Test
    void aRowThatIsCutBackLosesNothingThatIsStrongerThanWhatItKeeps() {
        int max = 1_000;
        LearningSettings settings =
                LearningSettings.parse(Map.of("half-lives", "none", "max-associations", "" + max, "forget.below", "0"));
        try (StoredMemory stored = new StoredMemory(directory, settings)) {
            learn(stored, 0, 50);
            stored.checkpoint();
            stored.reopen();
            learn(stored, 0, 900);
            learn(stored, 0, 900);
            learn(stored, 0, 5_000);
            assertCut(row(stored), stored, max);
            stored.checkpoint();
            assertCut(row(stored), stored, max);
            learn(stored, 0, 1);
            // Folded, and cut.
            stored.checkpoint();
            assertCut(row(stored), stored, max);
            stored.reopen();
            assertCut(row(stored), stored, max);
        }
    }

    /** Whether it is appended or folded, it is shown as it is once it is cut. */
    private void assertCut(Associations row, StoredMemory stored, int max) {
        assertThat(row.size()).isEqualTo(max);
        assertThat(row.cuts()).isOne();
        assertThat(row.cutBound()).isOne();
        int repeated = 0;
        for (int i = 0; i < row.size(); i++) {
            String target = stored.memory().reader().idOf(row.target(i));
            assertThat(row.strength(i, 0)).isEqualTo(counts.get(target));
            repeated += row.strength(i, 0) > 1 ? 1 : 0;
        }
        assertThat(repeated).isEqualTo(900);
    }

    /** The hub fires with some others, each once. */
    private void learn(StoredMemory stored, int from, int to) {
        List<Entry> episodes = new ArrayList<>();
        for (int i = from; i < to; i++) {
            String target = "t" + i;
            episodes.add(Episode.of(AT_MS, HUB, target));
            counts.merge(target, 1.0, Double::sum);
        }
        stored.memory().apply(List.of(new Batch("", episodes, List.of(), 0)));
    }

    private void assertHub(StoredMemory stored, String state) {
        Associations row = row(stored);
        Map<String, Double> found = new HashMap<>();
        for (int i = 0; i < row.size(); i++) {
            found.put(stored.memory().reader().idOf(row.target(i)), row.strength(i, 0));
        }
        assertThat(found).as(state).isEqualTo(counts);
        assertThat(stored.memory().reader().associationsMax(hub(stored)))
                .as(state)
                .isGreaterThanOrEqualTo(row.size());
    }

    private static Associations row(StoredMemory stored) {
        return stored.memory().reader().associations(hub(stored), AT_MS);
    }

    private static int hub(StoredMemory stored) {
        return stored.memory().reader().conceptOf(HUB);
    }
}
