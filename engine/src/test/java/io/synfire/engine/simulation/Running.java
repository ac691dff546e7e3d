package io.synfire.engine.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOverStore;
import io.synfire.engine.event.Position;
import io.synfire.engine.simulation.Watch.Doing;
import io.synfire.engine.store.RocksStore;
import io.synfire.engine.store.StoreException;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** The engine that is open at present, over its store, with its checkpoint thread and its clock; and what its disk has taken of it. */
@SuppressWarnings("NullAway.Init")
final class Running {

    /** What the memory may use, drawn at each opening. */
    private static final long[] HEAP_BYTES = {Long.MAX_VALUE, 400_000, 250_000, 150_000};

    private static final List<String> BACKGROUND = List.of(
            "rocksdb.mem-table-flush-pending",
            "rocksdb.num-running-flushes",
            "rocksdb.compaction-pending",
            "rocksdb.num-running-compactions");

    private final Map<String, String> settings;
    private final SimulatedDisk disk;
    private final Watch watch;
    private final Asks asks;
    private final Tally tally;
    private final SplittableRandom random;
    private SimulatedThread thread;
    private Engine engine;
    private RocksStore store;
    private SimpleMeterRegistry meters;
    private long heapBytes;
    private long nanos;

    /** How many records the checkpoint under way holds, -1 if there is none. */
    private int begun;

    /** How many records the last checkpoint holds that the disk took. */
    private int committed;

    Running(
            Map<String, String> settings,
            SimulatedDisk disk,
            Watch watch,
            Asks asks,
            Tally tally,
            SplittableRandom random) {
        this.settings = settings;
        this.disk = disk;
        this.watch = watch;
        this.asks = asks;
        this.tally = tally;
        this.random = random;
    }

    Engine engine() {
        return engine;
    }

    RocksStore store() {
        return store;
    }

    SimulatedThread thread() {
        return thread;
    }

    /** Whether a checkpoint is under way. */
    boolean hasBegun() {
        return begun >= 0;
    }

    /** How many records the last checkpoint holds that the disk took. */
    int committed() {
        return committed;
    }

    /** The disk holds so many: others were lost, or lie in files that are not gone on with. */
    void committed(int records) {
        committed = records;
    }

    /** Whether it must be opened anew. */
    boolean isFailed() {
        try {
            engine.pairsAtOnce();
            return false;
        } catch (IllegalStateException e) {
            return true;
        }
    }

    /** Gives an engine up, as it is: nothing that it does any more reaches the files that are gone on with. */
    void drop() {
        disk.faults().heal();
        disk.faults().refuseWrites(Integer.MAX_VALUE);
        asks.of(null);
        try {
            engine.close();
        } catch (StoreException e) {
            // With a checkpoint under way.
        }
        disk.faults().heal();
    }

    /** Opens what is there, as often as a disk refuses it. */
    void open() {
        asks.of(null);
        while (true) {
            long failed = disk.faults().refusedReads() + disk.faults().failures();
            watch.is(Doing.OPENING);
            try {
                thread = new SimulatedThread(random.split(), this::given);
                watch.writes(thread);
                begun = -1;
                RocksStore opened = disk.open(this::written);
                long heapBytesDrawn = HEAP_BYTES[random.nextInt(HEAP_BYTES.length)];
                SimpleMeterRegistry metersOfIt = new SimpleMeterRegistry();
                Engine over = EngineOverStore.open(
                        opened, disk.directory(), settings, heapBytesDrawn, thread, this::nanoTime, metersOfIt);
                heapBytes = heapBytesDrawn;
                meters = metersOfIt;
                store = opened;
                engine = over;
                asks.of(over);
                return;
            } catch (StoreException e) {
                if (disk.faults().refusedReads() + disk.faults().failures() == failed) {
                    throw e;
                }
                tally.add(Fault.OPENING_FAILED);
            } finally {
                watch.is(Doing.NOTHING);
            }
        }
    }

    private long nanoTime() {
        watch.clock();
        nanos += random.nextInt(5_000_000);
        return nanos;
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
    void assertWithinBudget() {
        assertThat(gauge("heap") - gauge("fixed")).as("bytes on the heap").isLessThanOrEqualTo(1.1 * heapBytes);
    }

    private double gauge(String name) {
        return meters.get("synfire.memory." + name + ".bytes").gauge().value();
    }

    /** Waits until RocksDB's own threads rest: what they do is not decided by the seed. */
    void settle() {
        while (!disk.faults().isShut() && BACKGROUND.stream().anyMatch(property -> store.figure(property) > 0)) {
            Thread.onSpinWait();
        }
    }
}
