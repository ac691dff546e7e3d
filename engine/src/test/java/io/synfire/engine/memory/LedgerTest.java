package io.synfire.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Retraction;
import io.synfire.engine.learn.Firing;
import io.synfire.engine.learn.Retracted;
import java.util.List;
import org.junit.jupiter.api.Test;

final class LedgerTest {

    private static Ledger.Kept kept(long atMs) {
        Firing firing = new Firing(atMs, new int[] {0, 1}, new double[] {1, 1}, 1);
        return new Ledger.Kept(0, Episode.of(atMs, "a", "b"), firing, null, false);
    }

    /** It lies on the heap: what does not fit is said before the heap is full. */
    @Test
    void whatDoesNotFitIntoHalfOfTheBudgetIsRefused() {
        Retracted named = new Retracted();
        Ledger ledger = new Ledger(named, Salts.of(1), 64 << 20);
        int count = 0;
        while (ledger.bytes() < 31 << 20) {
            assertThat(ledger.learned(kept(count++))).isTrue();
        }
        int counted = count;
        assertThat(counted).isGreaterThan(30_000);
        assertThatThrownBy(() -> {
                    for (int i = counted; i < 2 * counted; i++) {
                        ledger.learned(kept(i));
                    }
                })
                .isInstanceOf(IllegalStateException.class)
                .hasMessageEndingWith("(memory): needed>33554432 memory=67108864");
        named.add(new Retraction(null, List.of(Episode.of(7, "a", "b"))));
        long before = ledger.bytes();
        assertThat(ledger.takenBack(0, new Retraction(null, List.of(Episode.of(7, "a", "b")))))
                .hasSize(1);
        assertThat(ledger.bytes()).isLessThan(before);
    }
}
