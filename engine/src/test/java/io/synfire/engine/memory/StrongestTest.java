package io.synfire.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.synfire.engine.learn.ForwardDecay;
import io.synfire.engine.learn.Horizon;
import io.synfire.engine.learn.Landmarks;
import io.synfire.engine.view.Associations;
import io.synfire.engine.view.Counts;
import io.synfire.engine.view.Trials;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The strongest of a large table, against a look at all of it. */
final class StrongestTest {

    private static final IdSource IDS = new NamedIds(StrongestTest::id);

    private static final long HALF_LIFE = 1_000;

    private final List<ForwardDecay> decays = List.of(new ForwardDecay(new Horizon(HALF_LIFE)));
    private final long watermarkMs = 500;
    private ConceptSet forgotten = ConceptSet.EMPTY;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void theStrongestAreThoseOfTheWholeHoweverTheTableChanges(long seed) {
        System.out.println("seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        AdjacencyTable table = AdjacencyTable.complete(Salts.HASH, Landmarks.of(0), 0);
        // From all alike to all different.
        int levels = seed % 3 == 0 ? 1 : seed % 3 == 1 ? 3 : 100_000;
        int told = 0;
        for (int round = 0; round < 300; round++) {
            int additions = round == 0 ? 20_000 : random.nextInt(400);
            for (int i = 0; i < additions; i++) {
                double sum = 1 + random.nextInt(levels) - (levels > 1 && random.nextInt(4) == 0 ? levels : 0);
                double[] growth = {decays.get(0).growth(watermarkMs, 0)};
                table.add(new int[] {random.nextInt(30_000)}, new double[] {sum}, 0, 1, growth, 0);
            }
            change(table, random);
            int count = 1 + random.nextInt(60);
            Ties ties = random.nextBoolean() ? Ties.ALL : Ties.FIRST_BY_ID;
            Reading reading = reading(table);
            if (table.mayTellStrongest(count) && readStrongest(table, count, ties, reading, random)) {
                told++;
                assertStrongest(table, reading.done(0, 0), count, ties);
            }
        }
        // Of a crowd that is alike it tells the first by id alone.
        assertThat(told).isGreaterThan(levels == 1 ? 100 : 250);
    }

    @Test
    void aLookAtSomeOfATableTellsOrSaysThatItDoesNot() {
        AdjacencyTable table = AdjacencyTable.complete(Salts.HASH, Landmarks.of(0), 0);
        double[] growth = {decays.get(0).growth(watermarkMs, 0)};
        for (int target = 0; target < 10_000; target++) {
            table.add(new int[] {target}, new double[] {1}, 0, 1, growth, 0);
        }
        assertThat(table.showsMoreThan(100, reading(table), 1_000)).isTrue();
        assertThat(table.showsMoreThan(5_000, reading(table), 1_000)).isNull();
        assertThat(table.showsMoreThan(9_999, reading(table), table.slotCount()))
                .isTrue();
        assertThat(table.showsMoreThan(10_000, reading(table), table.slotCount()))
                .isFalse();
    }

    @Test
    void whatWasForgottenDoesNotHideThoseBehindIt() {
        AdjacencyTable table = AdjacencyTable.complete(Salts.HASH, Landmarks.of(0), 0);
        double[] growth = {decays.get(0).growth(watermarkMs, 0)};
        for (int target = 0; target < 10_000; target++) {
            table.add(new int[] {target}, new double[] {1 + target}, 0, 1, growth, 0);
        }
        table.endStrongest(table.beginStrongest(), Strongest.of(table.copy(), forgotten, IDS));
        for (int target = 9_999; target >= 9_880; target--) {
            forgotten = forgotten.with(target);
        }
        Reading reading = reading(table);
        assertThat(table.readStrongest(10, Ties.ALL, reading)).isTrue();
        assertThat(reading.size()).isEqualTo(10);
        assertStrongest(table, reading.done(0, 0), 10, Ties.ALL);
        // More than are ever kept: then they are looked for once more, and not at each question.
        for (int target = 9_879; target >= 9_000; target--) {
            forgotten = forgotten.with(target);
        }
        assertThat(table.readStrongest(10, Ties.ALL, reading(table))).isFalse();
        table.endStrongest(table.beginStrongest(), Strongest.of(table.copy(), forgotten, IDS));
        reading = reading(table);
        assertThat(table.readStrongest(10, Ties.ALL, reading)).isTrue();
        assertThat(reading.size()).isEqualTo(10);
        assertStrongest(table, reading.done(0, 0), 10, Ties.ALL);
    }

    /** Found in a copy, while the table goes on to change. */
    private boolean readStrongest(
            AdjacencyTable table, int count, Ties ties, Reading reading, SplittableRandom random) {
        if (table.readStrongest(count, ties, reading)) {
            return true;
        }
        Strongest.Search begun = table.beginStrongest();
        Strongest found = Strongest.of(table.copy(), forgotten, IDS);
        double[] growth = {decays.get(0).growth(watermarkMs, 0)};
        for (int i = random.nextInt(400); i > 0; i--) {
            table.add(new int[] {random.nextInt(40_000)}, new double[] {random.nextInt(100)}, 0, 1, growth, 0);
        }
        if (random.nextInt(4) == 0) {
            // Then they are looked for again.
            change(table, random);
        }
        table.endStrongest(begun, found);
        return table.readStrongest(count, ties, reading);
    }

    private void change(AdjacencyTable table, SplittableRandom random) {
        double[] toWatermark = {1};
        switch (random.nextInt(30)) {
            case 0 -> table.cutBackTo(8_000);
            case 1 ->
                table.dropTargets(ConceptSet.EMPTY.with(random.nextInt(30_000)).with(random.nextInt(30_000)));
            case 2 -> table.dropCancelled();
            case 3 -> table.pruneBelow(1.5, toWatermark, 0);
            default -> {}
        }
    }

    /** All that are as strong as the last; or the first by strength, then by id, and nothing that is weaker. */
    private void assertStrongest(AdjacencyTable table, Associations found, int count, Ties ties) {
        Reading all = reading(table);
        table.readInto(all);
        List<Strong> whole = strong(all.done(0, 0));
        Strong last = whole.get(count - 1);
        List<Strong> asStrong = whole.stream()
                .filter(each -> each.strength() >= last.strength())
                .toList();
        if (ties == Ties.ALL) {
            assertThat(strong(found)).isEqualTo(asStrong);
        } else {
            assertThat(strong(found).subList(0, count)).isEqualTo(whole.subList(0, count));
            assertThat(asStrong).containsAll(strong(found));
        }
    }

    private record Strong(String id, double strength) {}

    private static List<Strong> strong(Associations row) {
        List<Strong> strong = new ArrayList<>();
        for (int i = 0; i < row.size(); i++) {
            strong.add(new Strong(id(row.target(i)), row.strength(i, 0)));
        }
        strong.sort(Comparator.comparingDouble(Strong::strength).reversed().thenComparing(Strong::id));
        return strong;
    }

    /** In another order than the ints. */
    private static String id(int target) {
        return Integer.toHexString(target * 0x9E3779B1);
    }

    private Reading reading(AdjacencyTable table) {
        MemoryFigures figures = new MemoryFigures(
                watermarkMs,
                0,
                new Counts(0, 0, 0, 0, 0, 0, false),
                new Trials(false, 0, 0, 0),
                List.of(),
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0);
        Marginals.Published nothing =
                new Marginals.Published(new MarginalRows(table.landmarks(), new double[1][5]), 0, false, forgotten);
        LearnedMoment moment =
                new LearnedMoment(1, 1, decays, figures, nothing, forgotten, new IdsSince(NamedIds.NONE), true);
        return new Reading.Scope(moment, decays, watermarkMs, 0).of(table.landmarks(), 0);
    }
}
