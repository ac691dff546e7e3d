package io.synfire.ingest.replay;

import io.synfire.engine.Engine;
import java.time.Duration;

/** Starts a checkpoint whenever the last is an interval ago, for whoever learns a log. The engine's writer alone uses it. */
public final class CheckpointTimer {

    private final Engine engine;
    private final long intervalNanos;
    private long lastNanos = System.nanoTime();

    /**
     * A timer, which begins now.
     *
     * @param engine what learns
     * @param interval at most about this long between two checkpoints while {@link #look} is called
     */
    public CheckpointTimer(Engine engine, Duration interval) {
        this.engine = engine;
        this.intervalNanos = interval.toNanos();
    }

    /**
     * Starts a checkpoint if it is time to, and does not wait for it.
     *
     * @return whether it was
     */
    public boolean look() {
        if (System.nanoTime() - lastNanos < intervalNanos) {
            return false;
        }
        engine.startCheckpoint();
        lastNanos = System.nanoTime();
        return true;
    }
}
