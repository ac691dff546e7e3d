package io.synfire.engine.simulation;

import io.synfire.engine.store.FaultyDisk.Harm;
import io.synfire.engine.store.FaultyDisk.Point;
import io.synfire.engine.store.FaultyDisk.Watcher;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Knows what an engine is at whenever it reaches for its disk or its clock, tells so, and counts what happens to it there. */
final class Watch implements Watcher {

    /** What the disk does not tell. */
    enum Doing {
        NOTHING,
        OPENING,
        LEARNING,
        ASKING
    }

    private final HitTable hits;
    private final Consumer<Phase> onReached;
    private final Thread own = Thread.currentThread();
    private @Nullable SimulatedThread checkpoints;
    private Doing doing = Doing.NOTHING;
    private volatile boolean isFlushing;
    private volatile @Nullable Throwable failure;

    /** Tells each phase that the engine goes through, as often as it reaches for something in it. */
    Watch(HitTable hits, Consumer<Phase> onReached) {
        this.hits = hits;
        this.onReached = onReached;
    }

    /** From now on checkpoints are written by this thread. */
    void writes(SimulatedThread thread) {
        checkpoints = thread;
    }

    /** From now on the engine is at this; returns what it was at. */
    Doing is(Doing next) {
        Doing before = doing;
        doing = next;
        return before;
    }

    boolean isAsked() {
        return doing == Doing.ASKING;
    }

    @Override
    public void reached(Point point) {
        if (Thread.currentThread() == own) {
            Phase phase = phase(point);
            isFlushing = point == Point.CHANGE && phase == Phase.BETWEEN_LOGS;
            onReached.accept(phase);
        }
    }

    @Override
    public void failed(Point point, Harm harm) {
        if (Thread.currentThread() == own) {
            hits.add(hit(point, harm), phase(point));
        }
    }

    /** The engine looks at its clock: before and after a batch. */
    void clock() {
        if (doing == Doing.LEARNING && !isWriting()) {
            onReached.accept(Phase.LEARNING);
        }
    }

    /** On a thread of RocksDB's: a flush has begun, for which somebody waits if it was told. */
    void flushing() {
        if (isFlushing) {
            isFlushing = false;
            try {
                onReached.accept(Phase.BETWEEN_LOGS);
            } catch (RuntimeException | Error e) {
                failure = e;
            }
        }
    }

    /** What was told to flush has; fails if what was found meanwhile was not right. */
    void flushed() {
        isFlushing = false;
        Throwable found = failure;
        failure = null;
        if (found != null) {
            throw new AssertionError("between two logs: " + found, found);
        }
    }

    private boolean isWriting() {
        return checkpoints != null && checkpoints.isRunning();
    }

    private Phase phase(Point point) {
        return switch (point) {
            case READ -> {
                if (doing == Doing.OPENING) {
                    yield Phase.OPENING;
                }
                if (doing == Doing.ASKING) {
                    yield Phase.FOLDING;
                }
                yield isWriting() ? Phase.GATHERING : Phase.LEARNING;
            }
            case READ_ROW -> isWriting() || doing == Doing.ASKING ? Phase.FOLDING : Phase.LEARNING;
            case GATHER -> Phase.GATHERING;
            case CHANGE -> doing == Doing.OPENING ? Phase.OPENING : Phase.BETWEEN_LOGS;
            case WRITE, WRITTEN -> Phase.WRITING;
            case OPEN -> Phase.OPENING;
            case OPEN_ANEW, OPENED_ANEW -> Phase.SWAPPING;
        };
    }

    private static Hit hit(Point point, Harm harm) {
        return switch (point) {
            case READ, READ_ROW, OPENED_ANEW -> Hit.READ_FAILED;
            case WRITTEN -> Hit.BROKEN_BEHIND_THE_LOG;
            default -> harm == Harm.FULL ? Hit.FULL : Hit.BROKEN;
        };
    }
}
