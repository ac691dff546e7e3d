package io.synfire.engine.memory;

import io.synfire.engine.learn.ImpulseSink;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Impulses on their way into the tables, held back so that those of one cue are applied together: a table is fetched, locked
 * and warmed up once per cue instead of once per pair.
 *
 * <p>Impulses are kept as runs: one cue, one firing, any number of targets. Runs of one cue are chained in log order. Holds at most
 * {@value #CAPACITY} impulses, then hands them to its drain. One thread at a time.
 */
final class ImpulseBuffer implements ImpulseSink {

    static final int CAPACITY = 1 << 17;

    private static final int NONE = -1;

    private final Consumer<ImpulseBuffer> drain;
    private final int horizons;

    private final int[] targets = new int[CAPACITY];
    private final double[] deltas = new double[CAPACITY];
    private int size;

    private int[] runCue = new int[1024];
    private int[] runStart = new int[1024];
    private int[] runFiring = new int[1024];
    private int[] runNext = new int[1024];
    private int runs;

    private double[] firingGrowth;
    private int firings;
    private boolean runIsOpen;

    private int[] cueFirst = new int[1024];
    private int[] cueLast = new int[1024];
    private int[] cues = new int[1024];
    private int cueCount;

    ImpulseBuffer(int horizons, Consumer<ImpulseBuffer> drain) {
        this.horizons = horizons;
        this.drain = drain;
        this.firingGrowth = new double[256 * horizons];
        Arrays.fill(cueFirst, NONE);
    }

    /**
     * Begins a firing: a unit of the impulses that follow is worth {@code growth[h]}, which is negative if they are taken back.
     */
    void begin(double[] growth, int concepts) {
        growTo(concepts);
        if ((firings + 1) * horizons > firingGrowth.length) {
            firingGrowth = Arrays.copyOf(firingGrowth, firingGrowth.length * 2);
        }
        System.arraycopy(growth, 0, firingGrowth, firings * horizons, horizons);
        firings++;
        runIsOpen = false;
    }

    @Override
    public void impulse(int cue, int target, double delta) {
        if (size == CAPACITY) {
            drainWithinFiring();
        }
        if (!runIsOpen || runCue[runs - 1] != cue) {
            openRun(cue);
        }
        targets[size] = target;
        deltas[size++] = delta;
    }

    /** Hands over what is held, if anything. */
    void drain() {
        if (size > 0) {
            drain.accept(this);
        }
        clear();
    }

    int size() {
        return size;
    }

    int cueCount() {
        return cueCount;
    }

    int cue(int index) {
        return cues[index];
    }

    /** The first run of a cue. */
    int firstRun(int cue) {
        return cueFirst[cue];
    }

    /** The cue's next run in log order, or -1. */
    int nextRun(int run) {
        return runNext[run];
    }

    /** The first impulse of a run. */
    int start(int run) {
        return runStart[run];
    }

    /** The impulse after the last of a run. */
    int end(int run) {
        return run + 1 < runs ? runStart[run + 1] : size;
    }

    int target(int impulse) {
        return targets[impulse];
    }

    double delta(int impulse) {
        return deltas[impulse];
    }

    /** What a unit of a run's firing is worth at a horizon, with its sign. */
    double growth(int run, int horizon) {
        return firingGrowth[runFiring[run] * horizons + horizon];
    }

    private void openRun(int cue) {
        if (runs == runCue.length) {
            runCue = Arrays.copyOf(runCue, runs * 2);
            runStart = Arrays.copyOf(runStart, runs * 2);
            runFiring = Arrays.copyOf(runFiring, runs * 2);
            runNext = Arrays.copyOf(runNext, runs * 2);
        }
        runCue[runs] = cue;
        runStart[runs] = size;
        runFiring[runs] = firings - 1;
        runNext[runs] = NONE;
        if (cueFirst[cue] == NONE) {
            cueFirst[cue] = runs;
            if (cueCount == cues.length) {
                cues = Arrays.copyOf(cues, cueCount * 2);
            }
            cues[cueCount++] = cue;
        } else {
            runNext[cueLast[cue]] = runs;
        }
        cueLast[cue] = runs;
        runs++;
        runIsOpen = true;
    }

    private void drainWithinFiring() {
        double[] growth = Arrays.copyOfRange(firingGrowth, (firings - 1) * horizons, firings * horizons);
        drain();
        System.arraycopy(growth, 0, firingGrowth, 0, horizons);
        firings = 1;
    }

    private void clear() {
        for (int i = 0; i < cueCount; i++) {
            cueFirst[cues[i]] = NONE;
        }
        size = 0;
        runs = 0;
        firings = 0;
        cueCount = 0;
        runIsOpen = false;
    }

    private void growTo(int concepts) {
        int before = cueFirst.length;
        if (concepts > before) {
            int capacity = Math.max(concepts, before * 2);
            cueFirst = Arrays.copyOf(cueFirst, capacity);
            Arrays.fill(cueFirst, before, capacity, NONE);
            cueLast = Arrays.copyOf(cueLast, capacity);
        }
    }
}
