package io.synfire.query.recall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Moments that questions name. */
final class TimesTest {

    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2024-03-01T12:00:00Z"));

    @ParameterizedTest
    @CsvSource({
        "2024-02-01T12:00:00Z, 2024-02-01T12:00:00Z",
        "2024-02-01T12:00:00+01:00, 2024-02-01T11:00:00Z",
        "2024-02-29, 2024-02-29T00:00:00Z",
        "1706788800000, 2024-02-01T12:00:00Z",
        "now, 2024-03-01T12:00:00Z"
    })
    void aMomentIsRead(String text, String moment) {
        assertThat(Times.parse(text, CLOCK)).isEqualTo(Instant.parse(moment).toEpochMilli());
    }

    @ParameterizedTest
    @ValueSource(strings = {"soon", "", "2023-02-29", "2024-2-1", "2024-02-01T12:00:00", "-1"})
    void whatIsNoMomentIsRefused(String text) {
        assertThatThrownBy(() -> Times.parse(text, CLOCK))
                .isInstanceOf(BadQueryException.class)
                .hasMessage("at must be ISO-8601 with an offset, a date (00:00 UTC), milliseconds, or now: at=" + text);
    }

    @Test
    void nothingIsNoMoment() {
        assertThat(Times.parse(null, CLOCK)).isNull();
    }
}
