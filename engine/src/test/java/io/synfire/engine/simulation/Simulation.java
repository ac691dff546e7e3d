package io.synfire.engine.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.EngineOverStore;
import io.synfire.engine.RandomLog;
import io.synfire.engine.RandomLog.Line;
import io.synfire.engine.RandomLog.Shape;
import io.synfire.engine.RandomSettings;
import io.synfire.engine.event.Position;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.simulation.SimulatedSource.Poll;
import io.synfire.engine.store.RocksStore;
import io.synfire.engine.store.StoreBudget;
import io.synfire.engine.store.StoreException;
import io.synfire.engine.view.Digest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * One run: a log is learned to its end through everything that may happen on the way, all of which follows from a seed. After every
 * crash, and now and then, what is known is compared with the oracle.
 */
@SuppressWarnings("NullAway.Init")
final class Simulation implements AutoCloseable {

    private static final int STEPS_MAX = 5_000;

    /** So many records are a long log, for which the write-ahead log has time to grow over several of its blocks. */
    private static final int LONG = 500;

    /** Below this no throw of a die makes an engine lose what it has. */
    private static final int LOSSES = 91;

    private static final List<String> BACKGROUND = List.of(
            "rocksdb.mem-table-flush-pending",
            "rocksdb.num-running-flushes",
            "rocksdb.compaction-pending",
            "rocksdb.num-running-compactions");

    private final SplittableRandom random;
    private final Map<String, String> settings;
    private final long heapBytes;
    private final SimulatedSource source;
    private final SimulatedDisk disk;
    private final Oracle oracle;
    private final Tally tally;
    private final boolean isDecided;
    private final boolean isLong;
    private final List<String> trace = new ArrayList<>();
    private SimulatedThread thread;
    private Engine engine;
    private RocksStore store;
    private SimpleMeterRegistry meters;
    private long nanos;

    /** How many records the checkpoint under way holds, -1 if there is none. */
    private int begun;

    /** How many records the last checkpoint holds that the disk took. */
    private int committed;

    /** The log that a seed makes. */
    static List<Line> log(long seed) {
        SplittableRandom random = new SplittableRandom(~seed);
        long stepMs = RandomSettings.stepMs(random);
        Shape shape = random.nextInt(10) == 0
                ? new Shape(LONG, 120, stepMs, 5, true)
                : new Shape(100 + random.nextInt(200), 10 + random.nextInt(30), stepMs, 5, true);
        return RandomLog.of(seed, shape);
    }

    Simulation(long seed, List<Line> log, Path root, Tally tally) {
        this.random = new SplittableRandom(seed);
        this.tally = tally;
        this.settings = RandomSettings.of(random);
        settings.put("max-concepts", random.nextInt(3) == 0 ? "4" : "200");
        long[] budgets = {Long.MAX_VALUE, 400_000, 250_000, 150_000};
        this.heapBytes = budgets[random.nextInt(budgets.length)];
        LearningSettings parsed = LearningSettings.parse(settings);
        this.source = new SimulatedSource(log, parsed.maxConcepts(), random.split());
        this.isLong = log.size() >= LONG;
        // In some runs RocksDB flushes when it likes to; in the others when it is told to.
        this.isDecided = random.nextInt(6) > 0;
        this.disk = new SimulatedDisk(root, new StoreBudget(1 << 20, isDecided ? 8 << 20 : 1 << 20), random.split());
        this.oracle = new Oracle(parsed);
        this.engine = openEngine();
        disk.created();
    }

    /** To the end of the log. */
    void run() {
        if (source.hasUnknown()) {
            source.addPartition();
        }
        for (int step = 0; !source.isExhausted() || !oracle.isBehindAll(engine.positions()); step++) {
            if (step >= STEPS_MAX) {
                throw new AssertionError("the end is not reached: steps=" + step);
            }
            step();
            settle();
            assertWithinBudget();
            trace.add(disk.logBytes() + " " + oracle.size());
        }
        disk.faults().heal();
        engine.checkpoint();
        oracle.assertHolds(engine);
        oracle.assertDigestHolds(engine);
        Digest before = engine.digest();
        engine.close();
        opened(false);
        assertThat(engine.digest()).as("digest, closed and opened").isEqualTo(before);
        tally.add(Fault.DUPLICATE, oracle.duplicates());
        tally.add(Fault.POISON, oracle.deadLetters());
        tally.add(Fault.COMMIT_REFUSED, disk.faults().refusedWrites());
        tally.add(Fault.COMMIT_BROKEN, disk.faults().brokenWrites());
        tally.add(Fault.COMMIT_BROKEN_BEHIND_THE_LOG, disk.faults().brokenWritesBehindTheLog());
        tally.add(Fault.OPENING_ANEW_REFUSED, disk.faults().refusedOpenings());
        tally.add(Fault.GATHERING_REFUSED, disk.faults().refusedGathers());
        tally.add(Fault.READ_FAILED, disk.faults().refusedReads());
        trace.add("learned " + before.learnedHex() + " state " + before.stateHex());
    }

