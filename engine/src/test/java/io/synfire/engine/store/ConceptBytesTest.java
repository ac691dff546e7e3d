package io.synfire.engine.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ConceptBytesTest {

    private static final byte[] ID = "tea".getBytes(StandardCharsets.UTF_8);

    @Test
    void whatIsWrittenOfAConceptIsRead() {
        for (Origin origin : List.of(
                Origin.UNKNOWN,
                new Origin(0, 0, null),
                new Origin(1_700_000_000_000L, 1_600_000_000_000L, null),
                new Origin(-1, -1, new Retirement(7, 5)),
                new Origin(300, 200, new Retirement(0, 0)))) {
            byte[] bytes = ConceptBytes.of(ID, origin);
            assertThat(ConceptBytes.origin(3, bytes)).isEqualTo(origin);
            assertThat(ConceptBytes.utf8(3, bytes)).isEqualTo(ID);
        }
        assertThat(ConceptBytes.of(ID, Origin.UNKNOWN)).isEqualTo(ID);
    }

    /** A byte of 1, 300 + 1 as a varint, and of an int before it 7 + 1, with 5. */
    @Test
    void anEarlierVersionDidNotSayWhenAnythingWasForgotten() {
        assertThat(ConceptBytes.origin(3, new byte[] {1, (byte) 0xad, 2, 8, 5, 't'}))
                .isEqualTo(new Origin(300, 300, new Retirement(7, 5)));
        assertThat(ConceptBytes.utf8(3, new byte[] {1, (byte) 0xad, 2, 0, 't'})).isEqualTo(new byte[] {'t'});
    }
}
