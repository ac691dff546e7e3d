package io.synfire.engine.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.synfire.engine.RandomLog.Line;
import io.synfire.engine.RandomSettings;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.simulation.SimulatedSource.Poll;
import io.synfire.engine.store.FaultyDisk.Harm;
import io.synfire.engine.store.FaultyDisk.Point;
import io.synfire.engine.store.StoreException;
import io.synfire.engine.view.Digest;
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

    private final SplittableRandom random;
    private final SimulatedSource source;
    private final SimulatedDisk disk;
    private final Oracle oracle;
    private final Tally tally;
    private final Watch watch;
    private final Asks asks;
    private final Learner learner;
    private final Running running;
    private final Questions questions;
    private final boolean isDecided;
    private final boolean isLong;
    private final List<String> trace = new ArrayList<>();
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
        Map<String, String> settings = RandomSettings.of(random);
        settings.put("max-concepts", random.nextInt(3) == 0 ? "4" : "200");
        LearningSettings parsed = LearningSettings.parse(settings);
        this.source = new SimulatedSource(log, parsed.maxConcepts(), random.split());
        this.isLong = log.size() >= Streams.LONG;
        // In some runs RocksDB flushes when it likes to, and somebody asks beside batches; in the others nothing
        // happens unless told to.
        this.isDecided = random.nextInt(6) > 0;
        this.watch = new Watch(tally.hits(), this::reached);
        this.disk = new SimulatedDisk(root, !isDecided, random.split(), watch::flushing);
        this.oracle = new Oracle(parsed);
        this.asks = new Asks(oracle, disk.faults(), watch, tally.hits(), random.split());
        disk.faults().watch(watch);
        this.learner = new Learner(oracle, watch, asks, tally, random, isDecided);
        this.running = new Running(settings, disk, watch, asks, tally, random);
        this.questions = new Questions(running, disk, oracle, watch, asks, tally, random);
        running.open();
        disk.created();
    }

    /** To the end of the log. */
    void run() {
        if (source.hasUnknown()) {
            source.addPartition();
        }
        for (int step = 0;
                !source.isExhausted() || !oracle.isBehindAll(running.engine().positions());
                step++) {
            if (step >= STEPS_MAX) {
                throw new AssertionError("the end is not reached: steps=" + step);
            }
            step();
            running.settle();
            running.assertWithinBudget();
            trace.add(disk.logBytes() + " " + oracle.size());
        }
        disk.faults().heal();
        running.engine().checkpoint();
        oracle.assertHolds(running.engine());
        oracle.assertDigestHolds(running.engine());
        Digest before = running.engine().digest();
        running.engine().close();
        opened(false);
        assertThat(running.engine().digest()).as("digest, closed and opened").isEqualTo(before);
        tally.add(Fault.DUPLICATE, oracle.duplicates());
        tally.add(Fault.POISON, oracle.deadLetters());
        tally.add(disk.faults());
        trace.add("learned " + before.learnedHex() + " state " + before.stateHex());
    }

    /** Somebody may ask here; and what the files are here is kept if a crash is to come here. */
    private void reached(Phase phase) {
        if (phase == awaited && passes-- <= 0) {
            awaited = null;
            image = new Image(disk.copy(), running.committed(), phase);
            if (phase == Phase.WRITING) {
                tally.add(running.hasBegun() ? Fault.KILLED_BEFORE_COMMIT : Fault.KILLED_AFTER_COMMIT);
            }
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
        running.drop();
        disk.close();
    }

    private void step() {
        int dice = random.nextInt(isLong && random.nextInt(4) > 0 ? LOSSES : 100);
        trace.add("dice " + dice);
        if (dice < 45) {
            poll();
        } else if (dice < 60) {
            questions.unchanged("a checkpoint began", running.engine()::startCheckpoint);
        } else if (dice < 74) {
            checkpointStep();
        } else if (dice < 77) {
            questions.unchanged("a checkpoint", running.engine()::checkpoint);
        } else if (dice < 80) {
            questions.ask();
        } else if (dice < 81) {
            questions.unchanged(
                    "what was written left memory", () -> running.engine().apply(List.of()));
        } else if (dice < 82) {
            questions.unchanged("a flush", running.store().upkeep()::flush);
        } else if (dice < 83) {
            questions.beside();
        } else if (dice < 84) {
            questions.backUp();
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
        int before = oracle.size();
        try {
            learner.learn(running.engine(), poll);
        } catch (StoreException e) {
            if (running.isFailed()) {
                tally.add(Fault.LEARNING_FAILED);
                if (oracle.size() == before) {
                    // A checkpoint may hold the first of its batches.
                    oracle.apply(poll.records());
                }
                openAnew();
                return;
            }
            // All of it was applied, and a checkpoint could not be written, or nothing was.
            if (!oracle.isBehindAll(running.engine().positions())) {
                oracle.apply(poll.records());
            }
            source.seek(running.engine().positions());
        }
        assertThat(oracle.isBehindAll(running.engine().positions()))
                .as("all of a poll or nothing, at %s", running.engine().positions())
                .isTrue();
    }

    private void checkpointStep() {
        long refused = disk.faults().refusedReads();
        if (random.nextInt(8) == 0) {
            disk.faults().refuseReadAfter(random.nextInt(8));
        } else if (random.nextInt(8) == 0) {
            disk.faults().refuseGatherAfter(random.nextInt(30));
        }
        questions.unchanged("a checkpoint was written", running.thread()::step);
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
                questions.guarded(running.store().upkeep()::flush);
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

    private void rebalance() {
        questions.guarded(running.engine()::checkpoint);
        source.seek(running.engine().positions());
        tally.add(Fault.REBALANCED);
    }

    private void addPartition() {
        if (source.hasUnknown()) {
            source.addPartition();
            tally.add(Fault.PARTITION_ADDED);
        }
    }

    private void reopen() {
        Optional<Answers> before = asks.all(running.engine());
        int size = oracle.size();
        try {
            running.engine().close();
            tally.add(Fault.CLOSED);
        } catch (StoreException e) {
            tally.add(Fault.CLOSED_ON_FULL_DISK);
        }
        watch.flushed();
        opened(false);
        if (oracle.size() == size) {
            questions.assertSame(before, "it was closed and opened");
        }
    }

    /** After a failure that leaves the memory half-way: it must not checkpoint what it has. */
    private void openAnew() {
        running.engine().close();
        opened(false);
    }

    /** Lets an engine go through a phase, and kills it there, unless it does not come to that. */
    private void crashIn(Phase phase) {
        awaited = phase;
        passes = random.nextInt(phase == Phase.GATHERING ? 20 : 2);
        switch (phase) {
            case LEARNING -> poll();
            case GATHERING, WRITING -> questions.guarded(running.engine()::checkpoint);
            case BETWEEN_LOGS -> questions.guarded(running.store().upkeep()::flush);
            case FOLDING -> {
                questions.guarded(running.engine()::checkpoint);
                questions.ask();
            }
            case OPENING -> {
                if (random.nextBoolean()) {
                    reopen();
                } else {
                    // What was committed lies in the log, and nothing else is left.
                    running.drop();
                    opened(false);
                }
            }
            case SWAPPING -> {
                failWrite();
                questions.guarded(running.engine()::checkpoint);
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
        if (running.thread().hasWork()) {
            tally.add(Fault.KILLED_BEFORE_COMMIT);
        } else if (running.hasBegun()) {
            tally.add(Fault.KILLED_HALF_GATHERED);
        } else if (running.thread().isUncollected()) {
            tally.add(Fault.KILLED_AFTER_COMMIT);
        }
        crash(new Image(disk.copy(), running.committed(), null));
    }

    private void crash(Image left) {
        hit(true, Fault.KILLED, Hit.KILLED, left);
        boolean isAllCommitted = left.committed() == oracle.size();
        Optional<Answers> before = isAllCommitted ? asks.all(running.engine()) : Optional.empty();
        running.drop();
        disk.moveTo(left.files());
        running.committed(left.committed());
        tally.add(Fault.FLUSHED, disk.tables());
        boolean mayLose = true;
        switch (random.nextInt(5)) {
            case 0 -> hit(disk.losePower(), Fault.POWER_LOST, Hit.POWER_LOST, left);
            case 1 -> hit(disk.tear(), Fault.TORN_TAIL, Hit.TORN_TAIL, left);
            case 2 -> hit(disk.flip(), Fault.BYTE_FLIPPED, Hit.BYTE_FLIPPED, left);
            default -> mayLose = false;
        }
        int size = oracle.size();
        opened(mayLose);
        if (isAllCommitted && oracle.size() == size) {
            questions.assertSame(before, "it was killed");
        }
    }

    private void hit(boolean isHit, Fault fault, Hit hit, Image left) {
        if (isHit) {
            tally.add(fault);
            if (left.phase() != null) {
                tally.hits().add(hit, left.phase());
            }
        }
    }

    /** Opens what is there, which must be what was committed last, or before that where a disk may have lost more. */
    private void opened(boolean mayLose) {
        if (random.nextInt(10) == 0) {
            disk.faults().refuseReadAfter(random.nextInt(3));
        }
        running.open();
        int lost = oracle.crashed(running.engine().positions());
        tally.add(Fault.READ_AGAIN, lost);
        if (mayLose && oracle.size() < running.committed()) {
            tally.add(Fault.CHECKPOINTS_LOST);
        } else {
            assertThat(oracle.size()).as("records in the last checkpoint").isEqualTo(running.committed());
        }
        running.committed(oracle.size());
        source.seek(running.engine().positions());
        trace.add("opened " + oracle.size());
        asks.now(running.engine(), Phase.OPENING);
        questions.ask();
        disk.faults().refuseNoRead();
        oracle.assertDigestHolds(running.engine());
    }
}