    /** Whether the seed decides all of it, and not also how fast RocksDB's own threads free what they have flushed. */
    boolean isDecided() {
        return isDecided;
    }

    /** What happened, for comparison with another run. */
    List<String> trace() {
        return trace;
    }

    @Override
    public void close() {
        drop();
        disk.close();
    }

    private void step() {
        int dice = random.nextInt(isLong && random.nextInt(4) > 0 ? LOSSES : 100);
        trace.add("dice " + dice);
        if (dice < 45) {
            poll();
        } else if (dice < 60) {
            guarded(engine::startCheckpoint);
        } else if (dice < 74) {
            checkpointStep();
        } else if (dice < 77) {
            guarded(engine::checkpoint);
        } else if (dice < 81) {
            ask();
        } else if (dice < 83) {
            guarded(store.upkeep()::flush);
        } else if (dice < 84) {
            beside();
        } else if (dice < 86) {
            rebalance();
        } else if (dice < 87) {
            source.goAway(1 + random.nextInt(5));
            tally.add(Fault.SOURCE_AWAY);
        } else if (dice < 88) {
            addPartition();
        } else if (dice < 90) {
            failWrite();
        } else if (dice < 91) {
            disk.faults().refuseWrites(2 + random.nextInt(12));
            tally.add(Fault.DISK_FULL);
        } else if (dice < LOSSES + 2) {
            disk.faults().refuseReadAfter(random.nextInt(30));
        } else if (dice < LOSSES + 4) {
            reopen();
        } else {
            crash();
        }
    }

    private void poll() {
        apply(source.poll());
        if (source.hasUnknown() && random.nextInt(20) == 0) {
            addPartition();
        }
    }

    private void apply(Poll poll) {
        if (poll.batches().isEmpty()) {
            return;
        }
        try {
            engine.apply(poll.batches());
            oracle.apply(poll.records());
        } catch (StoreException e) {
            if (isFailed()) {
                tally.add(Fault.LEARNING_FAILED);
                // A checkpoint may hold the first of its batches.
                oracle.apply(poll.records());
                openAnew();
                return;
            }
            // All of it was applied, and a checkpoint could not be written, or nothing was.
            if (!oracle.isBehindAll(engine.positions())) {
                oracle.apply(poll.records());
            }
            source.seek(engine.positions());
        }
        assertThat(oracle.isBehindAll(engine.positions()))
                .as("all of a poll or nothing, at %s", engine.positions())
                .isTrue();
    }

    private void checkpointStep() {
        long refused = disk.faults().refusedReads();
        if (random.nextInt(8) == 0) {
            disk.faults().refuseReadAfter(random.nextInt(8));
        } else if (random.nextInt(8) == 0) {
            disk.faults().refuseGatherAfter(random.nextInt(30));
        }
        thread.step();
        if (disk.faults().refusedReads() > refused) {
            tally.add(Fault.GATHERING_FAILED);
        }
    }

    /** The next checkpoint is not written, or is and is told not to be; and it may not be known soon which of both. */
    private void failWrite() {
        switch (random.nextInt(3)) {
            case 0 -> disk.faults().refuseWrites(1);
            case 1 -> disk.faults().breakWrites(1);
            default -> disk.faults().breakWritesBehindTheLog(1);
        }
        disk.faults().refuseOpenings(random.nextInt(3));
    }

    private void ask() {
        if (disk.faults().isShut()) {
            askWithoutStore();
            return;
        }
        long refused = disk.faults().refusedReads();
        try {
            oracle.assertHolds(engine);
        } catch (StoreException e) {
            assertThat(disk.faults().refusedReads()).as("%s", e).isGreaterThan(refused);
            tally.add(Fault.QUESTION_FAILED);
            oracle.assertHolds(engine);
        }
    }

    /** What is in memory is answered, and so right; the rest is not. */
    private void askWithoutStore() {
        try {
            oracle.assertHolds(engine);
        } catch (StoreException e) {
            assertThat(e).hasMessageContaining("the store cannot be opened anew after a write had failed");
            tally.add(Fault.QUESTION_WITHOUT_STORE);
        }
    }

    private void beside() {
        EngineOptions options = new EngineOptions(EngineOptions.MEMORY_BYTES_MIN);
        try (Engine reader = Engine.openReadOnly(disk.directory(), options, new SimpleMeterRegistry())) {
            oracle.assertHoldsBeside(reader);
            tally.add(Fault.READER_BESIDE);
        }
    }

    private void rebalance() {
        guarded(engine::checkpoint);
        source.seek(engine.positions());
        tally.add(Fault.REBALANCED);
    }

    private void addPartition() {
        if (source.hasUnknown()) {
            source.addPartition();
            tally.add(Fault.PARTITION_ADDED);
        }
    }

