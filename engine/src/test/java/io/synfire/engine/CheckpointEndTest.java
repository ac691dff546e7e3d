package io.synfire.engine;

import static io.synfire.engine.HubLog.assertHub;
import static io.synfire.engine.HubLog.assertReadTo;
import static io.synfire.engine.HubLog.learn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.store.FaultyDisk;
import io.synfire.engine.store.StoreBudget;
import io.synfire.engine.store.StoreException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A checkpoint that ends with a fault, whoever hears of it: a write that failed beside learning, what is thrown once it is in the store, and what is
 * thrown when it is there and known to be. Each portion is learned once in the end.
 */
@SuppressWarnings("NullAway.Init")
final class CheckpointEndTest {

    @TempDir
    Path directory;

    private final FaultyDisk disk = new FaultyDisk();
    private final FailingMeters meters = new FailingMeters();
    private final Later thread = new Later();
    private HubLog hub;
    private Path store;

    /** Who hears first that the write under way has failed. */
    enum Hearer {
        LEARNER,
        NEXT_CHECKPOINT,
        DIGEST;

        void hear(Engine engine) {
            switch (this) {
                case LEARNER -> learn(engine, 8, 9);
                case NEXT_CHECKPOINT -> engine.startCheckpoint();
                case DIGEST -> assertThat(engine.digest()).isNotNull();
            }
        }
    }

    @BeforeEach
    void learnAndClose() {
        hub = HubLog.begun(directory, disk);
        store = hub.store();
    }

    @ParameterizedTest
    @EnumSource
    void whoHearsThatItFailedAppliesNothingAndItIsOpenedAnewAndComparedBeforeAnythingIs(Hearer hearer) {
        try (Engine engine = open()) {
            learn(engine, 5, 8);
            disk.breakWritesBehindTheLog(1);
            engine.startCheckpoint();
            thread.run();
            assertThat(disk.brokenWritesBehindTheLog()).isEqualTo(1);
            assertThatThrownBy(() -> hearer.hear(engine)).isExactlyInstanceOf(StoreException.class);
            assertReadTo(engine, 8);
            assertThat(disk.openings()).isZero();
            thread.runAtOnce();
            learn(engine, 8, 9);
            // It was found there by its number: nothing was written a second time.
            assertThat(disk.openings()).isEqualTo(1);
            assertThat(engine.committedPositions().get(0).nextOffset()).isEqualTo(8L * HubLog.PORTION);
            assertHub(engine, 9);
            assertThat(engine.digest()).isEqualTo(hub.undisturbed(9));
        }
        assertStored(9);
    }

    /** Not a failure of the disk: nobody knows what else is wrong. It learns no more, and what the store says then is right. */
    @Test
    void whatIsThrownWhenItIsInTheLogStopsLearningAndTheStoreHasItOnce() {
        Engine engine = open(() -> {
            throw new IllegalStateException("thrown behind the log");
        });
        learn(engine, 5, 8);
        engine.startCheckpoint();
        thread.run();
        assertThatThrownBy(() -> learn(engine, 8, 9))
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessageContaining("thrown behind the log");
        assertStopped(engine);
        engine.close();
        assertStored(8);
    }

    @ParameterizedTest
    @EnumSource
    void whatIsThrownWhenItHasEndedStopsLearningAndItIsNotWrittenAgain(Hearer hearer) {
        Engine engine = open();
        learn(engine, 5, 8);
        meters.isFailing = true;
        engine.startCheckpoint();
        thread.run();
        assertThatThrownBy(() -> hearer.hear(engine))
                .isExactlyInstanceOf(UnsupportedOperationException.class)
                .hasMessage("counted when it has ended");
        assertThat(engine.committedPositions().get(0).nextOffset()).isEqualTo(8L * HubLog.PORTION);
        assertStopped(engine);
        // Readers go on.
        assertHub(engine, 8);
        engine.close();
        assertThat(thread.ran).isEqualTo(1);
        assertThat(disk.openings()).isZero();
        assertStored(8);
    }

    private static void assertStopped(Engine engine) {
        assertReadTo(engine, 8);
        for (Consumer<Engine> change : List.<Consumer<Engine>>of(
                each -> learn(each, 8, 9), Engine::startCheckpoint, Engine::checkpoint, Engine::flush)) {
            assertThatThrownBy(() -> change.accept(engine))
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessage("the engine stopped learning at a failure: open it anew");
        }
        assertReadTo(engine, 8);
    }

    /** The store has so many portions, each once, and goes on from there. */
    private void assertStored(int portions) {
        HubLog sound = new HubLog(directory, new FaultyDisk());
        try (Engine engine = sound.open()) {
            assertThat(engine.lostCheckpoints()).isZero();
            assertReadTo(engine, portions);
            assertHub(engine, portions);
            assertThat(engine.digest()).isEqualTo(sound.undisturbed(portions));
            learn(engine, portions, portions + 2);
            assertHub(engine, portions + 2);
            assertThat(engine.digest()).isEqualTo(sound.undisturbed(portions + 2));
        }
    }

    private Engine open() {
        return open(() -> {});
    }

    private Engine open(Runnable behindTheLog) {
        StoreBudget budget = new StoreBudget(1 << 20, 1 << 20);
        return EngineOverStore.open(
                disk.open(store, budget, behindTheLog),
                store,
                HubLog.SETTINGS,
                Long.MAX_VALUE,
                thread,
                System::nanoTime,
                meters);
    }

    /** Runs what it is given when it is told to. */
    private static final class Later extends AbstractExecutorService {
        private final Deque<Runnable> waiting = new ArrayDeque<>();
        private boolean isShut;
        private boolean isAtOnce;
        private int ran;

        void run() {
            assertThat(waiting).hasSize(1);
            ran++;
            waiting.remove().run();
        }

        void runAtOnce() {
            isAtOnce = true;
            while (!waiting.isEmpty()) {
                run();
            }
        }

        @Override
        public void execute(Runnable task) {
            waiting.add(task);
            if (isAtOnce) {
                run();
            }
        }

        @Override
        public void shutdown() {
            isShut = true;
        }

        @Override
        public List<Runnable> shutdownNow() {
            isShut = true;
            return List.copyOf(waiting);
        }

        @Override
        public boolean isShutdown() {
            return isShut;
        }

        @Override
        public boolean isTerminated() {
            return isShut;
        }

        @Override
        public boolean awaitTermination(long timeout, TimeUnit unit) {
            return isShut;
        }
    }

    /** Fails when the bytes of a checkpoint are counted, which is the last that is done when it ends. */
    private static final class FailingMeters extends SimpleMeterRegistry {
        private boolean isFailing;

        @Override
        protected DistributionSummary newDistributionSummary(
                Meter.Id id, DistributionStatisticConfig config, double scale) {
            DistributionSummary real = super.newDistributionSummary(id, config, scale);
            return id.getName().equals("synfire.checkpoint.size") ? new Failing(real, this) : real;
        }
    }

    private record Failing(DistributionSummary real, FailingMeters meters) implements DistributionSummary {
        @Override
        public void record(double amount) {
            if (meters.isFailing) {
                throw new UnsupportedOperationException("counted when it has ended");
            }
            real.record(amount);
        }

        @Override
        public long count() {
            return real.count();
        }

        @Override
        public double totalAmount() {
            return real.totalAmount();
        }

        @Override
        public double max() {
            return real.max();
        }

        @Override
        public io.micrometer.core.instrument.distribution.HistogramSnapshot takeSnapshot() {
            return real.takeSnapshot();
        }

        @Override
        public Id getId() {
            return real.getId();
        }
    }
}
