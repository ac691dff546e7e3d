package io.synfire.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Retraction;
import io.synfire.engine.learn.Firing;
import io.synfire.engine.learn.Retracted;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
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
        Retracted named = new Retracted(Long.MAX_VALUE);
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
                .hasMessageEndingWith("(memory): needed>33554432");
        named.add(new Retraction(null, List.of(Episode.of(7, "a", "b"))));
        long before = ledger.bytes();
        assertThat(ledger.takenBack(0, new Retraction(null, List.of(Episode.of(7, "a", "b")))))
                .hasSize(1);
        assertThat(ledger.bytes()).isLessThan(before);
    }

    private static final String OWN = "u";

    private static Episode own(long atMs) {
        return new Episode(atMs, OWN, Episode.of(atMs, "a", "b").activations(), 1, null);
    }

    /** One stays, so that the context is never done with. By its own count it holds one episode all the time. */
    @Test
    void whatWasTakenBackByHandIsLetGo() {
        Retracted named = new Retracted(Long.MAX_VALUE);
        named.add(new Retraction(OWN, List.of(own(0))));
        Ledger ledger = new Ledger(named, Salts.of(1), 64 << 20);
        List<WeakReference<Ledger.Kept>> taken = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            Firing firing = new Firing(i, new int[] {0, 1}, new double[] {1, 1}, 1);
            Ledger.Kept kept = new Ledger.Kept(0, own(i), firing, null, false);
            assertThat(ledger.learned(kept)).isTrue();
            if (i > 0) {
                taken.add(new WeakReference<>(kept));
                assertThat(ledger.takenBack(0, new Retraction(OWN, List.of(own(i)))))
                        .containsExactly(kept);
            }
        }
        System.gc();
        assertThat(taken.stream().filter(kept -> kept.get() != null)).hasSizeLessThan(100);
        assertThat(ledger.takenBack(0, new Retraction(OWN, List.of(own(0))))).hasSize(1);
    }

    @Test
    void whatIsNamedCounts() {
        Retracted named = new Retracted(1 << 20);
        named.add(new Retraction(null, List.of(Episode.of(1, "a", "b"))));
        named.add(new Retraction(null, List.of(Episode.of(1, "a", "b"))));
        long one = named.bytes();
        assertThat(one).isPositive();
        named.add(new Retraction(OWN, List.of(own(0))));
        assertThat(named.bytes()).isGreaterThan(one);
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 100_000; i++) {
                        named.add(new Retraction(null, List.of(Episode.of(i, "a", "b"))));
                    }
                })
                .isInstanceOf(IllegalStateException.class)
                .hasMessageEndingWith("(memory): needed>1048576");
    }
}
