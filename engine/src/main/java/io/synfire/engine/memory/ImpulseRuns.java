package io.synfire.engine.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The impulses of one cue that a moment holds: a reader's copy, in log order. Of one thread. */
final class ImpulseRuns {

    /** Of a moment of which all is in the tables. */
    static final ImpulseRuns NONE = new ImpulseRuns();

    private final List<Run> runs = new ArrayList<>(1);

    /** Those of one firing. */
    private static final class Run {
        final int[] targets;
        final double[] deltas;
        final double[] growth;
        final Scale scale;

        Run(int[] targets, double[] deltas, double[] growth, Scale scale) {
            this.targets = targets;
            this.deltas = deltas;
            this.growth = growth;
            this.scale = scale;
        }
    }

    boolean isEmpty() {
        return runs.isEmpty();
    }

    void add(int[] targets, double[] deltas, double[] growth, Scale scale) {
        runs.add(new Run(targets, deltas, growth, scale));
    }

    /** How many impulses there are. */
    int size() {
        return runs.stream().mapToInt(run -> run.targets.length).sum();
    }

    /** What the first of them refers to. */
    Scale first() {
        return runs.get(0).scale;
    }

    /** Adds them as the buffer does. */
    void addTo(AdjacencyTable table, ConceptSet except, Consumer<AdjacencyTable> afterRun) {
        for (Run run : runs) {
            run.scale.move(table);
            int from = 0;
            for (int at = 0; !except.isEmpty() && at < run.targets.length; at++) {
                if (except.contains(run.targets[at])) {
                    table.add(run.targets, run.deltas, from, at, run.growth, 0);
                    from = at + 1;
                }
            }
            table.add(run.targets, run.deltas, from, run.targets.length, run.growth, 0);
            afterRun.accept(table);
        }
    }
}
