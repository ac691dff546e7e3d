package io.synfire.engine.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How long a setting says. */
final class DurationsTest {

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "' 0 ', 0",
        "0ms, 0",
        "0d, 0",
        "500ms, 500",
        "10 s, 10000",
        "5M, 300000",
        "1h, 3600000",
        "30d, 2592000000"
    })
    void aDurationIsANumberAndAUnitAndZeroNeedsNone(String text, long ms) {
        assertThat(Durations.parseMs("max-gap", text)).isEqualTo(ms);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "00", "-0", "-1s", "1.5h", "1w", "0x0"})
    void nothingElseIsOne(String text) {
        assertThatThrownBy(() -> Durations.parseMs("max-gap", text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("max-gap must be a duration such as");
    }

    @Test
    void zeroIsTakenWhereASettingMayBeZeroAndRefusedWhereNot() {
        Map<String, String> given = new HashMap<>(Map.of("half-lives", "none"));
        for (String name : List.of("max-gap", "max-ahead", "max-late", "event-id-window")) {
            given.put(name, "0");
        }
        LearningSettings settings = LearningSettings.parse(given);
        assertThat(List.of(
                        settings.maxGapMs(), settings.maxAheadMs(), settings.maxLateMs(), settings.eventIdWindowMs()))
                .containsOnly(0L);
        given.put("tau", "0");
        assertThatThrownBy(() -> LearningSettings.parse(given)).hasMessageContaining("must be at least 1ms");
        assertThatThrownBy(() -> LearningSettings.parse(Map.of("half-lives", "0")))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
