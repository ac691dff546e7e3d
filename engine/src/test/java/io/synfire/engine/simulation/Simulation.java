package io.synfire.engine.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.synfire.engine.Engine;
import io.synfire.engine.EngineOptions;
import io.synfire.engine.EngineOverStore;
import io.synfire.engine.RandomLog.Line;
import io.synfire.engine.RandomSettings;
import io.synfire.engine.event.Position;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.simulation.SimulatedSource.Poll;
import io.synfire.engine.simulation.Watch.Doing;
import io.synfire.engine.store.FaultyDisk.Harm;
import io.synfire.engine.store.FaultyDisk.Point;
import io.synfire.engine.store.RocksStore;
import io.synfire.engine.store.StoreException;
import io.synfire.engine.store.StoreFullException;
import io.synfire.engine.view.Digest;
import io.synfire.engine.view.Moment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * One run: a log is learned to its end through everything that may happen on the way, all of which follows from a seed. After every
 * crash, and now and then, what is known is compared with the oracle.
 */
@SuppressWarnings("NullAway.Init")
final class Simulation implements AutoCloseable {

    private static final int STEPS_MAX = 5_000;

    /** Below this no throw of a die makes an engine lose what it has. */
    private static final int LOSSES = 91;

    private static final List<Phase> PHASES = List.of(Phase.values());

    /** What the memory may use, drawn at each opening. */
    private static final long[] HEAP_BYTES = {Long.MAX_VALUE, 400_000, 250_000, 150_000};

    private static final List<String> BACKGROUND = List.of(
            "rocksdb.mem-table-flush-pending",
            "rocksdb.num-running-flushes",
            "rocksdb.compaction-pending",
            "rocksdb.num-running-compactions");

    private final SplittableRandom random;
    private final Map<String, String> settings;
    private final SimulatedSource source;
    private final SimulatedDisk disk;
    private final Oracle oracle;
    private final Tally tally;
    private final HitTable hits;
    private final Watch watch;
    private final Asks asks;
    private final boolean isDecided;
    private final boolean isLong;
    private final List<String> trace = new ArrayList<>();
    private SimulatedThread thread;
    private Engine engine;
    private RocksStore store;
    private long nanos;

    /** How many records the checkpoint under way holds, -1 if there is none. */
    private int begun;

    /** How many records the last checkpoint holds that the disk took. */
    private int committed;

    /** Where a crash is to come in the middle, and after how many chances of that. */
    private @Nullable Phase awaited;

    private int passes;
    private @Nullable Image image;

    /**
     * The files as they lay at some time.
     *
     * @param files a copy of them
     * @param committed how many records were committed
     * @param phase what the engine was at, null for nothing
     */
    private record Image(Path files, int committed, @Nullable Phase phase) {}

