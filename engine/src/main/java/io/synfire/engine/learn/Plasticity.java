package io.synfire.engine.learn;

import io.synfire.engine.learn.LearningSettings.Normalization;
import org.jspecify.annotations.Nullable;

/**
 * Hebb's rule: turns a firing into impulses.
 *
 * <ul>
 *   <li>Within an episode every ordered pair i ≠ j gets {@code Δ(i→j) = r·x_i·x_j}, divided by n − 1 under {@code normalization:
 *       episode}.
 *   <li>With a context, every firing still in its window pairs with the new one. With gap g and d steps between them the edge from
 *       the earlier to the later gets {@code r·x·x·forward·k(g, d)}, the edge back gets {@code r·x·x·backward·k(g, d)}. Event time
 *       decides which is earlier; log order breaks ties. The reward r is that of the new firing, whichever is earlier.
 * </ul>
 *
 * <p>Sources: Hebb, "The Organization of Behavior" (1949), for the rule; Bi and Poo, "Synaptic modifications in cultured hippocampal
 * neurons" (1998), for its direction in time and the depression of pairs that fire the wrong way round (a negative backward gain).
 * Of the family of rules in Gütig, Aharonov, Rotter and Sompolinsky, "Learning input correlations through nonlinear temporally
 * asymmetric Hebbian plasticity" (2003), this is the additive one, μ = 0: an impulse does not depend on the strength so far, which
 * keeps evidence linear; the ceiling of potentiation is applied at read. Immutable and thread-safe.
 */
public final class Plasticity {

    private final LearningSettings settings;
    private final Kernel forwardKernel;
    private final Kernel backwardKernel;

    /**
     * The rule under some settings.
     *
     * @param settings kernels, gains, window and normalization
     */
    public Plasticity(LearningSettings settings) {
        this.settings = settings;
        this.forwardKernel = new Kernel(settings.kernel(), settings.tauMs());
        this.backwardKernel = new Kernel(settings.kernel(), settings.tauBackwardMs());
    }

    /**
     * Makes all impulses of a firing. The window is read, not changed.
     *
     * @param firing what fired; its time is that of all these impulses
     * @param window what its context remembers, or null if it has none
     * @param sink where the impulses go; their number is n·(n − 1) + 2·n·(activations in the window), less those that are 0
     */
    public void impulses(Firing firing, @Nullable ContextWindow window, ImpulseSink sink) {
        impulses(firing, window, sink, (concept, from, to) -> {});
    }

    /**
     * The same, and adds up the positive ones by concept. That costs by the activations in the firing and in its window, not by their
     * pairs. Within an episode sums over the others are made by prefix and suffix: what is subtracted again leaves its rounding.
     *
     * @param firing what fired
     * @param window what its context remembers, or null if it has none
     * @param sink where the impulses go
     * @param potentiation where the sums go, each activation's once; 0 and 0 may be among them
     * @return how many of the impulses lie between the firing and earlier ones
     */
    public long impulses(
            Firing firing, @Nullable ContextWindow window, ImpulseSink sink, PotentiationSink potentiation) {
        double[] within = withinEpisode(firing, sink);
        long between = 0;
        double from = 0;
        double to = 0;
        if (window != null) {
            double fired = sum(firing);
            int steps = 0;
            for (Firing past : window) {
                steps++;
                long gapMs = Math.abs(firing.atMs() - past.atMs());
                if (steps <= settings.maxSteps() && gapMs <= settings.maxGapMs()) {
                    double forward = firing.reward() * settings.forward() * forwardKernel.at(gapMs, steps);
                    double backward = firing.reward() * settings.backward() * backwardKernel.at(gapMs, steps);
                    boolean pastIsEarlier = past.atMs() <= firing.atMs();
                    double there = pastIsEarlier ? forward : backward;
                    double back = pastIsEarlier ? backward : forward;
                    between += between(past, firing, there, sink);
                    between += between(firing, past, back, sink);
                    there = Math.max(there, 0);
                    back = Math.max(back, 0);
                    double before = sum(past);
                    from += back * before;
                    to += there * before;
                    for (int i = 0; i < past.size(); i++) {
                        double share = past.strength(i) * fired;
                        potentiation.potentiation(past.concept(i), there * share, back * share);
                    }
                }
            }
        }
        for (int i = 0; i < within.length; i++) {
            double strength = firing.strength(i);
            potentiation.potentiation(firing.concept(i), within[i] + strength * from, within[i] + strength * to);
        }
        return between;
    }

    /** Returns the sum of each concept's positive impulses to the others, which is that of theirs to it. */
    private double[] withinEpisode(Firing firing, ImpulseSink sink) {
        int size = firing.size();
        double[] positive = new double[size];
        if (size == 1) {
            return positive;
        }
        double gain =
                settings.normalization() == Normalization.EPISODE ? firing.reward() / (size - 1) : firing.reward();
        for (int i = 0; i < size; i++) {
            double cueGain = gain * firing.strength(i);
            for (int j = 0; j < size; j++) {
                if (i != j) {
                    emit(firing.concept(i), firing.concept(j), cueGain * firing.strength(j), sink);
                }
            }
        }
        if (gain > 0) {
            double before = 0;
            for (int i = 0; i < size; i++) {
                positive[i] = before;
                before += firing.strength(i);
            }
            double after = 0;
            for (int i = size - 1; i >= 0; i--) {
                positive[i] = gain * firing.strength(i) * (positive[i] + after);
                after += firing.strength(i);
            }
        }
        return positive;
    }

    private static long between(Firing from, Firing to, double gain, ImpulseSink sink) {
        long count = 0;
        for (int i = 0; i < from.size(); i++) {
            double cueGain = gain * from.strength(i);
            for (int j = 0; j < to.size(); j++) {
                count += emit(from.concept(i), to.concept(j), cueGain * to.strength(j), sink);
            }
        }
        return count;
    }

    private static int emit(int cue, int target, double delta, ImpulseSink sink) {
        if (delta == 0) {
            return 0;
        }
        sink.impulse(cue, target, delta);
        return 1;
    }

    private static double sum(Firing firing) {
        double sum = 0;
        for (int i = 0; i < firing.size(); i++) {
            sum += firing.strength(i);
        }
        return sum;
    }
}
