package io.synfire.engine;

import static io.synfire.engine.HubLog.OPTIONS;
import static io.synfire.engine.HubLog.PORTION;
import static io.synfire.engine.HubLog.SETTINGS;
import static io.synfire.engine.HubLog.apply;
import static io.synfire.engine.HubLog.assertHub;
import static io.synfire.engine.HubLog.learn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.event.Episode;
import io.synfire.engine.store.FaultyDisk;
import io.synfire.engine.store.StoreDamagedException;
import io.synfire.engine.store.StoreException;
import io.synfire.engine.store.StoreFullException;
import io.synfire.engine.view.Associations;
import io.synfire.engine.view.MemoryView;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A checkpoint whose write fails is in the store once in the end, whether or not it had reached the disk. */
@SuppressWarnings("NullAway.Init")
final class FailedWriteTest {

    @TempDir
    Path directory;

    private final FaultyDisk disk = new FaultyDisk();
    private HubLog hub;
    private Path store;

    /** Where a write fails. */
    enum Failure {
        NO_ROOM,
        BEFORE_THE_LOG,
        BEHIND_THE_LOG;

        void on(FaultyDisk disk) {
            switch (this) {
                case NO_ROOM -> disk.refuseWrites(1);
                case BEFORE_THE_LOG -> disk.breakWrites(1);
                case BEHIND_THE_LOG -> disk.breakWritesBehindTheLog(1);
            }
        }

        Class<? extends StoreException> met() {
            return this == NO_ROOM ? StoreFullException.class : StoreException.class;
        }
    }

    /** What comes later is added to rows that are in the store alone: as what was added, which must not be added twice. */
    @BeforeEach
    void learnAndClose() {
        hub = HubLog.begun(directory, disk);
        store = hub.store();
    }

    @ParameterizedTest
    @EnumSource
    void whatWasWrittenIsThereOnceWhereverTheWriteFailed(Failure failure) {
        try (Engine engine = hub.open()) {
            learn(engine, 5, 8);
            failure.on(disk);
            assertThatThrownBy(engine::checkpoint).isExactlyInstanceOf(failure.met());
            assertHub(engine, 8);
            // Nothing is applied before it is known what the store holds.
            learn(engine, 8, 9);
            assertThat(disk.openings()).isEqualTo(1);
            assertHub(engine, 9);
            engine.checkpoint();
            assertThat(disk.openings()).isEqualTo(1);
            assertHub(engine, 9);
            assertThat(engine.digest()).isEqualTo(hub.undisturbed(9));
        }
        try (Engine engine = hub.open()) {
            assertThat(engine.lostCheckpoints()).isZero();
            assertHub(engine, 9);
            assertThat(engine.digest()).isEqualTo(hub.undisturbed(9));
        }
    }

    /** Killed instead of going on: what had reached the log is there, and the rest is read again. */
    @ParameterizedTest
    @EnumSource
    void aCrashBehindAFailedWriteLeavesOneOfBoth(Failure failure) {
        Path crashed = directory.resolve("crashed");
        try (Engine engine = hub.open()) {
            learn(engine, 5, 8);
            failure.on(disk);
            assertThatThrownBy(engine::checkpoint).isExactlyInstanceOf(failure.met());
            StoreImage.copy(store, crashed);
        }
        try (Engine engine = Engine.open(crashed, SETTINGS, OPTIONS, new SimpleMeterRegistry())) {
            int learned = failure == Failure.BEHIND_THE_LOG ? 8 : 5;
            assertThat(engine.positions().get(0).nextOffset()).isEqualTo((long) learned * PORTION);
            assertHub(engine, learned);
            assertThat(engine.digest()).isEqualTo(hub.undisturbed(learned));
        }
    }

    @Test
    void closingTriesAgainToo() {
        try (Engine engine = hub.open()) {
            learn(engine, 5, 8);
            disk.breakWritesBehindTheLog(1);
            assertThatThrownBy(engine::checkpoint).isExactlyInstanceOf(StoreException.class);
        }
        assertThat(disk.openings()).isEqualTo(1);
        try (Engine engine = hub.open()) {
            assertThat(engine.digest()).isEqualTo(hub.undisturbed(8));
        }
    }

