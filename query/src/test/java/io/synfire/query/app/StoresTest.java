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
        try (DataLock held = DataLock.take(data, "test")) {
            Stores.open(held, settings(data, "half-lives=30d"), new SimpleMeterRegistry())
                    .close();
            Settings other = settings(data, "half-lives=1h,7d", "max-gap=30m");
            assertThatThrownBy(() -> Stores.open(held, other, new SimpleMeterRegistry()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("stored -> given: {half-lives=30d -> 1h,7d}")
                    .hasMessageContaining(" rebuild --data '" + data + "' --into '" + data
                            + "-rebuilt' --set half-lives=1h,7d --set max-gap=30m");
        }
    }

    @Test
    void whatAKilledBackupLeftTakesNoRoomAfterTheNextStart() throws Exception {
        Settings settings = settings(directory);
        Path other = Files.createDirectories(directory.resolve("other.links"));
        try (DataLock held = DataLock.take(directory, "test");
                Engine engine = Stores.open(held, settings, new SimpleMeterRegistry())) {
            engine.linkTo(StoreDirectory.links(settings.store()));
            engine.linkTo(StoreDirectory.links(directory.resolve("store-7")));
            Stores.tidy(settings);
        }
        assertThat(directory.resolve("store.links")).doesNotExist();
        assertThat(directory.resolve("store-7.links")).doesNotExist();
        assertThat(settings.store().resolve("CURRENT")).exists();
        assertThat(other).exists();
    }

    /** What a process leaves that is killed while it restores, after it took the store away. */
    @Test
    void noEmptyMemoryBeginsWhereARestoreWasStoppedInItsMiddle() throws Exception {
        Settings settings = settings(directory);
        Files.createDirectories(directory.resolve("store.restoring/content"));
        Files.writeString(directory.resolve("store.restoring/made-by-synfire"), "");
        try (DataLock held = DataLock.take(directory, "test")) {
            assertThatThrownBy(() -> Stores.open(held, settings, new SimpleMeterRegistry()))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("a restore was stopped before its end, run it again")
                    .hasMessageContaining("path=" + directory.resolve("store.restoring"));
            assertThat(settings.store()).doesNotExist();
            FileCopies.delete(directory.resolve("store.restoring"));
            Stores.open(held, settings, new SimpleMeterRegistry()).close();
            // Where the store is there, what is left of a restore takes nothing from it.
            Files.createDirectories(directory.resolve("store.restoring/content"));
            Files.writeString(directory.resolve("store.restoring/made-by-synfire"), "");
            Stores.open(held, settings, new SimpleMeterRegistry()).close();
        }
    }

    private static Settings settings(Path data, String... set) throws IOException {
        return Settings.load(new Common(data, null, List.of(set)), Map.of(), Map.of());
    }
}
