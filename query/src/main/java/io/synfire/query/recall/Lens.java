package io.synfire.query.recall;

import io.synfire.engine.learn.Horizon;
import io.synfire.engine.view.Activity;
import io.synfire.engine.view.Associations;
import io.synfire.engine.view.MemoryView;
import io.synfire.engine.view.Moment;
import io.synfire.engine.view.ReadTime;
import io.synfire.engine.view.Trials;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One moment of a memory as a question looks at it: through the horizons that it names, at a time, with the trials that measures count. What
 * it says belongs to a row of the same moment; see {@link #of(Associations)}. Immutable and thread-safe.
 */
final class Lens {

    private final Moment moment;
    private final Activity activity;
    private final Trials.Unit trials;
    private final double[] weights;
    private final int first;
    private final boolean single;
    private final long atMs;

    private Lens(Moment moment, Activity activity, double[] weights, long atMs) {
        this.moment = moment;
        this.activity = activity;
        this.trials = moment.trials().unit();
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

    /** The latest moment, through the horizons of a blend, or the slowest where it is null. */
    static Lens of(MemoryView view, @Nullable Blend blend, ReadTime at) {
        double[] weights;
        if (blend == null) {
            weights = new double[view.settings().horizonCount()];
            weights[view.settings().slowest()] = 1;
        } else {
            weights = blend.weights(view);
        }
        Moment moment = view.moment();
        return new Lens(moment, moment.activity(at), weights, at.resolve(moment.watermarkMs()));
    }

    /** The moment and the time that a row was read of, through the same horizons. */
    Lens of(Associations row) {
        return isOf(row)
                ? this
                : new Lens(row.moment(), row.moment().activity(ReadTime.at(row.atMs())), weights, row.atMs());
    }

    /** Whether a row was read of this moment, for this time. */
    boolean isOf(Associations row) {
        return row.moment().number() == moment.number() && row.atMs() == atMs;
    }

    /** The same moment, through other horizons. */
    Lens at(MemoryView view, Blend blend) {
        return new Lens(moment, activity, blend.weights(view), atMs);
    }

    Moment moment() {
        return moment;
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

    /** S of one association of a row, of whichever moment. */
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
