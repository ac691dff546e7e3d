package io.synfire.query.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.query.cli.Operations.Common;
import java.io.IOException;
import java.nio.file.Files;
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

    @Test
    void whatAKilledBackupLeftTakesNoRoomAfterTheNextStart() throws Exception {
        Settings settings = settings(directory);
        Path other = Files.createDirectories(directory.resolve("other.links"));
        try (Engine engine = Stores.open(settings, new SimpleMeterRegistry())) {
            engine.linkTo(StoreDirectory.links(settings.store()));
            engine.linkTo(StoreDirectory.links(directory.resolve("store-7")));
            Stores.tidy(settings);
        }
        assertThat(directory.resolve("store.links")).doesNotExist();
        assertThat(directory.resolve("store-7.links")).doesNotExist();
        assertThat(settings.store().resolve("CURRENT")).exists();
        assertThat(other).exists();
    }

    private static Settings settings(Path data, String... set) throws IOException {
        return Settings.load(new Common(data, null, List.of(set)), Map.of(), Map.of());
    }
}
