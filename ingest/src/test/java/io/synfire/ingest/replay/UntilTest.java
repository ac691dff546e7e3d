package io.synfire.ingest.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.synfire.engine.event.Activation;
import io.synfire.engine.event.Episode;
import io.synfire.engine.event.Forget;
import io.synfire.engine.event.Learned;
import io.synfire.engine.event.Retraction;
import java.util.List;
import org.junit.jupiter.api.Test;

final class UntilTest {

    private final Until until = Until.of(100L);

    @Test
    void anEpisodeCountsUpToTheMomentItself() {
        assertThat(until.countedOf(Episode.of(100, "a", "b"))).isPresent();
        assertThat(until.countedOf(Episode.of(101, "a", "b"))).isEmpty();
    }

    @Test
    void aRetractionCountsAsAWhole() {
        Retraction part = new Retraction(
                "k",
                List.of(new Learned(of(101), 101)),
                List.of(new Learned(of(99), 101), new Learned(of(102), 102)),
                "r");
        assertThat(until.countedOf(part)).contains(part);
        Retraction later = new Retraction("k", List.of(of(101)));
        assertThat(until.countedOf(later)).contains(later);
    }

    @Test
    void whatWasForgottenStaysForgotten() {
        assertThat(until.countedOf(new Forget("a"))).contains(new Forget("a"));
    }

    @Test
    void withoutAnEndAllCounts() {
        assertThat(Until.always().countedOf(Episode.of(Episode.AT_MS_MAX, "a"))).isPresent();
        assertThatThrownBy(() -> Until.of(-1L)).hasMessage("until must not be before 1970-01-01: until=-1");
    }

    private static Episode of(long atMs) {
        return new Episode(atMs, "k", List.of(Activation.of("a")), 1, null);
    }
}
