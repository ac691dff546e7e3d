package io.synfire.engine.memory;

import io.synfire.engine.learn.Checksum;
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

    private long[] firingTime = new long[256];
    private double[] firingGrowth;
    private byte[] firingSign = new byte[256];
    private int firings;
    private boolean runIsOpen;
    private long learned;

    private int[] cueFirst = new int[1024];
    private int[] cueLast = new int[1024];
    private int[] cues = new int[1024];
    private int cueCount;

    ImpulseBuffer(int horizons, Consumer<ImpulseBuffer> drain) {
        this.horizons = horizons;
        this.drain = drain;
        this.firingGrowth = new double[firingTime.length * horizons];
        Arrays.fill(cueFirst, NONE);
    }

    /**
     * Begins a firing: the impulses that follow are of this time and sign, a unit of them is worth {@code growth[h]}, which holds
     * the sign already.
     */
    void begin(long atMs, int sign, double[] growth, int concepts) {
        growTo(concepts);
        if (firings == firingTime.length) {
            firingTime = Arrays.copyOf(firingTime, firings * 2);
            firingGrowth = Arrays.copyOf(firingGrowth, firings * 2 * horizons);
            firingSign = Arrays.copyOf(firingSign, firings * 2);
        }
        firingTime[firings] = Checksum.time(atMs);
        firingSign[firings] = (byte) sign;
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
        learned += firingSign[firings - 1];
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

    /** How many impulses were learned, less those taken back, of those held. */
    long learned() {
        return learned;
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

    /** Hash of the time of a run's firing. */
    long time(int run) {
        return firingTime[runFiring[run]];
    }

    /** 1 for a run of what is learned, -1 for one of what is taken back. */
    int sign(int run) {
        return firingSign[runFiring[run]];
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
        long time = firingTime[firings - 1];
        byte sign = firingSign[firings - 1];
        double[] growth = Arrays.copyOfRange(firingGrowth, (firings - 1) * horizons, firings * horizons);
        drain();
        firingTime[0] = time;
        firingSign[0] = sign;
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
        learned = 0;
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
