package io.synfire.query.app;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.query.cli.Operations.Common;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init")
final class StoresTest {

    @TempDir
    Path directory;

    @Test
    void whoGivesOtherLearningSettingsIsShownTheCommandThatLearnsByThem() throws Exception {
        Path data = directory.resolve("my data");
        Stores.open(settings(data, "half-lives=30d"), new SimpleMeterRegistry()).close();
        assertThatThrownBy(
                        () -> Stores.open(settings(data, "half-lives=1h,7d", "max-gap=30m"), new SimpleMeterRegistry()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("stored -> given: {half-lives=30d -> 1h,7d}")
                .hasMessageContaining(" rebuild --data '" + data + "' --into '" + data
                        + "-rebuilt' --set half-lives=1h,7d --set max-gap=30m");
    }

    private static Settings settings(Path data, String... set) throws IOException {
        return Settings.load(new Common(data, null, List.of(set)), Map.of(), Map.of());
    }
}