    Simulation(long seed, List<Line> log, Path root, Tally tally) {
        this.random = new SplittableRandom(seed);
        this.tally = tally;
        this.hits = tally.hits();
        this.settings = RandomSettings.of(random);
        settings.put("max-concepts", random.nextInt(3) == 0 ? "4" : "200");
        LearningSettings parsed = LearningSettings.parse(settings);
        this.source = new SimulatedSource(log, parsed.maxConcepts(), random.split());
        this.isLong = log.size() >= Streams.LONG;
        // In some runs RocksDB flushes when it likes to, and somebody asks beside batches; in the others nothing happens unless told to.
        this.isDecided = random.nextInt(6) > 0;
        this.watch = new Watch(hits, this::reached);
        this.disk = new SimulatedDisk(root, !isDecided, random.split(), watch::flushing);
        this.oracle = new Oracle(parsed);
        this.asks = new Asks(oracle, disk.faults(), watch, hits, random.split());
        disk.faults().watch(watch);
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

    /** Somebody may ask here; and what the files are here is kept if a crash is to come here. */
    private void reached(Phase phase) {
        if (phase == awaited && passes-- <= 0) {
            awaited = null;
            image = new Image(disk.copy(), committed, phase);
        }
        asks.in(phase);
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
            unchanged("a checkpoint began", engine::startCheckpoint);
        } else if (dice < 74) {
            checkpointStep();
        } else if (dice < 77) {
            unchanged("a checkpoint", engine::checkpoint);
        } else if (dice < 80) {
            ask();
        } else if (dice < 81) {
            unchanged("what was written left memory", () -> engine.apply(List.of()));
        } else if (dice < 82) {
            unchanged("a flush", store.upkeep()::flush);
        } else if (dice < 83) {
            beside();
        } else if (dice < 84) {
            backUp();
        } else if (dice < 86) {
            rebalance();
        } else if (dice < 87) {
            source.goAway(1 + random.nextInt(5));
            tally.add(Fault.SOURCE_AWAY);
        } else if (dice < 88) {
            addPartition();
        } else if (dice < 90) {
            if (random.nextBoolean()) {
                failWrite();
            } else {
                failElsewhere();
            }
        } else if (dice < 91) {
            disk.faults().refuseWrites(2 + random.nextInt(12));
            tally.add(Fault.DISK_FULL);
        } else if (dice < LOSSES + 2) {
            disk.faults().refuseReadAfter(random.nextInt(30));
        } else if (dice < LOSSES + 4) {
            reopen();
        } else if (random.nextInt(3) == 0) {
            crash();
        } else {
            crashIn(PHASES.get(random.nextInt(PHASES.size())));
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
            learn(poll);
        } catch (StoreException e) {
            if (isFailed()) {
                tally.add(Fault.LEARNING_FAILED);
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

    private void learn(Poll poll) {
        if (!isDecided && random.nextInt(3) == 0) {
            learnBesideReader(poll);
            return;
        }
        asks.learning(engine, poll);
        watch.is(Doing.LEARNING);
        boolean isToBeTold = true;
        try {
            engine.apply(poll.batches());
        } finally {
            watch.is(Doing.NOTHING);
            isToBeTold = asks.learned();
        }
        if (isToBeTold) {
            oracle.apply(poll.records());
        }
    }

    private void learnBesideReader(Poll poll) {
        Moment before = engine.view().moment();
        asks.of(null);
        ReaderBeside reader = new ReaderBeside(engine, random.split());
        try {
            engine.apply(poll.batches());
        } finally {
            asks.of(engine);
            reader.done();
        }
        int compared = reader.assertAgreesBefore(moment -> moment.number() == before.number(), oracle.memory());
        oracle.apply(poll.records());
        compared += reader.assertAgreesAfter(moment -> oracle.isBehindAll(moment.positions()), oracle.memory());
        tally.add(Fault.READER_BESIDE_BATCH, compared);
    }

    private void checkpointStep() {
        long refused = disk.faults().refusedReads();
        if (random.nextInt(8) == 0) {
            disk.faults().refuseReadAfter(random.nextInt(8));
        } else if (random.nextInt(8) == 0) {
            disk.faults().refuseGatherAfter(random.nextInt(30));
        }
        unchanged("a checkpoint was written", thread::step);
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

    /** Something else fails than the writing of a checkpoint. */
    private void failElsewhere() {
        Harm harm = random.nextBoolean() ? Harm.FULL : Harm.BROKEN;
        switch (random.nextInt(4)) {
            case 0 -> {
                disk.faults().fail(Point.CHANGE, harm, 1);
                guarded(store.upkeep()::flush);
            }
            case 1 -> {
                disk.faults().fail(Point.OPEN, harm, 1);
                reopen();
            }
            case 2 -> {
                disk.faults().breakWrites(1);
                disk.faults().fail(Point.OPEN_ANEW, harm, 1);
            }
            default -> {
                disk.faults().breakWrites(1);
                disk.faults().fail(Point.OPENED_ANEW, harm, 1);
            }
        }
    }

    private void ask() {
        if (disk.faults().isShut()) {
            askWithoutStore();
            return;
        }
        long refused = disk.faults().refusedReads();
        Doing before = watch.is(Doing.ASKING);
        try {
            oracle.assertHolds(engine);
        } catch (StoreException e) {
            assertThat(disk.faults().refusedReads()).as("%s", e).isGreaterThan(refused);
            tally.add(Fault.QUESTION_FAILED);
            oracle.assertHolds(engine);
        } finally {
            watch.is(before);
        }
    }

    /** Does something that changes no answer, to the last bit. */
    private void unchanged(String what, Runnable action) {
        Optional<Answers> before = random.nextInt(3) == 0 ? asks.all(engine) : Optional.empty();
        guarded(action);
        assertSame(before, what);
    }

    private void assertSame(Optional<Answers> before, String after) {
        if (before.isPresent()) {
            asks.all(engine).ifPresent(now -> before.get().assertSame(now, after));
        }
    }

    /** What is in memory is answered, and so right; the rest is not. */
    private void askWithoutStore() {
        try {
            oracle.assertHolds(engine);
        } catch (StoreException e) {
            if (!(e instanceof StoreFullException)) {
                assertThat(e).hasMessageContaining("the store cannot be opened anew after a write had failed");
            }
            tally.add(Fault.QUESTION_WITHOUT_STORE);
        }
    }

    private void beside() {
        EngineOptions options = new EngineOptions(EngineOptions.MEMORY_BYTES_MIN);
        try (Engine reader = Engine.openReadOnly(disk.directory(), options, new SimpleMeterRegistry())) {
            oracle.assertHoldsBeside(reader);
            tally.add(Fault.READER_BESIDE);
            if (oracle.isBehindAll(reader.positions())) {
                asks.all(engine).ifPresent(own -> own.assertSame(Answers.of(reader.view()), "opened beside"));
            }
        }
    }

    /** A copy of the store answers the same. */
    private void backUp() {
        Path copy = disk.nextCopy();
        guarded(() -> {
            engine.linkTo(copy);
            EngineOptions options = new EngineOptions(EngineOptions.MEMORY_BYTES_MIN);
            try (Engine backup = Engine.openReadOnly(copy, options, new SimpleMeterRegistry())) {
                asks.all(engine).ifPresent(own -> own.assertSame(Answers.of(backup.view()), "a backup"));
                tally.add(Fault.BACKED_UP);
            }
        });
        disk.delete(copy);
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
            watch.flushed();
        } catch (StoreException e) {
            watch.flushed();
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
        Optional<Answers> before = asks.all(engine);
        int size = oracle.size();
        try {
            engine.close();
            tally.add(Fault.CLOSED);
        } catch (StoreException e) {
            tally.add(Fault.CLOSED_ON_FULL_DISK);
        }
        watch.flushed();
        opened(false);
        if (oracle.size() == size) {
            assertSame(before, "it was closed and opened");
        }
    }

    /** After a failure that leaves the memory half-way: it must not checkpoint what it has. */
    private void openAnew() {
        engine.close();
        opened(false);
    }

    /** Lets an engine go through a phase, and kills it there, unless it does not come to that. */
    private void crashIn(Phase phase) {
        awaited = phase;
        passes = random.nextInt(phase == Phase.GATHERING ? 20 : 2);
        switch (phase) {
            case LEARNING -> poll();
            case GATHERING, WRITING -> guarded(engine::checkpoint);
            case BETWEEN_LOGS -> guarded(store.upkeep()::flush);
            case FOLDING -> {
                guarded(engine::checkpoint);
                ask();
            }
            case OPENING -> reopen();
            case SWAPPING -> {
                failWrite();
                guarded(engine::checkpoint);
                poll();
            }
        }
        awaited = null;
        Image taken = image;
        image = null;
        if (taken != null) {
            crash(taken);
        }
    }

    /** Kills it where nothing is done. */
    private void crash() {
        if (thread.hasWork()) {
            tally.add(Fault.KILLED_BEFORE_COMMIT);
        } else if (begun >= 0) {
            tally.add(Fault.KILLED_HALF_GATHERED);
        } else if (thread.isUncollected()) {
            tally.add(Fault.KILLED_AFTER_COMMIT);
        }
        crash(new Image(disk.copy(), committed, null));
    }

    private void crash(Image left) {
        tally.add(Fault.KILLED);
        hit(Hit.KILLED, left);
        boolean isAllCommitted = left.committed() == oracle.size();
        Optional<Answers> before = isAllCommitted ? asks.all(engine) : Optional.empty();
        drop();
        disk.moveTo(left.files());
        committed = left.committed();
        tally.add(Fault.FLUSHED, disk.tables());
        boolean mayLose = true;
        switch (left.phase() == Phase.OPENING ? 3 : random.nextInt(5)) {
            case 0 -> {
                disk.losePower();
                tally.add(Fault.POWER_LOST);
                hit(Hit.POWER_LOST, left);
            }
            case 1 -> {
                disk.tear();
                tally.add(Fault.TORN_TAIL);
                hit(Hit.TORN_TAIL, left);
            }
            case 2 -> {
                if (disk.flip()) {
                    tally.add(Fault.BYTE_FLIPPED);
                    hit(Hit.BYTE_FLIPPED, left);
                }
            }
            default -> mayLose = false;
        }
        int size = oracle.size();
        opened(mayLose);
        if (isAllCommitted && oracle.size() == size) {
            assertSame(before, "it was killed");
        }
    }

    private void hit(Hit hit, Image left) {
        if (left.phase() != null) {
            hits.add(hit, left.phase());
        }
    }

    /** Gives an engine up, as it is: nothing that it does any more reaches the files that are gone on with. */
    private void drop() {
        disk.faults().heal();
        disk.faults().refuseWrites(Integer.MAX_VALUE);
        asks.of(null);
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
        asks.now(engine, Phase.OPENING);
        ask();
        disk.faults().refuseNoRead();
        oracle.assertDigestHolds(engine);
    }

    private Engine openEngine() {
        asks.of(null);
        while (true) {
            long failed = disk.faults().refusedReads() + disk.faults().failures();
            watch.is(Doing.OPENING);
            try {
                thread = new SimulatedThread(random.split(), this::given);
                watch.writes(thread);
                begun = -1;
                RocksStore opened = disk.open(this::written);
                Engine over = EngineOverStore.open(
                        opened,
                        disk.directory(),
                        settings,
                        HEAP_BYTES[random.nextInt(HEAP_BYTES.length)],
                        thread,
                        this::nanoTime);
                store = opened;
                asks.of(over);
                return over;
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

    /** Waits until RocksDB's own threads rest: what they do is not decided by the seed. */
    private void settle() {
        while (!disk.faults().isShut() && BACKGROUND.stream().anyMatch(property -> store.figure(property) > 0)) {
            Thread.onSpinWait();
        }
    }
}
