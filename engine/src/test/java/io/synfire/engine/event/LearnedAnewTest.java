package io.synfire.engine.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What was learned anew is counted by what it is, not by what it is called. */
final class LearnedAnewTest {

    @Test
    void eachSourceIsCountedByItsIdentityAndPartition() {
        LearnedAnew anew = new LearnedAnew(
                List.of(
                        new Position("kafka:t", "id-1", 0, 10, 3),
                        new Position("kafka:t", "id-1", 1, 11, -1),
                        new Position("kafka:t", "id-2", 0, 12, -1),
                        new Position("file:/a", "41", 0, 13, -1, "sum"),
                        new Position("file:/b", "", 0, 14, -1),
                        new Position("file:/c", "", 0, 15, -1)),
                false);
        assertThat(anew.records())
                .isEqualTo(Map.of(
                        Position.identity("id-1", 0), 10L,
                        Position.identity("id-1", 1), 11L,
                        Position.identity("id-2", 0), 12L,
                        Position.identity("41", 0), 13L,
                        // Learned before files had an identity.
                        Position.identity("file:/b", 0), 14L,
                        Position.identity("file:/c", 0), 15L));
        // Under another name it is the same.
        assertThat(new Position("file:/renamed", "41", 0, 20, -1, "sum").identity())
                .isEqualTo(Position.identity("41", 0));
        assertThat(LearnedAnew.nothing().records()).isEmpty();
    }
}
