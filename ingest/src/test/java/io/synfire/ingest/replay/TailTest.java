package io.synfire.ingest.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.synfire.engine.HostileIds;
import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Forget;
import io.synfire.engine.event.Learned;
import io.synfire.engine.event.Retraction;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class TailTest {

    private final Tail tail = new Tail(100, 3);

    @Test
    void itBeginsAfterTheMomentAndIsInTheOrderOfEventTimes() {
        tail.take(of(103, null));
        tail.take(of(100, null));
        tail.take(of(101, null));
        tail.take(new Forget("a"));
        assertThat(tail.episodes()).containsExactly(of(101, null), of(103, null));
        assertThat(tail.isCut()).isFalse();
    }

    @Test
    void theEarliestAreKeptWhereverInTheLogTheyAre() {
        for (long atMs : new long[] {105, 104, 109, 101, 108}) {
            tail.take(of(atMs, null));
        }
        assertThat(tail.episodes()).extracting(Episode::atMs).containsExactly(101L, 104L, 105L);
        assertThat(tail.isCut()).isTrue();
    }

    /** A search through all of them for each of them would take minutes. */
    @Test
    void episodesWhoseHashCodesAreOneAreToldApart() {
        int count = 20_000;
        Tail large = new Tail(100, count);
        for (int i = 0; i < count; i++) {
            large.take(alike(i));
        }
        for (int i = 0; i < count; i += 2) {
            large.take(new Retraction(null, List.of(alike(i))));
        }
        List<Episode> left = large.episodes();
        assertThat(left).hasSize(count / 2);
        for (int i = 0; i < left.size(); i++) {
            assertThat(left.get(i)).isEqualTo(alike(2 * i + 1));
        }
    }

    private static Episode alike(int number) {
        return Episode.of(101, HostileIds.alike(number), "a");
    }

    @Test
    void whatWasSentAgainIsInItOnce() {
        tail.take(of(105, "e"));
        tail.take(of(105, "e"));
        tail.take(of(105, "f"));
        assertThat(tail.episodes()).containsExactly(of(105, "e"), of(105, "f"));
        assertThat(tail.isCut()).isFalse();
    }

    @Test
    void whatWasTakenBackIsNotInItWhicheverCameFirst() {
        tail.take(new Retraction(null, List.of(of(101, null))));
        tail.take(of(101, "e"));
        tail.take(of(102, null));
        tail.take(of(102, null));
        tail.take(new Retraction(null, List.of(of(102, null))));
        assertThat(tail.episodes()).containsExactly(of(102, null));
    }

    @Test
    void aRetractionThatIsSentTwiceTakesBackOnceAndACorrectedEventIsInItUnderItsId() {
        Retraction retraction = new Retraction(null, List.of(), List.of(Learned.of(of(101, "e"))), "r");
        tail.take(of(101, "e"));
        tail.take(of(101, null));
        tail.take(retraction);
        tail.take(retraction);
        tail.take(of(102, "e"));
        assertThat(tail.episodes()).containsExactly(of(101, null), of(102, "e"));
    }

    @Test
    void aRetractionMayNameTheConceptsInAnyOrder() {
        tail.take(of(101, "e"));
        tail.take(of(102, "f"));
        tail.take(new Retraction(
                null, List.of(new Episode(101, null, List.of(Activation.of("b"), Activation.of("a")), 1, "e"))));
        assertThat(tail.episodes()).containsExactly(of(102, "f"));
    }

    @Test
    void itHoldsAtLeastOne() {
        assertThatThrownBy(() -> new Tail(0, 0)).hasMessage("tail-max must be at least 1: tail-max=0");
    }

    private static Episode of(long atMs, @Nullable String eventId) {
        return new Episode(atMs, null, List.of(Activation.of("a"), Activation.of("b")), 1, eventId);
    }
}
