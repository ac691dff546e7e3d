package io.synfire.engine.learn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class LearningSettingsTest {

    @Test
    void keysComeInTheOrderInWhichSettingsAreShown() {
        assertThat(LearningSettings.KEYS)
                .containsExactlyElementsOf(LearningSettings.defaults().toMap().keySet());
    }

    @Test
    void whatIsWrittenIsReadBackAsEqualSettings() {
        for (Map<String, String> given : List.of(
                Map.<String, String>of(),
                Map.of("rule", "stdp", "half-lives", "[30d, 1h, none]"),
                Map.of("tau", "3m", "tau-backward", "7m", "forget.below", "1e-3", "max-gap", "90m"))) {
            LearningSettings settings = LearningSettings.parse(given);
            assertThat(LearningSettings.parse(settings.toMap())).isEqualTo(settings);
            assertThat(settings.differences(given)).isEmpty();
        }
    }
}
