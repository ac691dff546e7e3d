package io.synfire.engine.memory;

import io.synfire.engine.learn.ImpulseSink;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Impulses on their way into the tables, held back so that those of one cue are applied together: a table is fetched, locked
 * and warmed up once per cue instead of once per pair. What is held becomes visible as one moment: it is complete before that, and does not
 * change until all of it is in the tables.
 *
 * <p>Impulses are kept as runs: one cue, one firing, any number of targets. Runs of one cue are chained in log order, and never divided:
 * what happens between two runs of a cue does not depend on how much was held. The more it holds, the more there are of each cue.
 *
 * <p>The writer's alone, but for {@link #runsOf}, by which a reader takes what is held of a row that it reads.
 */
final class ImpulseBuffer implements ImpulseSink {

    private static final int NONE = -1;

    private final int horizons;
    private final int capacity;
    private final int usualMax;

    private int[] targets = new int[1024];
    private double[] deltas = new double[1024];
    private int size;

    private int[] runCue = new int[1024];
    private int[] runStart = new int[1024];
    private int[] runFiring = new int[1024];
    private int[] runNext = new int[1024];
    private int runs;

    private double[] firingGrowth;
    private int[] firingScale = new int[256];
    private int firings;
    private boolean runIsOpen;

    /** Whether what is held may lead from or to a concept that was forgotten: else nobody needs to look. */
    private boolean mayNameForgotten;

    /** What the growths of firings refer to, in log order: nearly always one. */
    private final List<Scale> scales = new ArrayList<>();

    private int[] cueFirst = new int[1024];
    private int[] cueLast = new int[1024];
    private int[] cues = new int[1024];
    private int cueCount;

    /**
     * Is full from a number of impulses on.
     *
     * @param scale what the first firings refer to
     */
    ImpulseBuffer(int horizons, int capacity, Scale scale) {
        this.horizons = horizons;
        this.capacity = capacity;
        this.usualMax = 2 * capacity;
        this.firingGrowth = new double[256 * horizons];
        Arrays.fill(cueFirst, NONE);
        scales.add(scale);
    }

    /** What the growths of the firings to come refer to. */
    void moveTo(Scale scale) {
        if (firings == 0) {
            scales.clear();
        }
        scales.add(scale);
    }

    /**
     * Begins a firing: a unit of the impulses that follow is worth {@code growth[h]}, which is negative if they are taken back.
     */
    void begin(double[] growth, int concepts) {
        growTo(concepts);
        if ((firings + 1) * horizons > firingGrowth.length) {
            firingGrowth = Arrays.copyOf(firingGrowth, firingGrowth.length * 2);
        }
        if (firings == firingScale.length) {
            firingScale = Arrays.copyOf(firingScale, firings * 2);
        }
        System.arraycopy(growth, 0, firingGrowth, firings * horizons, horizons);
        firingScale[firings] = scales.size() - 1;
        firings++;
        runIsOpen = false;
    }

    @Override
    public void impulse(int cue, int target, double delta) {
        if (!runIsOpen || runCue[runs - 1] != cue) {
            openRun(cue);
        }
        if (size == targets.length) {
            targets = Arrays.copyOf(targets, size * 2);
            deltas = Arrays.copyOf(deltas, size * 2);
        }
        targets[size] = target;
        deltas[size++] = delta;
    }

    /** Some of what is held, or is to come in the present firing, leads from or to a concept that was forgotten. */
    void namesForgotten() {
        mayNameForgotten = true;
    }

    /** Of those that were forgotten, such as what is held may lead from or to. */
    ConceptSet named(ConceptSet forgotten) {
        return mayNameForgotten ? forgotten : ConceptSet.EMPTY;
    }

    /** Whether it holds as much as it should. */
    boolean isFull() {
        return size >= capacity;
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
        return 12L * targets.length
                + 16L * runCue.length
                + 8L * firingGrowth.length
                + 4L * firingScale.length
                + 4L * cues.length;
    }

    /** What it takes besides for each concept. */
    long placeBytes() {
        return 8L * cueFirst.length;
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
    void addTo(int cue, AdjacencyTable table, ConceptSet except, Consumer<AdjacencyTable> afterRun) {
        boolean isOneScale = scales.size() == 1;
        if (isOneScale) {
            scales.get(0).move(table);
        }
        for (int run = cueFirst[cue]; run >= 0; run = runNext[run]) {
            if (!isOneScale) {
                scales.get(firingScale[runFiring[run]]).move(table);
            }
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

    /**
     * What a moment holds of a cue that is not in its table yet. Any thread; costs a copy of it, for which the writer may have to wait.
     *
     * @return null if all of the moment is in the tables by now
     */
    synchronized @Nullable ImpulseRuns runsOf(int cue, LearnedMoment moment) {
        if (moment.isDrained()) {
            return null;
        }
        ImpulseRuns copy = new ImpulseRuns();
        for (int run = cue < cueFirst.length ? cueFirst[cue] : NONE; run >= 0; run = runNext[run]) {
            int growthAt = runFiring[run] * horizons;
            copy.add(
                    Arrays.copyOfRange(targets, runStart[run], end(run)),
                    Arrays.copyOfRange(deltas, runStart[run], end(run)),
                    Arrays.copyOfRange(firingGrowth, growthAt, growthAt + horizons),
                    scales.get(firingScale[runFiring[run]]));
        }
        return copy;
    }

    /** All that is held is in the tables: says so of its moment, and holds nothing from then on. */
    synchronized void drained(LearnedMoment moment) {
        moment.drained();
        for (int i = 0; i < cueCount; i++) {
            cueFirst[cues[i]] = NONE;
        }
        size = 0;
        runs = 0;
        firings = 0;
        cueCount = 0;
        runIsOpen = false;
        mayNameForgotten = false;
        scales.subList(0, scales.size() - 1).clear();
        if (targets.length > usualMax) {
            // A single entry of many impulses is no reason to keep the room for so many.
            targets = new int[1024];
            deltas = new double[1024];
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

    private void growTo(int concepts) {
        int before = cueFirst.length;
        if (concepts > before) {
            int larger = Math.max(concepts, before * 2);
            cueFirst = Arrays.copyOf(cueFirst, larger);
            Arrays.fill(cueFirst, before, larger, NONE);
            cueLast = Arrays.copyOf(cueLast, larger);
        }
    }
}
