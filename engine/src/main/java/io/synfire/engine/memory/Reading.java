package io.synfire.engine.memory;

import io.synfire.engine.learn.ForwardDecay;
import io.synfire.engine.learn.Landmarks;
import io.synfire.engine.view.Associations;
import java.util.Arrays;
import java.util.List;

/**
 * One reading of one row: turns sums into strengths at a time and leaves out what has faded, is too weak to be shown, or leads to a
 * concept that is not known any more. Used by one thread for one row.
 */
final class Reading {

    private final Scope scope;
    private final int horizons;
    private final double[] toWatermark;
    private final double[] toTime;
    private final double forgetBelow;
    private ConceptSet unknown;
    private boolean hidesUnknown;
    private int[] targets;
    private double[] strengths;
    private int size;

    /** Of which moment and for which time a row is read, and from which strength on an association is shown. */
    record Scope(LearnedMoment moment, List<ForwardDecay> decays, long atMs, double forgetBelow) {

        /** A reading of sums that are kept at some landmarks; has room for so many associations, and makes room for more. */
        Reading of(Landmarks landmarks, int associationsMax) {
            return new Reading(this, landmarks, associationsMax);
        }
    }

    private Reading(Scope scope, Landmarks landmarks, int associationsMax) {
        this.scope = scope;
        this.horizons = landmarks.horizonCount();
        this.toWatermark = scope.moment().toWatermark(landmarks);
        this.toTime = scope.atMs() == scope.moment().watermarkMs()
                ? toWatermark
                : landmarks.decays(scope.decays(), scope.atMs());
        this.forgetBelow = scope.forgetBelow();
        this.unknown = scope.moment().unknown();
        this.targets = new int[associationsMax];
        this.strengths = new double[associationsMax * horizons];
    }

    /** Takes the sum of one association at one horizon; horizons come in rising order, the last one completes it. */
    void take(int target, int horizon, double sum) {
        if (size == targets.length) {
            targets = Arrays.copyOf(targets, Math.max(32, size * 2));
            strengths = Arrays.copyOf(strengths, targets.length * horizons);
        }
        strengths[size * horizons + horizon] =
                Math.abs(sum) * toWatermark[horizon] < ForwardDecay.FADED ? 0 : sum * toTime[horizon];
        if (horizon == horizons - 1) {
            if (unknown.contains(target)) {
                hidesUnknown = true;
            } else if (isShown()) {
                targets[size++] = target;
            }
        }
    }

    /** The targets to come are all known: that need not be looked at. */
    Reading ofKnownOnly() {
        unknown = ConceptSet.EMPTY;
        return this;
    }

    /** Whether a target is known. */
    boolean mayShow(int target) {
        return !unknown.contains(target);
    }

    /** Whether one was left out for leading to a concept that is not known. */
    boolean hidesUnknown() {
        return hidesUnknown;
    }

    int size() {
        return size;
    }

    Associations done(int cuts, double cutBound) {
        return new Associations(
                scope.moment(),
                scope.atMs(),
                targets,
                strengths,
                horizons,
                size,
                cuts,
                cutBound * toTime[horizons - 1]);
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
