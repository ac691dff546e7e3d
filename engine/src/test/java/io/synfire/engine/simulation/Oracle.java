package io.synfire.engine.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.synfire.engine.Engine;
import io.synfire.engine.NaiveDigest;
import io.synfire.engine.NaiveMemory;
import io.synfire.engine.ViewAgreement;
import io.synfire.engine.event.Position;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.simulation.SimulatedSource.Logged;
import io.synfire.engine.view.Counts;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What an engine must say: the naive references, folded over all that was applied, in the order in which it was. What a crash has lost
 * is taken off the end; what then follows may come in another order than before.
 */
final class Oracle {

    private final LearningSettings settings;
    private final List<Logged> applied = new ArrayList<>();
    private Fold fold;

    /** The references after some records. */
    private static final class Fold {
        final NaiveMemory memory;
        final NaiveDigest digest;
        long deadLetters;

        Fold(LearningSettings settings) {
            memory = new NaiveMemory(settings);
            digest = new NaiveDigest(settings);
        }

        Fold over(List<Logged> records) {
            for (Logged each : records) {
                if (each.entry() == null) {
                    deadLetters++;
                } else {
                    memory.apply(each.partition(), each.entry());
                    digest.apply(each.partition(), each.entry());
                }
            }
            return this;
        }
    }

    Oracle(LearningSettings settings) {
        this.settings = settings;
        this.fold = new Fold(settings);
    }

    int size() {
        return applied.size();
    }

    long duplicates() {
        return fold.digest.duplicates();
    }

    long deadLetters() {
        return fold.deadLetters;
    }

    void apply(List<Logged> records) {
        applied.addAll(records);
        fold.over(records);
    }

    /** Whether positions are those behind all that was applied. */
    boolean isBehindAll(List<Position> positions) {
        return offsets(positions).equals(SimulatedSource.behind(applied));
    }

    /** Whether positions are those behind all that was applied, and some records more. */
    boolean isBehind(List<Position> positions, List<Logged> more) {
        List<Logged> all = new ArrayList<>(applied);
        all.addAll(more);
        return offsets(positions).equals(SimulatedSource.behind(all));
    }

    /** The reference of all that was applied. */
    NaiveMemory memory() {
        return fold.memory;
    }

    /** Takes off what lies behind the positions that a store was opened with; returns how many records that were. */
    int crashed(List<Position> positions) {
        int left = prefix(positions).size();
        int lost = applied.size() - left;
        if (lost > 0) {
            applied.subList(left, applied.size()).clear();
            fold = new Fold(settings).over(applied);
        }
        return lost;
    }

    /** The writer, with nothing but what was applied: values, counts, positions. */
    void assertHolds(Engine engine) {
        assertThat(isBehindAll(engine.positions()))
                .as("positions %s behind %s", engine.positions(), SimulatedSource.behind(applied))
                .isTrue();
        assertAgrees(engine, fold);
    }

    /** The digest besides, which waits for a checkpoint under way. */
    void assertDigestHolds(Engine engine) {
        assertThat(engine.digest().learnedHex()).as("learned").isEqualTo(String.format("%016x", fold.digest.learned()));
    }

    /** A reader, which sees what was applied up to its positions. */
    void assertHoldsBeside(Engine reader) {
        Fold seen = new Fold(settings).over(prefix(reader.positions()));
        assertAgrees(reader, seen);
        assertThat(reader.digest().learned()).as("learned, by a reader").isEqualTo(seen.digest.learned());
    }

    private static void assertAgrees(Engine engine, Fold expected) {
        Counts counts = engine.view().counts();
        assertThat(counts.episodes()).as("episodes").isEqualTo(expected.digest.episodes());
        assertThat(counts.pairs()).as("pairs").isEqualTo(expected.digest.pairs());
        assertThat(counts.duplicates()).as("duplicates").isEqualTo(expected.digest.duplicates());
        assertThat(engine.view().trials()).as("trials").isEqualTo(expected.digest.trials());
        assertThat(counts.deadLetters()).as("dead letters").isEqualTo(expected.deadLetters);
        ViewAgreement.assertAgrees(engine.view(), expected.memory);
    }

    /** What lies below positions: they must be those of a moment between two records. */
    private List<Logged> prefix(List<Position> positions) {
        Map<String, Integer> stored = offsets(positions);
        int size = stored.values().stream().mapToInt(Integer::intValue).sum();
        assertThat(size).as("records below %s", positions).isLessThanOrEqualTo(applied.size());
        List<Logged> below = applied.subList(0, size);
        assertThat(stored).as("positions of one moment").isEqualTo(SimulatedSource.behind(below));
        return below;
    }

    private static Map<String, Integer> offsets(List<Position> positions) {
        Map<String, Integer> offsets = new TreeMap<>();
        positions.forEach(position -> offsets.put("p" + position.partition(), (int) position.nextOffset()));
        return offsets;
    }
}
