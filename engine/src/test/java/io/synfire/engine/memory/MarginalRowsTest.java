package io.synfire.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.synfire.engine.learn.Evidence;
import io.synfire.engine.learn.Landmarks;
import io.synfire.engine.store.Remaining;
import io.synfire.engine.store.StoredMarginal;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Rows that move to a landmark when they are added to, against sums that all move at once. */
final class MarginalRowsTest {

    private static final int HORIZONS = 3;
    private static final double[] ONES = {1, 1, 1};
    private static final int[] WHICH = {MarginalRows.MASS, MarginalRows.FROM, MarginalRows.TO};

    @Test
    void everySumIsToTheBitWhatItIsIfAllMoveAtEachLandmark() {
        for (long seed = 1; seed <= 20; seed++) {
            System.out.println("seed " + seed);
            SplittableRandom random = new SplittableRandom(seed);
            int concepts = 1 + random.nextInt(200);
            double[][] model = new double[concepts][HORIZONS * WHICH.length];
            long[] indices = new long[HORIZONS];
            MarginalRows rows = rows(Landmarks.of(indices), concepts);
            for (int step = 0; step < 2_000; step++) {
                if (random.nextInt(10) == 0) {
                    indices[random.nextInt(HORIZONS)] += 1 + random.nextInt(random.nextInt(30) == 0 ? 200 : 2);
                    Landmarks to = Landmarks.of(indices);
                    double[] moves = rows.landmarks().moves(to);
                    rows = random.nextBoolean() ? rows.movedTo(to) : rows.next().movedTo(to);
                    for (double[] sums : model) {
                        for (int i = 0; i < sums.length; i++) {
                            sums[i] *= moves[i / WHICH.length];
                        }
                    }
                } else {
                    int concept = random.nextInt(concepts);
                    double[] growth = {1, Math.scalb(1.0, random.nextInt(32)), -1};
                    double mass = random.nextDouble() * 10;
                    double from = random.nextDouble();
                    rows.activate(concept, mass, 1, step, growth, step);
                    rows.addPotentiation(concept, from, mass, growth);
                    for (int h = 0; h < HORIZONS; h++) {
                        double[] added = {mass * growth[h], from * growth[h], mass * growth[h]};
                        for (int which : WHICH) {
                            int at = WHICH.length * h + which;
                            model[concept][at] = Evidence.sumOfDoubles(model[concept][at], added[which]);
                        }
                    }
                }
                assertThat(sums(rows, random.nextInt(concepts), model)).isTrue();
            }
            for (int concept = 0; concept < concepts; concept++) {
                assertThat(sums(rows, concept, model)).as("concept %d", concept).isTrue();
            }
        }
    }

    /** Whether the sums of a concept, as they are read and as they are stored, are those of a model; below what counts any is. */
    private static boolean sums(MarginalRows rows, int concept, double[][] model) {
        StoredMarginal stored = rows.stored(concept);
        assertThat(stored.landmarks()).isEqualTo(rows.landmarks());
        for (int h = 0; h < HORIZONS; h++) {
            double[] kept = {stored.mass(h), stored.potentiationFrom(h), stored.potentiationTo(h)};
            for (int which : WHICH) {
                double expected = model[concept][WHICH.length * h + which];
                double actual = rows.sum(concept, h, which);
                if (kept[which] != actual || (actual != expected && Math.abs(expected) > 0x1p-200)) {
                    throw new AssertionError("concept " + concept + " horizon " + h + " sum " + which + ": " + actual
                            + ", stored " + kept[which] + ", not " + expected);
                }
            }
        }
        return true;
    }

    @Test
    void aLandmarkLooksAtNoConceptThatDoesNotFire() {
        int concepts = 100_000;
        long landmark = 0;
        MarginalRows rows = rows(Landmarks.of(landmark, 0, 0), concepts);
        List<Object> before = pages(rows, concepts);
        for (int i = 0; i < 1_000; i++) {
            landmark++;
            rows = rows.next().movedTo(Landmarks.of(landmark, 0, 0));
            rows.activate(i % 2 == 0 ? 7 : 70_000, 1, 1, i, ONES, 0);
        }
        assertThat(different(before, pages(rows, concepts))).isEqualTo(2);
        assertThat(rows.sum(7, 0, MarginalRows.MASS)).isEqualTo(0x1p-32 + 0x1p-96);
        assertThat(rows.sum(7, 1, MarginalRows.MASS)).isEqualTo(500);
    }

    @Test
    void theNextGenerationCopiesNoRowBeforeItChanges() {
        int concepts = 50_000;
        MarginalRows before = rows(Landmarks.of(1, 1, 1), concepts);
        before.activate(20, 2, 1, 9, ONES, 5);
        MarginalRows after = before.next();
        assertThat(different(pages(before, concepts), pages(after, concepts))).isZero();
        after.activate(20, 3, 1, 9, ONES, 17);
        after.addPotentiation(40_000, 1, 2, ONES);
        assertThat(different(pages(before, concepts), pages(after, concepts))).isEqualTo(2);
        assertThat(before.sum(20, 2, MarginalRows.MASS)).isEqualTo(2);
        assertThat(before.remaining(20)).isEqualTo(new Remaining(1, 9));
        assertThat(before.lastMs(20)).isEqualTo(5);
        assertThat(before.sum(40_000, 1, MarginalRows.TO)).isZero();
        assertThat(after.sum(20, 2, MarginalRows.MASS)).isEqualTo(5);
        assertThat(after.remaining(20)).isEqualTo(new Remaining(2, 18));
        assertThat(after.lastMs(20)).isEqualTo(17);
        assertThat(after.sum(40_000, 1, MarginalRows.TO)).isEqualTo(2);
    }

    @Test
    void whatCameAfterAGenerationIsNotInIt() {
        MarginalRows before = rows(Landmarks.of(1, 1, 1), 10);
        MarginalRows after = before.next();
        after.growTo(5_000);
        after.activate(4_999, 2, 1, 9, ONES, 5);
        assertThat(after.isKnown(4_999)).isTrue();
        assertThat(before.isKnown(4_999)).isFalse();
        assertThat(before.sum(4_999, 0, MarginalRows.MASS)).isZero();
        assertThat(before.lastMs(4_999)).isZero();
        assertThat(before.remaining(4_999)).isEqualTo(Remaining.NOTHING);
    }

    private static MarginalRows rows(Landmarks landmarks, int concepts) {
        MarginalRows rows = new MarginalRows(landmarks, new double[HORIZONS][5]);
        rows.growTo(concepts);
        return rows;
    }

    private static List<Object> pages(MarginalRows rows, int concepts) {
        List<Object> pages = new ArrayList<>();
        for (int concept = 0; concept < concepts; concept += 2) {
            long[] page = rows.page(concept);
            if (page == null) {
                throw new AssertionError("no page of concept " + concept);
            }
            pages.add(page);
        }
        return pages;
    }

    private static int different(List<Object> some, List<Object> others) {
        int different = 0;
        for (int i = 0; i < some.size(); i++) {
            different += some.get(i) == others.get(i) ? 0 : 1;
        }
        return different;
    }
}
