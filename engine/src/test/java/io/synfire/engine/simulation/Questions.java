package io.synfire.engine.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.simulation.Watch.Doing;
import io.synfire.engine.store.StoreException;
import io.synfire.engine.store.StoreFullException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.SplittableRandom;

/** Asks an engine between what it is at: by the oracle, and for the same answers before and after what changes none. */
final class Questions {

    /** Of so many times that all could be asked before and after something, one is taken. */
    private static final int RARITY = 8;

    private final Running running;
    private final SimulatedDisk disk;
    private final Oracle oracle;
    private final Watch watch;
    private final Asks asks;
    private final Tally tally;
    private final SplittableRandom random;

    Questions(
            Running running,
            SimulatedDisk disk,
            Oracle oracle,
            Watch watch,
            Asks asks,
            Tally tally,
            SplittableRandom random) {
        this.running = running;
        this.disk = disk;
        this.oracle = oracle;
        this.watch = watch;
        this.asks = asks;
        this.tally = tally;
        this.random = random;
    }

    /** All of it, by the oracle. */
    void ask() {
        if (disk.faults().isShut()) {
            askWithoutStore();
            return;
        }
        long refused = disk.faults().refusedReads();
        Doing before = watch.is(Doing.ASKING);
        try {
            oracle.assertHolds(running.engine());
        } catch (StoreException e) {
            assertThat(disk.faults().refusedReads()).as("%s", e).isGreaterThan(refused);
            tally.add(Fault.QUESTION_FAILED);
            oracle.assertHolds(running.engine());
        } finally {
            watch.is(before);
        }
    }

    /** Does something that changes no answer, to the last bit. */
    void unchanged(String what, Runnable action) {
        Optional<Answers> before = random.nextInt(RARITY) == 0 ? asks.all(running.engine()) : Optional.empty();
        guarded(action);
        assertSame(before, what);
    }

    /** Compares with all that was answered before, if it was asked. */
    void assertSame(Optional<Answers> before, String after) {
        if (before.isPresent()) {
            asks.all(running.engine()).ifPresent(now -> before.get().assertSame(now, after));
        }
    }

    /** What is in memory is answered, and so right; the rest is not. */
    private void askWithoutStore() {
        try {
            oracle.assertHolds(running.engine());
        } catch (StoreException e) {
            if (!(e instanceof StoreFullException)) {
                assertThat(e).hasMessageContaining("the store cannot be opened anew after a write had failed");
            }
            tally.add(Fault.QUESTION_WITHOUT_STORE);
        }
    }

    /** Another process reads beside the writer. */
    void beside() {
        EngineOptions options = new EngineOptions(EngineOptions.MEMORY_BYTES_MIN);
        try (Engine reader = Engine.openReadOnly(disk.directory(), options, new SimpleMeterRegistry())) {
            oracle.assertHoldsBeside(reader);
            tally.add(Fault.READER_BESIDE);
            if (oracle.isBehindAll(reader.positions())) {
                asks.all(running.engine()).ifPresent(own -> own.assertSame(Answers.of(reader.view()), "opened beside"));
            }
        }
    }

    /** A copy of the store answers the same. */
    void backUp() {
        Path copy = disk.nextCopy();
        guarded(() -> {
            running.engine().linkTo(copy);
            EngineOptions options = new EngineOptions(EngineOptions.MEMORY_BYTES_MIN);
            try (Engine backup = Engine.openReadOnly(copy, options, new SimpleMeterRegistry())) {
                asks.all(running.engine()).ifPresent(own -> own.assertSame(Answers.of(backup.view()), "a backup"));
                tally.add(Fault.BACKED_UP);
            }
        });
        disk.delete(copy);
    }

    /** What may find the disk full, or broken: the engine goes on, and says so, or must be opened anew. */
    void guarded(Runnable action) {
        try {
            action.run();
            watch.flushed();
        } catch (StoreException e) {
            watch.flushed();
            assertThat(running.isFailed()).as("%s", e).isFalse();
            if (disk.faults().isShut()) {
                ask();
            }
        }
    }
}
