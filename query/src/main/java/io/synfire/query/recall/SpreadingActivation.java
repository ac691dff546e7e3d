package io.synfire.query.recall;

import io.synfire.engine.view.Associations;
import io.synfire.engine.view.MemoryView;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Spreads activation from cues over one or more hops; the formula is that of {@link RecallSettings}.
 *
 * <p>First hop: {@code score(b) = Σ_cues w_c · S(c→b)/M(c)^α / M(b)^β}, and for b = c the cue's own rate of repeating itself in place
 * of S/M. Then hops − 1 rounds: the few concepts that were reached last and most pass on δ times their activation, over their outgoing
 * mass Σ max(S, 0), so that a hub says little to each, and a large one nothing; none to itself. Negative associations subtract. Reads the rows of the cues and
 * of those that pass on, as far as the budget goes.
 *
 * <p>Source of the idea: Collins and Loftus, "A spreading-activation theory of semantic processing" (1975). Used for one question.
 */
final class SpreadingActivation {

    /** 2^400: two of them times the largest strength, all weights and all hops are within a float64. */
    private static final double PER_MASS_MAX = 0x1p400;

    private final MemoryView view;
    private final Moment moment;
    private final RecallSettings settings;
    private final double minSupport;
    private final RowReader rows;
    private final int concepts;
    private final Scores scores;
    private final List<Pulse> pulses = new ArrayList<>();

    SpreadingActivation(MemoryView view, Moment moment, RecallSettings settings, double minSupport, RowReader rows) {
        this.view = view;
        this.moment = moment;
        this.settings = settings;
        this.minSupport = minSupport;
        this.rows = rows;
        this.concepts = view.conceptCount();
        this.scores = new Scores(concepts);
    }

    /** Activates from cues. */
    void spread(Cues cues, boolean mayReadPartly) {
        fromCues(cues, mayReadPartly, scores);
        Scores last = scores;
        for (int hop = 2; hop <= settings.hops(); hop++) {
            List<Scored> vias = last.best(settings.fanOut(), view, concept -> true);
            if (hop == settings.hops()) {
                // Nothing is passed on from here: no need to know what was reached last.
                passOn(vias, hop, scores);
            } else {
                Scores next = new Scores(concepts);
                passOn(vias, hop, next);
                scores.addAll(next);
                last = next;
            }
        }
    }

    /** The score of each concept that was reached; some may be 0 or less. */
    Scores scores() {
        return scores;
    }

    /** What was passed on, in the order in which it was. */
    List<Pulse> pulses() {
        return pulses;
    }

    private void fromCues(Cues cues, boolean mayReadPartly, Scores reached) {
        double repeatRate = cues.repeatRate(moment.repeatRate(), settings.selfCues());
        for (Cues.Weighted cue : cues.known()) {
            double mass = moment.activation(cue.concept());
            Associations row = mass > 0 ? rowOfCue(cue.concept(), mayReadPartly) : null;
            if (row != null) {
                double perMass = perMass(mass, settings.cueExponent());
                double self = 0;
                double gain = cue.weight() * perMass;
                reached.reserve(counted(row));
                for (int i = 0; i < row.size(); i++) {
                    double strength = moment.strength(row, i);
                    if (row.target(i) == cue.concept()) {
                        self = strength;
                    } else if (Math.abs(strength) >= minSupport) {
                        reached.add(row.target(i), gain * support(strength));
                    }
                }
                double selfGain = cue.selfWeight() * perMass * selfStrength(self, mass, repeatRate);
                if (selfGain != 0) {
                    reached.add(cue.concept(), selfGain);
                }
                pulses.add(new Pulse(1, cue.concept(), row, gain, selfGain));
            }
        }
        reached.multiply((concepts, count, factors) -> {
            for (int i = 0; i < count; i++) {
                factors[i] = moment.activation(concepts[i]);
            }
            for (int i = 0; i < count; i++) {
                factors[i] = perTargetOf(factors[i]);
            }
        });
    }

    private void passOn(List<Scored> vias, int hop, Scores reached) {
        for (Scored via : vias) {
            Associations row = rowOfVia(via.concept());
            double outgoing = 0;
            for (int i = 0; row != null && i < row.size(); i++) {
                outgoing += Math.max(moment.strength(row, i), 0);
            }
            if (row != null && outgoing > 0) {
                double gain = settings.spread() * via.score() / outgoing;
                reached.reserve(counted(row));
                for (int i = 0; i < row.size(); i++) {
                    double strength = moment.strength(row, i);
                    if (row.target(i) != via.concept() && Math.abs(strength) >= minSupport) {
                        reached.add(row.target(i), gain * support(strength));
                    }
                }
                pulses.add(new Pulse(hop, via.concept(), row, gain, 0));
            }
        }
    }

    private @Nullable Associations rowOfCue(int cue, boolean mayReadPartly) {
        return mayReadPartly && rows.isLarger(cue, settings.hubMax())
                ? rows.readStrongest(cue, Limits.HUB_STRONGEST)
                : rows.read(cue);
    }

    /** How many associations of a row are strong enough to count. */
    private int counted(Associations row) {
        int counted = minSupport > 0 ? 0 : row.size();
        for (int i = 0; minSupport > 0 && i < row.size(); i++) {
            counted += counts(moment.strength(row, i)) ? 1 : 0;
        }
        return counted;
    }

    /** A hub says next to nothing to each of its many. */
    private @Nullable Associations rowOfVia(int via) {
        if (rows.isLarger(via, settings.hubMax())) {
            rows.leaveOut();
            return null;
        }
        return rows.read(via);
    }

    /** What an association counts for: less than its strength where there is little evidence. */
    double support(double strength) {
        return settings.shrinkage() == 0
                ? strength
                : strength * Math.abs(strength) / (Math.abs(strength) + settings.shrinkage());
    }

    /** 1/M^β, or 0 for what is not active. */
    double perTarget(int concept) {
        return perTargetOf(moment.activation(concept));
    }

    private double perTargetOf(double mass) {
        return mass > 0 ? perMass(mass, settings.popularity()) : 0;
    }

    /** Long after the last event masses are next to nothing: their powers stay below what keeps every score finite. */
    private static double perMass(double mass, double exponent) {
        return Math.min(PER_MASS_MAX, Math.pow(mass, -exponent));
    }

    /** Whether an association is strong enough to count. */
    boolean counts(double strength) {
        return Math.abs(strength) >= minSupport;
    }

    private double selfStrength(double self, double mass, double repeatRate) {
        if (minSupport > 0 && Math.abs(self) < minSupport) {
            return 0;
        }
        double prior = settings.selfPrior();
        return settings.self() * support((self + prior * repeatRate) * mass / (mass + prior));
    }
}
