package io.synfire.engine.memory;

import io.synfire.engine.learn.ForwardDecay;
import io.synfire.engine.view.Activity;

/** The sums of one moment as strengths at a time; 0 where nothing remains. Immutable and thread-safe. */
final class PublishedActivity implements Activity {

    private final MarginalRows rows;
    private final boolean hasEpisodes;
    private final double[] toWatermark;
    private final double[] toTime;

    PublishedActivity(MarginalRows rows, boolean hasEpisodes, double[] toWatermark, double[] toTime) {
        this.rows = rows;
        this.hasEpisodes = hasEpisodes;
        this.toWatermark = toWatermark;
        this.toTime = toTime;
    }

    @Override
    public double of(int concept, int horizon) {
        return own(concept, MarginalRows.MASS, horizon);
    }

    @Override
    public double potentiationFrom(int concept, int horizon) {
        return own(concept, MarginalRows.FROM, horizon);
    }

    @Override
    public double potentiationTo(int concept, int horizon) {
        return own(concept, MarginalRows.TO, horizon);
    }

    @Override
    public double episodes(int horizon) {
        return whole(Marginals.EPISODES, horizon);
    }

    @Override
    public double total(int horizon) {
        return whole(Marginals.ACTIVATIONS, horizon);
    }

    @Override
    public double repeats(int horizon) {
        return whole(Marginals.REPEATS, horizon);
    }

    @Override
    public double potentiation(int horizon) {
        return whole(Marginals.POTENTIATION, horizon);
    }

    private double own(int concept, int which, int horizon) {
        return strength(rows.shown(concept, horizon, which), horizon);
    }

    private double whole(int which, int horizon) {
        return hasEpisodes ? strength(rows.whole(horizon)[which], horizon) : 0;
    }

    private double strength(double sum, int horizon) {
        return Math.abs(sum) * toWatermark[horizon] < ForwardDecay.FADED ? 0 : sum * toTime[horizon];
    }
}