    @Test
    void asLongAsItCannotBeOpenedAnewNothingIsLearnedAndReadersAreToldWhy() {
        try (Engine engine = hub.open()) {
            learn(engine, 5, 8);
            disk.breakWritesBehindTheLog(1);
            assertThatThrownBy(engine::checkpoint).isExactlyInstanceOf(StoreException.class);
            disk.refuseOpenings(3);
            for (int i = 0; i < 3; i++) {
                // The first hears how the attempt before ended.
                assertThatThrownBy(() -> {
                            learn(engine, 8, 9);
                            learn(engine, 8, 9);
                        })
                        .isExactlyInstanceOf(StoreException.class)
                        .hasMessageContaining(
                                "the store cannot be opened anew after a write had failed: store=" + store)
                        .hasMessageContaining("Too many open files");
                assertThat(engine.positions().get(0).nextOffset()).isEqualTo(8L * PORTION);
                assertThatThrownBy(() -> assertHub(engine, 8))
                        .isExactlyInstanceOf(StoreException.class)
                        .hasMessageContaining(
                                "the store cannot be opened anew after a write had failed: store=" + store)
                        .hasMessageContaining("Too many open files");
            }
            assertThat(disk.refusedOpenings()).isEqualTo(3);
            learn(engine, 8, 9);
            assertHub(engine, 9);
            assertThat(engine.digest()).isEqualTo(hub.undisturbed(9));
        }
    }

    /** The system may refuse more than RocksDB does: to list what is open, or what lies there. */
    @Test
    void whateverElseTheSystemRefusesWhenItIsOpenedAnewIsToldAndTriedAgain() {
        try (Engine engine = hub.open()) {
            learn(engine, 5, 8);
            disk.breakWrites(1);
            assertThatThrownBy(engine::checkpoint).isExactlyInstanceOf(StoreException.class);
            disk.onOpening(() -> {
                throw new UncheckedIOException(new IOException("Too many open files"));
            });
            assertThatThrownBy(engine::checkpoint)
                    .isExactlyInstanceOf(StoreException.class)
                    .hasMessageContaining("the store cannot be opened anew after a write had failed: store=" + store)
                    .hasMessageContaining("Too many open files");
            assertThatThrownBy(() -> assertHub(engine, 8)).hasMessageContaining("Too many open files");
            disk.onOpening(() -> {});
            engine.checkpoint();
            assertThat(engine.digest()).isEqualTo(hub.undisturbed(8));
        }
    }

    /** Whoever started it again does not wait; who wants to learn does, or the learner would read a store that may not be opened. */
    @Test
    void whileAFailedCheckpointIsWrittenAgainNothingIsLearned() throws Exception {
        CountDownLatch isOpening = new CountDownLatch(1);
        CountDownLatch mayOpen = new CountDownLatch(1);
        try (Engine engine = hub.open()) {
            learn(engine, 5, 8);
            disk.breakWrites(1);
            assertThatThrownBy(engine::checkpoint).isExactlyInstanceOf(StoreException.class);
            disk.onOpening(() -> {
                isOpening.countDown();
                await(mayOpen);
            });
            engine.startCheckpoint();
            await(isOpening);
            Thread learner = new Thread(() -> learn(engine, 8, 9));
            learner.start();
            try {
                // Until it has learned, or waits for the checkpoint.
                while (learner.isAlive() && learner.getState() != Thread.State.WAITING) {
                    Thread.onSpinWait();
                }
                assertThat(learner.isAlive()).isTrue();
                assertThat(engine.positions().get(0).nextOffset()).isEqualTo(8L * PORTION);
            } finally {
                mayOpen.countDown();
                learner.join();
            }
            assertThat(engine.positions().get(0).nextOffset()).isEqualTo(9L * PORTION);
            assertThat(engine.digest()).isEqualTo(hub.undisturbed(9));
        }
    }

    /** RocksDB says of it what it says of a file of the store that is not there. */
    @Test
    void aPlaceForLinksThatCannotBeIsNoDamage() {
        try (Engine engine = hub.open()) {
            learn(engine, 5, 8);
            for (Path target : List.of(directory.resolve("no/such/place"), directory)) {
                assertThatThrownBy(() -> engine.linkTo(target)).isExactlyInstanceOf(StoreException.class);
            }
            assertThat(engine.damage()).isEmpty();
            learn(engine, 8, 9);
            engine.checkpoint();
        }
    }

    /** What writes files and is no checkpoint. */
    enum Change {
        FLUSH,
        LINK;

        void of(Engine engine, Path target) {
            if (this == FLUSH) {
                engine.flush();
            } else {
                engine.linkTo(target);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void afterAChangeOfFilesThatFailedItIsOpenedAnewBeforeMoreIsLearned(Change change) {
        Path target = directory.resolve("links");
        try (Engine engine = hub.open()) {
            learn(engine, 5, 8);
            disk.breakChanges(1);
            assertThatThrownBy(() -> change.of(engine, target))
                    .isExactlyInstanceOf(StoreException.class)
                    .hasMessageContaining("File too large");
            assertHub(engine, 8);
            disk.refuseOpenings(2);
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> learn(engine, 8, 9))
                        .isExactlyInstanceOf(StoreException.class)
                        .hasMessageContaining("the store cannot be opened anew after a write had failed");
            }
            assertThat(engine.positions().get(0).nextOffset()).isEqualTo(8L * PORTION);
            learn(engine, 8, 9);
            assertThat(disk.openings()).isEqualTo(3);
            assertHub(engine, 9);
            change.of(engine, target);
            assertThat(disk.openings()).isEqualTo(3);
            assertThat(engine.digest()).isEqualTo(hub.undisturbed(9));
        }
        try (Engine engine = hub.open()) {
            assertThat(engine.lostCheckpoints()).isZero();
            assertThat(engine.digest()).isEqualTo(hub.undisturbed(9));
        }
    }

