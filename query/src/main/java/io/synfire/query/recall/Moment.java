package io.synfire.query.recall;

import io.synfire.engine.learn.Horizon;
import io.synfire.engine.view.Activity;
import io.synfire.engine.view.Associations;
import io.synfire.engine.view.MemoryView;
import io.synfire.engine.view.Trials;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which horizons are read, and when: what a question names, resolved against a memory; and which trials its measures count. Immutable and
 * thread-safe.
 */
final class Moment {

    private final Activity activity;
    private final Trials.Unit trials;
    private final double[] weights;
    private final int first;
    private final boolean single;
    private final long atMs;

    private Moment(Activity activity, Trials.Unit trials, double[] weights, long atMs) {
        this.activity = activity;
        this.trials = trials;
        this.weights = weights;
        this.atMs = atMs;
        int used = 0;
        int lowest = -1;
        for (int h = 0; h < weights.length; h++) {
            if (weights[h] > 0) {
                used++;
                lowest = lowest < 0 ? h : lowest;
            }
        }
        this.first = lowest;
        this.single = used == 1 && weights[lowest] == 1;
    }

    static Moment of(MemoryView view, @Nullable Blend blend, @Nullable Long atMs) {
        double[] weights;
        if (blend == null) {
            weights = new double[view.settings().horizonCount()];
            weights[view.settings().slowest()] = 1;
        } else {
            weights = blend.weights(view);
        }
        long resolvedMs = at(view, atMs);
        return new Moment(view.activity(resolvedMs), view.trials().unit(), weights, resolvedMs);
    }

    /** The same moment, read at other horizons. */
    Moment at(MemoryView view, Blend blend) {
        return new Moment(activity, trials, blend.weights(view), atMs);
    }

    static long at(MemoryView view, @Nullable Long atMs) {
        long watermarkMs = view.watermarkMs();
        if (atMs == null) {
            return watermarkMs;
        }
        if (atMs < watermarkMs) {
            throw new BadQueryException("at must not be before the watermark, the past is not kept: at=" + atMs
                    + " watermark=" + watermarkMs);
        }
        return atMs;
    }

    long atMs() {
        return atMs;
    }

    /** The half-life that is read, or the blend: as questions name it. */
    String horizon(MemoryView view) {
        List<Horizon> halfLives = view.settings().halfLives();
        List<Blend.Part> parts = new ArrayList<>();
        for (int h = first; h < weights.length; h++) {
            if (weights[h] > 0) {
                parts.add(new Blend.Part(halfLives.get(h).toString(), weights[h]));
            }
        }
        return new Blend(parts).toString();
    }

    /** What its measures count. */
    Trials.Unit trials() {
        return trials;
    }

    /** Whether the slowest horizon alone is read, as it is. */
    boolean isSlowest() {
        return single && first == weights.length - 1;
    }

    /** S of one association of a row. */
    double strength(Associations row, int index) {
        if (single) {
            return row.strength(index, first);
        }
        double sum = 0;
        for (int h = first; h < weights.length; h++) {
            sum += weights[h] * row.strength(index, h);
        }
        return sum;
    }

    /** M of a concept. */
    double activation(int concept) {
        if (single) {
            return activity.of(concept, first);
        }
        double sum = 0;
        for (int h = first; h < weights.length; h++) {
            sum += weights[h] * activity.of(concept, h);
        }
        return sum;
    }

    /** N. */
    double episodes() {
        double sum = 0;
        for (int h = first; h < weights.length; h++) {
            sum += weights[h] * activity.episodes(h);
        }
        return sum;
    }

    /** Of all trials, those with a concept as the cue: M or O. */
    double row(int cue) {
        if (trials == Trials.Unit.EPISODES) {
            return activation(cue);
        }
        double sum = 0;
        for (int h = first; h < weights.length; h++) {
            sum += weights[h] * activity.potentiationFrom(cue, h);
        }
        return sum;
    }

    /** Those with a concept as the target: M or I. */
    double column(int target) {
        if (trials == Trials.Unit.EPISODES) {
            return activation(target);
        }
        double sum = 0;
        for (int h = first; h < weights.length; h++) {
            sum += weights[h] * activity.potentiationTo(target, h);
        }
        return sum;
    }

    /** All trials: N or T. */
    double total() {
        if (trials == Trials.Unit.EPISODES) {
            return episodes();
        }
        double sum = 0;
        for (int h = first; h < weights.length; h++) {
            sum += weights[h] * activity.potentiation(h);
        }
        return sum;
    }

    /** Σ S(c→c) over Σ M: how much evidence of repeating itself an activation leaves, on the average over all concepts; at least 0. */
    double repeatRate() {
        double repeats = 0;
        double total = 0;
        for (int h = first; h < weights.length; h++) {
            repeats += weights[h] * activity.repeats(h);
            total += weights[h] * activity.total(h);
        }
        return repeats > 0 && total > 0 ? repeats / total : 0;
    }
}
