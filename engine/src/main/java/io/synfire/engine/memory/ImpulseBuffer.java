package io.synfire.engine.memory;

import io.synfire.engine.learn.ImpulseSink;
import it.unimi.dsi.fastutil.ints.IntSet;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Impulses on their way into the tables, held back so that those of one cue are applied together: a table is fetched, locked
 * and warmed up once per cue instead of once per pair.
 *
 * <p>Impulses are kept as runs: one cue, one firing, any number of targets. Runs of one cue are chained in log order, and never divided:
 * what happens between two runs of a cue does not depend on when the buffer was full. The more it holds, the more there are of each cue;
 * at its capacity it hands them to its drain before the next run begins. One thread at a time.
 */
final class ImpulseBuffer implements ImpulseSink {

    private static final int NONE = -1;

    private final Consumer<ImpulseBuffer> drain;
    private final int horizons;

    private final int capacity;

    private int[] targets = new int[1024];
    private double[] deltas = new double[1024];
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

    /** Holds about so many impulses. */
    ImpulseBuffer(int horizons, int capacity, Consumer<ImpulseBuffer> drain) {
        this.horizons = horizons;
        this.capacity = capacity;
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
        if (!runIsOpen || runCue[runs - 1] != cue) {
            if (size >= capacity) {
                drainWithinFiring();
            }
            openRun(cue);
        }
        if (size == targets.length) {
            targets = Arrays.copyOf(targets, size * 2);
            deltas = Arrays.copyOf(deltas, size * 2);
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

    /** What it takes on the heap. */
    long bytes() {
        return 12L * targets.length + 16L * runCue.length + 8L * firingGrowth.length + 8L * cueFirst.length;
    }

    /** Looks at where the impulses of a cue are; returns something, so that the look is not optimized away. */
    int touch(int cue) {
        return runStart[cueFirst[cue]];
    }

    /** Looks at where the impulses of a cue will be added; returns something, so that the look is not optimized away. */
    int touch(int cue, AdjacencyTable table) {
        int seen = 0;
        for (int run = cueFirst[cue]; run >= 0; run = runNext[run]) {
            seen += table.touch(targets, runStart[run], end(run));
        }
        return seen;
    }

    /** Adds the impulses of a cue to its table, all but those towards some concepts, and calls back after each run. */
    void addTo(int cue, AdjacencyTable table, IntSet except, Consumer<AdjacencyTable> afterRun) {
        for (int run = cueFirst[cue]; run >= 0; run = runNext[run]) {
            int growthAt = runFiring[run] * horizons;
            int from = runStart[run];
            int end = end(run);
            for (int at = from; !except.isEmpty() && at < end; at++) {
                if (except.contains(targets[at])) {
                    table.add(targets, deltas, from, at, firingGrowth, growthAt);
                    from = at + 1;
                }
            }
            table.add(targets, deltas, from, end, firingGrowth, growthAt);
            afterRun.accept(table);
        }
    }

    private int end(int run) {
        return run + 1 < runs ? runStart[run + 1] : size;
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
