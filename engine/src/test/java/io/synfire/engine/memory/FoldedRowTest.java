package io.synfire.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.synfire.engine.learn.Landmarks;
import io.synfire.engine.store.Row;
import io.synfire.engine.store.Row.Header;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Whether a row that was read once may be shown after more was forgotten: where it would be folded to the same. */
final class FoldedRowTest {

    private static final ConceptSet FIRST = ConceptSet.EMPTY.with(3);

    @Test
    void withoutTheSameItIsTheSame() {
        assertThat(row(0, FIRST).isWithout(FIRST)).isTrue();
        // Whatever it leads to: those had been forgotten when it was folded.
        assertThat(row(0, FIRST, 3, 5).isWithout(FIRST)).isTrue();
        assertThat(row(4, FIRST, 5).isWithout(FIRST)).isTrue();
    }

    @Test
    void whatLeadsToNoneOfThoseForgottenSinceIsTheSameWithoutThem() {
        FoldedRow row = row(0, FIRST, 1, 5);
        ConceptSet more = FIRST.with(7);
        assertThat(row.isWithout(more)).isTrue();
        // That is remembered: it is without these now, and what comes is held against them.
        assertThat(row.isWithout(FIRST)).isFalse();
        assertThat(row.isWithout(more)).isTrue();
        assertThat(row.isWithout(more.with(8))).isTrue();
        assertThat(row.isWithout(more.with(8).with(5))).isFalse();
        // A no is not remembered.
        assertThat(row.isWithout(more.with(8))).isTrue();
    }

    @Test
    void whatLeadsToOneOfThemIsNot() {
        for (int target : new int[] {1, 5, 9}) {
            assertThat(row(0, FIRST, 1, 5, 9).isWithout(FIRST.with(7).with(target)))
                    .as("%d", target)
                    .isFalse();
        }
    }

    /** What would have been kept in the place of what was forgotten is not there. */
    @Test
    void whatWasCutIsNot() {
        assertThat(row(1, FIRST, 1, 5).isWithout(FIRST.with(7))).isFalse();
    }

    /** A reader of an earlier moment: the row may have lost what that one shows. */
    @Test
    void beforeMoreWasForgottenItIsNot() {
        ConceptSet more = FIRST.with(7);
        assertThat(row(0, more, 1, 5).isWithout(FIRST)).isFalse();
        assertThat(row(0, more).isWithout(ConceptSet.EMPTY)).isFalse();
    }

    /** One that is known again by no row: the set is smaller, and later. */
    @Test
    void whatIsNotForgottenAnyMoreMakesNoDifference() {
        ConceptSet later = FIRST.with(7).without(3);
        assertThat(row(0, FIRST, 1, 5).isWithout(later)).isTrue();
        assertThat(row(0, FIRST, 1, 7).isWithout(later)).isFalse();
    }

    private static FoldedRow row(int cuts, ConceptSet without, int... targets) {
        Header header = new Header(Row.Kind.WHOLE, 1, Landmarks.of(0), cuts, 0, 0, targets.length);
        float[] sums = new float[targets.length];
        Arrays.fill(sums, 1);
        return new FoldedRow(new Row(header, targets, sums, null), 1, without);
    }
}
