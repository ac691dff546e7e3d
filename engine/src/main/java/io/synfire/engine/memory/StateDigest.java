package io.synfire.engine.memory;

import io.synfire.engine.learn.Checksum;
import io.synfire.engine.learn.ForwardDecay;
import io.synfire.engine.store.CheckpointRecord;
import io.synfire.engine.store.Remaining;
import java.util.List;

/**
 * Sums the checksum of a whole state. A value enters with its hash, horizon and exact size, whatever landmark it is kept at; one
 * that has faded does not enter, so it does not matter when it was dropped.
 */
final class StateDigest {

    private static final long POTENTIATION = 10;
    private static final long EPISODES = 11;
    private static final long MARGINAL = 12;
    private static final long ASSOCIATION = 13;
    private static final long FROM = 14;
    private static final long TO = 15;
    private static final long KINDS = 16;

    /** Beyond the kinds of all horizons. */
    private static final long NOT_PLAIN = 1_000;

    private static final long REMAINING = 1_003;

    private final List<ForwardDecay> decays;
    private final long watermarkMs;
    private long state;
    private long associations;
    private long cue;
    private int lastTarget = -1;

    StateDigest(List<ForwardDecay> decays, long watermarkMs) {
        this.decays = decays;
        this.watermarkMs = watermarkMs;
    }

    /** Counts that do not decay. */
    void notPlain(CheckpointRecord.NotPlain counts) {
        count(NOT_PLAIN, counts.strengths());
        count(NOT_PLAIN + 1, counts.rewards());
        count(NOT_PLAIN + 2, counts.betweenEpisodes());
    }

    /** Which activations of a concept remain. */
    void remaining(long concept, Remaining remaining) {
        if (!remaining.equals(Remaining.NOTHING)) {
            state += Checksum.value(REMAINING, concept, Checksum.time(remaining.count()) + remaining.checksum(), 0);
        }
    }

    /** N and T. */
    void whole(int horizon, double episodes, double potentiation, long landmark) {
        add(EPISODES, 0, 0, horizon, episodes, landmark);
        add(POTENTIATION, 0, 0, horizon, potentiation, landmark);
    }

    /** M, O and I of a concept. */
    void marginal(long concept, int horizon, double mass, double from, double to, long landmark) {
        add(MARGINAL, concept, 0, horizon, mass, landmark);
        add(FROM, concept, 0, horizon, from, landmark);
        add(TO, concept, 0, horizon, to, landmark);
    }

    /** Begins the row of a cue. */
    void cue(long hash) {
        cue = hash;
        lastTarget = -1;
    }

    void association(int target, long targetHash, int horizon, double sum, long landmark) {
        if (add(ASSOCIATION, cue, targetHash, horizon, sum, landmark) && target != lastTarget) {
            associations++;
            lastTarget = target;
        }
    }

    long state() {
        return state;
    }

    long associations() {
        return associations;
    }

    private void count(long kind, long count) {
        if (count != 0) {
            state += Checksum.value(kind, count, 0, 0);
        }
    }

    private boolean add(long kind, long from, long to, int horizon, double sum, long landmark) {
        if (Math.abs(sum) * decays.get(horizon).decay(watermarkMs, landmark) < ForwardDecay.FADED) {
            return false;
        }
        state += Checksum.sum(kind + KINDS * horizon, from, to, sum, landmark);
        return true;
    }
}