    /** What it had to flush may be gone. */
    @ParameterizedTest
    @EnumSource
    void aLogThatLostItsEndWhenAChangeOfFilesFailedIsDamage(Change change) {
        try (Engine engine = hub.open()) {
            learn(engine, 5, 8);
            disk.breakChanges(1);
            disk.onOpening(() -> StoreImage.files(store, ".log").forEach(log -> StoreImage.truncate(log, 0)));
            assertThatThrownBy(() -> change.of(engine, directory.resolve("links")))
                    .isExactlyInstanceOf(StoreException.class);
            assertThatThrownBy(engine::startCheckpoint)
                    .isExactlyInstanceOf(StoreDamagedException.class)
                    .hasMessageContaining("isSameStore=true checkpoint=1 expected=2");
            assertGivenUp(engine);
        }
        disk.onOpening(() -> {});
        try (Engine engine = hub.open()) {
            assertThat(engine.lostCheckpoints()).isEqualTo(1);
            assertThat(engine.positions().get(0).nextOffset()).isEqualTo(5L * PORTION);
        }
    }

    /** A reader beside writes that fail all the time, and openings that do. */
    @Test
    void readersGetRightAnswersOrAreToldWhyWhileItIsOpenedAnew() throws Exception {
        AtomicBoolean isOver = new AtomicBoolean();
        AtomicLong answers = new AtomicLong();
        AtomicLong refusals = new AtomicLong();
        ExecutorService readers = Executors.newFixedThreadPool(2);
        try (Engine engine = hub.open()) {
            List<Future<?>> reading = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                reading.add(readers.submit(() -> {
                    while (!isOver.get()) {
                        try {
                            // Its row is at hand once it was read; how long it is, is asked of the store.
                            engine.view().associationsMax(engine.view().conceptOf("hub"));
                            assertHub(engine, 5);
                            answers.incrementAndGet();
                        } catch (StoreException e) {
                            assertThat(e)
                                    .hasMessageContaining("the store cannot be opened anew after a write had failed");
                            refusals.incrementAndGet();
                        }
                    }
                }));
            }
            for (int i = 0; i < 60; i++) {
                disk.breakWrites(i % 2);
                disk.breakWritesBehindTheLog(1 - i % 2);
                disk.refuseOpenings(i % 3);
                // Beside the hub, whose row the readers take from the store.
                apply(engine, 50 + i, Episode.of(0, "x" + i, "y"));
                for (boolean isWritten = false; !isWritten; ) {
                    try {
                        engine.checkpoint();
                        isWritten = true;
                    } catch (StoreException e) {
                        assertThat(e).hasMessageContaining("IO error");
                    }
                }
            }
            isOver.set(true);
            for (Future<?> each : reading) {
                requireDone(each);
            }
            assertThat(disk.openings()).isEqualTo(120);
            assertThat(answers).hasPositiveValue();
            assertThat(refusals).hasPositiveValue();
            MemoryView view = engine.view();
            Associations y = view.associations(view.conceptOf("y"), view.watermarkMs());
            assertThat(y.size()).isEqualTo(60);
            for (int i = 0; i < 60; i++) {
                assertThat(y.strength(i, 0)).isEqualTo(1);
            }
        } finally {
            readers.shutdownNow();
        }
    }

    private static void requireDone(Future<?> reading) throws InterruptedException {
        try {
            reading.get();
        } catch (ExecutionException e) {
            throw new AssertionError("a reader failed", e.getCause());
        }
    }

    /** Nothing is learned, written or answered any more, and it can be closed. */
    private static void assertGivenUp(Engine engine) {
        assertThatThrownBy(() -> learn(engine, 9, 10)).isExactlyInstanceOf(StoreDamagedException.class);
        assertThatThrownBy(engine::checkpoint).isExactlyInstanceOf(StoreDamagedException.class);
        assertThatThrownBy(() -> engine.view().unlearned()).isExactlyInstanceOf(StoreDamagedException.class);
        assertThat(engine.damage()).isPresent();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(1, TimeUnit.MINUTES)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
