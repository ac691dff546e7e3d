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
 * of those that pass on, as far as the budget goes. Each row counts with the marginals of the moment that it was read of.
 *
 * <p>Source of the idea: Collins and Loftus, "A spreading-activation theory of semantic processing" (1975). Used for one question.
 */
final class SpreadingActivation {

    /** 2^400: two of them times the largest strength, all weights and all hops are within a float64. */
    private static final double PER_MASS_MAX = 0x1p400;

    private final MemoryView view;
    private final Lens start;
    private final RecallSettings settings;
    private final double minSupport;
    private final RowReader rows;
    private final int concepts;
    private final Scores scores;
    private final List<Pulse> pulses = new ArrayList<>();

    SpreadingActivation(MemoryView view, Lens start, RecallSettings settings, double minSupport, RowReader rows) {
        this.view = view;
        this.start = start;
        this.settings = settings;
        this.minSupport = minSupport;
        this.rows = rows;
        this.concepts = view.conceptCount();
        this.scores = new Scores(concepts, view.conceptHash());
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
                Scores next = new Scores(concepts, view.conceptHash());
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
        List<Cues.Weighted> active = new ArrayList<>();
        List<RowReader.Wanted> wanted = new ArrayList<>();
        for (Cues.Weighted cue : cues.known()) {
            if (start.activation(cue.concept()) > 0) {
                active.add(cue);
                wanted.add(new RowReader.Wanted(cue.concept(), Math.abs(cue.weight())));
            }
        }
        @Nullable Associations[] read = new Associations[wanted.size()];
        rows.read(
                wanted,
                mayReadPartly ? RowReader.Hubs.READ_STRONGEST : RowReader.Hubs.READ,
                (index, row) -> read[index] = row);
        // In the order given, whichever was read first: sums of doubles depend on it.
        List<Pulse> first = new ArrayList<>();
        Lens lens = start;
        for (int i = 0; i < read.length; i++) {
            Associations row = read[i];
            if (row != null) {
                lens = lens.of(row);
                Pulse pulse = fromCue(active.get(i), row, lens, cues);
                if (pulse != null) {
                    first.add(pulse);
                }
            }
        }
        for (int from = 0, to; from < first.size(); from = to) {
            to = from + 1;
            while (to < first.size() && first.get(to).lens() == first.get(from).lens()) {
                to++;
            }
            addOfOneMoment(first.subList(from, to), first.size(), reached);
        }
        pulses.addAll(first);
    }

    /** What a cue passes on, by the marginals of its row's moment; null if it is not active there. */
    private @Nullable Pulse fromCue(Cues.Weighted cue, Associations row, Lens lens, Cues cues) {
        double mass = lens.activation(cue.concept());
        if (!(mass > 0)) {
            return null;
        }
        double perMass = perMass(mass, settings.cueExponent());
        int index = row.indexOf(cue.concept());
        double self = index < 0 ? 0 : lens.strength(row, index);
        double repeatRate = cues.repeatRate(lens.repeatRate(), settings.selfCues());
        double selfGain = cue.selfWeight() * perMass * selfStrength(self, mass, repeatRate);
        return new Pulse(1, cue.concept(), row, lens, cue.weight() * perMass, selfGain);
    }

    /** Adds what rows of one moment give to each concept, over that concept's mass at that moment. Beside a learner there may be several. */
    private void addOfOneMoment(List<Pulse> some, int all, Scores reached) {
        Scores sums = some.size() == all ? reached : new Scores(concepts, view.conceptHash());
        for (Pulse pulse : some) {
            add(pulse, sums);
            if (pulse.self() != 0) {
                sums.add(pulse.from(), pulse.self());
            }
        }
        Lens lens = some.get(0).lens();
        sums.multiply((concepts, count, factors) -> {
            for (int i = 0; i < count; i++) {
                factors[i] = lens.activation(concepts[i]);
            }
            for (int i = 0; i < count; i++) {
                factors[i] = perTargetOf(factors[i]);
            }
        });
        if (sums != reached) {
            reached.addAll(sums);
        }
    }

    private void passOn(List<Scored> vias, int hop, Scores reached) {
        @Nullable Associations[] read = new Associations[vias.size()];
        rows.read(
                vias.stream()
                        .map(via -> new RowReader.Wanted(via.concept(), via.score()))
                        .toList(),
                RowReader.Hubs.LEAVE_OUT,
                (index, row) -> read[index] = row);
        for (int i = 0; i < read.length; i++) {
            Associations row = read[i];
            double outgoing = row == null ? 0 : Outgoing.of(row, start);
            if (row != null && outgoing > 0) {
                Scored via = vias.get(i);
                double gain = settings.spread() * via.score() / outgoing;
                Pulse pulse = new Pulse(hop, via.concept(), row, start, gain, 0);
                add(pulse, reached);
                pulses.add(pulse);
            }
        }
    }

    /** Adds what a concept passes on to others. */
    private void add(Pulse pulse, Scores sums) {
        Associations row = pulse.row();
        sums.reserve(counted(row));
        for (int i = 0; i < row.size(); i++) {
            double strength = start.strength(row, i);
            if (row.target(i) != pulse.from() && counts(strength)) {
                sums.add(row.target(i), pulse.gain() * support(strength));
            }
        }
    }

    /** How many associations of a row are strong enough to count. */
    private int counted(Associations row) {
        int counted = minSupport > 0 ? 0 : row.size();
        for (int i = 0; minSupport > 0 && i < row.size(); i++) {
            counted += counts(start.strength(row, i)) ? 1 : 0;
        }
        return counted;
    }

    /** What an association counts for: less than its strength where there is little evidence. */
    double support(double strength) {
        return settings.shrinkage() == 0
                ? strength
                : strength * Math.abs(strength) / (Math.abs(strength) + settings.shrinkage());
    }

    /** 1/M^β at a moment, or 0 for what is not active. */
    double perTarget(Lens lens, int concept) {
        return perTargetOf(lens.activation(concept));
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