    /** What may find the disk full, or broken: the engine goes on, and says so, or must be opened anew. */
    private void guarded(Runnable action) {
        try {
            action.run();
        } catch (StoreException e) {
            assertThat(isFailed()).as("%s", e).isFalse();
            if (disk.faults().isShut()) {
                ask();
            }
        }
    }

    private boolean isFailed() {
        try {
            engine.pairsAtOnce();
            return false;
        } catch (IllegalStateException e) {
            return true;
        }
    }

    private void reopen() {
        try {
            engine.close();
            tally.add(Fault.CLOSED);
        } catch (StoreException e) {
            tally.add(Fault.CLOSED_ON_FULL_DISK);
        }
        opened(false);
    }

    /** After a failure that leaves the memory half-way: it must not checkpoint what it has. */
    private void openAnew() {
        engine.close();
        opened(false);
    }

    private void crash() {
        tally.add(Fault.KILLED);
        if (thread.hasWork()) {
            tally.add(Fault.KILLED_BEFORE_COMMIT);
        } else if (begun >= 0) {
            tally.add(Fault.KILLED_HALF_GATHERED);
        } else if (thread.isUncollected()) {
            tally.add(Fault.KILLED_AFTER_COMMIT);
        }
        Path copy = disk.copy();
        drop();
        disk.moveTo(copy);
        tally.add(Fault.FLUSHED, disk.tables());
        boolean mayLose = true;
        switch (random.nextInt(5)) {
            case 0 -> {
                disk.losePower();
                tally.add(Fault.POWER_LOST);
            }
            case 1 -> {
                disk.tear();
                tally.add(Fault.TORN_TAIL);
            }
            case 2 -> {
                if (disk.flip()) {
                    tally.add(Fault.BYTE_FLIPPED);
                }
            }
            default -> mayLose = false;
        }
        opened(mayLose);
    }

    /** Gives an engine up, as it is: nothing that it does any more reaches the files that are gone on with. */
    private void drop() {
        disk.faults().heal();
        disk.faults().refuseWrites(Integer.MAX_VALUE);
        try {
            engine.close();
        } catch (StoreException e) {
            trace.add("given up with a checkpoint under way");
        }
        disk.faults().heal();
    }

    /** Opens what is there, which must be what was committed last, or before that where a disk may have lost more. */
    private void opened(boolean mayLose) {
        if (random.nextInt(10) == 0) {
            disk.faults().refuseReadAfter(random.nextInt(3));
        }
        engine = openEngine();
        int lost = oracle.crashed(engine.positions());
        tally.add(Fault.READ_AGAIN, lost);
        if (mayLose && oracle.size() < committed) {
            tally.add(Fault.CHECKPOINTS_LOST);
        } else {
            assertThat(oracle.size()).as("records in the last checkpoint").isEqualTo(committed);
        }
        committed = oracle.size();
        source.seek(engine.positions());
        trace.add("opened " + committed);
        ask();
        disk.faults().refuseNoRead();
        oracle.assertDigestHolds(engine);
    }

    private Engine openEngine() {
        while (true) {
            long refused = disk.faults().refusedReads();
            try {
                thread = new SimulatedThread(random.split(), this::given);
                begun = -1;
                RocksStore opened = disk.open(this::written);
                meters = new SimpleMeterRegistry();
                Engine over = EngineOverStore.open(
                        opened,
                        disk.directory(),
                        settings,
                        heapBytes,
                        thread,
                        () -> nanos += random.nextInt(5_000_000),
                        meters);
                store = opened;
                return over;
            } catch (StoreException e) {
                if (disk.faults().refusedReads() == refused) {
                    throw e;
                }
                tally.add(Fault.OPENING_FAILED);
            }
        }
    }

    /** The checkpoint thread was given something: a checkpoint has begun, unless it is tried again, be it that it is in the log. */
    private void given() {
        if (begun < 0 && sum(engine.committedPositions()) == committed) {
            begun = sum(engine.positions());
        }
    }

    private static int sum(List<Position> positions) {
        return positions.stream()
                .mapToInt(position -> (int) position.nextOffset())
                .sum();
    }

    /** The disk takes a checkpoint. */
    private void written() {
        committed = begun;
        begun = -1;
    }

    /** A tenth more than the budget at most, but for what cannot leave memory: what is held back alone may be most of a budget as small as these. */
    private void assertWithinBudget() {
        assertThat(gauge("heap") - gauge("fixed")).as("bytes on the heap").isLessThanOrEqualTo(1.1 * heapBytes);
    }

    private double gauge(String name) {
        return meters.get("synfire.memory." + name + ".bytes").gauge().value();
    }

    /** Waits until RocksDB's own threads rest: what they do is not decided by the seed. */
    private void settle() {
        while (!disk.faults().isShut() && BACKGROUND.stream().anyMatch(property -> store.figure(property) > 0)) {
            Thread.onSpinWait();
        }
    }
}
