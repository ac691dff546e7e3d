package io.synfire.query.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class BodyBudgetTest {

    private final AtomicLong nanos = new AtomicLong();
    private final BodyBudget budget = new BodyBudget(100, nanos::get);
    private final List<String> givenUp = new ArrayList<>();

    private BodyBudget.Share open(String name) {
        return budget.open(() -> givenUp.add(name));
    }

    @Test
    void theOneThatHasHeldMostForLongestMakesRoom() {
        BodyBudget.Share slow = open("slow");
        BodyBudget.Share small = open("small");
        assertThat(slow.take(50)).isTrue();
        assertThat(small.take(1)).isTrue();
        nanos.addAndGet(10_000);
        BodyBudget.Share quick = open("quick");
        assertThat(quick.take(49)).isTrue();
        nanos.addAndGet(10);
        assertThat(quick.take(40)).isTrue();
        assertThat(givenUp).containsExactly("slow");
        assertThat(budget.bytes()).isEqualTo(90);
        // It hears of it once, and gets nothing more.
        assertThat(slow.take(0)).isFalse();
        assertThat(slow.take(1)).isFalse();
        slow.release();
        assertThat(budget.bytes()).isEqualTo(90);
    }

    @Test
    void whatHasComeWholeIsNotGivenUpSoTheNextIsRefused() {
        BodyBudget.Share answered = open("answered");
        assertThat(answered.take(90)).isTrue();
        answered.arrived();
        nanos.addAndGet(10);
        BodyBudget.Share next = open("next");
        assertThat(next.take(20)).isFalse();
        assertThat(givenUp).isEmpty();
        answered.release();
        answered.release();
        assertThat(budget.bytes()).isZero();
        assertThat(open("after").take(100)).isTrue();
    }

    @Test
    void whoWantsMoreThanThereIsGivesItselfUp() {
        BodyBudget.Share all = open("all");
        assertThat(all.take(60)).isTrue();
        nanos.addAndGet(1);
        assertThat(all.take(60)).isFalse();
        assertThat(budget.bytes()).isZero();
        assertThat(givenUp).isEmpty();
    }
}
