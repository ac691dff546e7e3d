package io.synfire.engine;

import static io.synfire.engine.HubLog.OPTIONS;
import static io.synfire.engine.HubLog.PORTION;
import static io.synfire.engine.HubLog.SETTINGS;
import static io.synfire.engine.HubLog.assertHub;
import static io.synfire.engine.HubLog.learn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.store.FaultyDisk;
import io.synfire.engine.store.StoreDamagedException;
import io.synfire.engine.store.StoreException;
import io.synfire.engine.store.StoreInUseException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What lies in the place of a store that is opened anew after a write has failed: its own is gone on with, and nothing else. */
@SuppressWarnings("NullAway.Init")
final class StoreInPlaceTest {

    @TempDir
    Path directory;

    private final FaultyDisk disk = new FaultyDisk();
    private HubLog hub;
    private Path store;

    @BeforeEach
    void learnAndClose() {
        hub = HubLog.begun(directory, disk);
        store = hub.store();
    }

    /** Had it gone on, it would have added to rows that have lost something. */
    @Test
    void aLogThatLostItsEndMeanwhileIsDamageAndIsReadAgainByWhoOpensItNext() {
        try (Engine engine = hub.open()) {
            learn(engine, 5, 8);
            engine.checkpoint();
            learn(engine, 8, 9);
            disk.breakWrites(1);
            disk.onOpening(() -> StoreImage.files(store, ".log").forEach(log -> StoreImage.truncate(log, 0)));
            assertThatThrownBy(engine::checkpoint).isExactlyInstanceOf(StoreException.class);
            assertThatThrownBy(engine::checkpoint)
                    .isExactlyInstanceOf(StoreDamagedException.class)
                    .hasMessageContaining("isSameStore=true checkpoint=1 expected=2");
            assertGivenUp(engine);
        }
        disk.onOpening(() -> {});
        try (Engine engine = hub.open()) {
            assertThat(engine.lostCheckpoints()).isEqualTo(1);
            assertThat(engine.positions().get(0).nextOffset()).isEqualTo(5L * PORTION);
            learn(engine, 5, 9);
            assertThat(engine.digest()).isEqualTo(hub.undisturbed(9));
        }
    }

    @Test
    void whatAnotherWriterDidMeanwhileIsNotWrittenOver() {
        try (Engine engine = hub.open()) {
            learn(engine, 5, 8);
            disk.breakWrites(1);
            // No more, and no less, than this one was about to write, and yet something else.
            disk.onOpening(() -> {
                try (Engine other = Engine.open(store, SETTINGS, OPTIONS, new SimpleMeterRegistry())) {
                    learn(other, 5, 7);
                }
            });
            assertThatThrownBy(engine::checkpoint).isExactlyInstanceOf(StoreException.class);
            assertThatThrownBy(engine::checkpoint)
                    .isExactlyInstanceOf(StoreDamagedException.class)
                    .hasMessageContaining("isSameStore=true checkpoint=2 expected=1");
            assertGivenUp(engine);
        }
        try (Engine engine = hub.open()) {
            assertThat(engine.digest()).isEqualTo(hub.undisturbed(7));
        }
    }

    @Test
    void whoHasTheStoreMeanwhileIsNotDisturbed() {
        List<Engine> others = new ArrayList<>();
        try (Engine engine = hub.open()) {
            learn(engine, 5, 8);
            disk.breakWrites(1);
            disk.onOpening(() -> others.add(Engine.open(store, SETTINGS, OPTIONS, new SimpleMeterRegistry())));
            assertThatThrownBy(engine::checkpoint).isExactlyInstanceOf(StoreException.class);
            assertThatThrownBy(engine::checkpoint).isExactlyInstanceOf(StoreInUseException.class);
            assertThatThrownBy(() -> assertHub(engine, 8)).isExactlyInstanceOf(StoreInUseException.class);
            disk.onOpening(() -> {});
            assertThatThrownBy(engine::checkpoint).isExactlyInstanceOf(StoreInUseException.class);
            // It has changed nothing.
            others.get(0).close();
            engine.checkpoint();
            // The other has taken the name away, by which who comes third is told who has it.
            assertThat(store.resolve("HOLDER"))
                    .content()
                    .startsWith("pid=" + ProcessHandle.current().pid());
            assertThat(engine.digest()).isEqualTo(hub.undisturbed(8));
        }
        assertThat(store.resolve("HOLDER")).doesNotExist();
        assertThat(others).hasSize(1);
    }

    /** As another process that has taken the store while it was closed, and has not let it go. */
    @Test
    void theNameOfWhoHasTheStoreMeanwhileIsNotTakenAway() {
        String other = "pid=1 host=another\n";
        Path holder = store.resolve("HOLDER");
        Engine engine = hub.open();
        learn(engine, 5, 8);
        disk.breakWrites(1);
        disk.refuseOpenings(2);
        disk.onOpening(() -> write(holder, other));
        assertThatThrownBy(engine::checkpoint).isExactlyInstanceOf(StoreException.class);
        assertThatThrownBy(engine::checkpoint).isExactlyInstanceOf(StoreException.class);
        assertThatThrownBy(engine::close).isExactlyInstanceOf(StoreException.class);
        assertThat(holder).hasContent(other);
    }

    /** Neither has a checkpoint. */
    @Test
    void anotherStoreInThePlaceIsNotTakenForTheSame() {
        Path young = directory.resolve("young");
        Path moved = directory.resolve("moved");
        try (Engine engine = hub.open("young")) {
            learn(engine, 0, 1);
            disk.breakWrites(1);
            disk.onOpening(() -> {
                move(young, moved);
                Engine.open(young, SETTINGS, OPTIONS, new SimpleMeterRegistry()).close();
            });
            assertThatThrownBy(engine::checkpoint).isExactlyInstanceOf(StoreException.class);
            assertThatThrownBy(engine::checkpoint)
                    .isExactlyInstanceOf(StoreDamagedException.class)
                    .hasMessageContaining("isSameStore=false checkpoint=0 expected=0");
            assertGivenUp(engine);
        }
        try (Engine engine = hub.open("young")) {
            assertThat(engine.positions()).isEmpty();
        }
    }

    @Test
    void whereNoStoreIsLeftNoneIsMade() {
        Path moved = directory.resolve("moved");
        try (Engine engine = hub.open()) {
            learn(engine, 5, 8);
            disk.breakWrites(1);
            disk.onOpening(() -> {
                move(store, moved);
                assertThat(store.toFile().mkdir()).isTrue();
            });
            assertThatThrownBy(engine::checkpoint).isExactlyInstanceOf(StoreException.class);
            assertThatThrownBy(engine::checkpoint)
                    .isExactlyInstanceOf(StoreDamagedException.class)
                    .hasMessageContaining("file=CURRENT");
            assertGivenUp(engine);
        }
        assertThat(store).isEmptyDirectory();
    }

    /** Nothing is learned, written or answered any more, and it can be closed. */
    private static void assertGivenUp(Engine engine) {
        assertThatThrownBy(() -> learn(engine, 9, 10)).isExactlyInstanceOf(StoreDamagedException.class);
        assertThatThrownBy(engine::checkpoint).isExactlyInstanceOf(StoreDamagedException.class);
        assertThatThrownBy(() -> engine.view().unlearned()).isExactlyInstanceOf(StoreDamagedException.class);
        assertThat(engine.damage()).isPresent();
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void move(Path from, Path to) {
        try {
            Files.move(from, to);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
