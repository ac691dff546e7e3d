package io.synfire.engine.memory;

import io.synfire.engine.learn.ForwardDecay;
import io.synfire.engine.learn.Landmarks;
import io.synfire.engine.view.Associations;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * One reading of one row: turns sums into strengths at a time and leaves out what has faded, is too weak to be shown, or leads to a
 * concept that is not known any more. Used by one thread for one row.
 */
final class Reading {

    /** When a row is read and what is shown of it; which concepts are known is asked unless all are. */
    record Moment(
            List<ForwardDecay> decays,
            long watermarkMs,
            long atMs,
            double forgetBelow,
            boolean areAllKnown,
            IntPredicate known) {}

    private final int horizons;
    private final double[] toWatermark;
    private final double[] toMoment;
    private final double forgetBelow;
    private final boolean areAllKnown;
    private final IntPredicate known;
    private int[] targets;
    private double[] strengths;
    private int size;

    /** Has room for so many, and makes room for more. */
    Reading(Moment moment, Landmarks landmarks, int associationsMax) {
        horizons = landmarks.horizonCount();
        toWatermark = landmarks.decays(moment.decays(), moment.watermarkMs());
        toMoment = landmarks.decays(moment.decays(), moment.atMs());
        forgetBelow = moment.forgetBelow();
        areAllKnown = moment.areAllKnown();
        known = moment.known();
        targets = new int[associationsMax];
        strengths = new double[associationsMax * horizons];
    }

    /** Takes the sum of one association at one horizon; horizons come in rising order, the last one completes it. */
    void take(int target, int horizon, double sum) {
        if (size == targets.length) {
            targets = Arrays.copyOf(targets, Math.max(32, size * 2));
            strengths = Arrays.copyOf(strengths, targets.length * horizons);
        }
        strengths[size * horizons + horizon] =
                Math.abs(sum) * toWatermark[horizon] < ForwardDecay.FADED ? 0 : sum * toMoment[horizon];
        if (horizon == horizons - 1 && isShown() && (areAllKnown || known.test(target))) {
            targets[size++] = target;
        }
    }

    int size() {
        return size;
    }

    Associations done(int cuts, double cutBound) {
        return new Associations(targets, strengths, horizons, size, cuts, cutBound * toMoment[horizons - 1]);
    }

    private boolean isShown() {
        for (int h = 0; h < horizons; h++) {
            double strength = Math.abs(strengths[size * horizons + h]);
            if (strength > 0 && strength >= forgetBelow) {
                return true;
            }
        }
        return false;
    }
}
