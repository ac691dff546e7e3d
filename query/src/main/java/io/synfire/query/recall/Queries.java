package io.synfire.query.recall;

import io.synfire.engine.view.Associations;
import io.synfire.engine.view.MemoryView;
import io.synfire.query.recall.Answers.Association;
import io.synfire.query.recall.Answers.Concept;
import io.synfire.query.recall.Answers.Direction;
import io.synfire.query.recall.Answers.Explanation;
import io.synfire.query.recall.Answers.HorizonExplanation;
import it.unimi.dsi.fastutil.ints.Int2DoubleOpenHashMap;
import it.unimi.dsi.fastutil.ints.IntOpenHashSet;
import it.unimi.dsi.fastutil.ints.IntSet;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All questions, over one memory. Thread-safe. Each throws {@link BadQueryException} if the question breaks a rule, and
 * {@link UnknownConceptException} if a concept it is about has never fired.
 */
public final class Queries {

    private final MemoryView view;

    /**
     * Questions to a memory.
     *
     * @param view what is seen of it
     */
    public Queries(MemoryView view) {
        this.view = view;
    }

    /**
     * Known concepts. Looks at all of them.
     *
     * @param prefix how their ids begin; empty for all
     * @param k how many, 1 to {@value Limits#K_MAX}
     * @return most active first, then by id
     */
    public Answers.Concepts concepts(String prefix, int k) {
        Limits.requireK(k);
        long atMs = view.watermarkMs();
        int slowest = view.settings().slowest();
        Comparator<Ranked> order = byScore();
        TopK<Ranked> top = new TopK<>(k, order);
        for (int concept = 0; concept < view.conceptCount(); concept++) {
            String id = view.idOf(concept);
            if (id.startsWith(prefix) && !view.isRetired(concept)) {
                top.offer(new Ranked(concept, id, view.activation(concept, slowest, atMs), 0));
            }
        }
        List<Concept> concepts = new ArrayList<>();
        for (Ranked ranked : top.inOrder()) {
            int degree = view.associations(ranked.concept(), atMs).size();
            concepts.add(new Concept(ranked.id(), ranked.activation(), degree));
        }
        return new Answers.Concepts(concepts);
    }

    /**
     * What goes with a concept. Ranks its whole row.
     *
     * @param query the question
     * @return by score, then by id; undefined scores come last
     */
    public Answers.Associations associations(AssociationsQuery query) {
        int cue = known(query.concept());
        Moment moment = Moment.of(view, query.horizon(), query.atMs());
        Associations row = view.associations(cue, moment.atMs());
        double cueMass = view.activation(cue, moment.horizon(), moment.atMs());
        double episodes = view.episodes(moment.horizon(), moment.atMs());
        TopK<Ranked> top = new TopK<>(query.k(), byScore());
        for (int i = 0; i < row.size(); i++) {
            double strength = row.strength(i, moment.horizon());
            int target = row.target(i);
            boolean shown = strength != 0
                    && (target != cue || query.includeSelf())
                    && (query.minSupport() == 0 || strength >= query.minSupport());
            if (shown) {
                Double score = query.measure() == Measure.STRENGTH
                        ? Double.valueOf(strength)
                        : measures(strength, cueMass, target, episodes, moment).of(query.measure());
                top.offer(new Ranked(target, view.idOf(target), score, strength));
            }
        }
        List<Association> associations = new ArrayList<>();
        for (Ranked ranked : top.inOrder()) {
            Measures measures = measures(ranked.strength(), cueMass, ranked.concept(), episodes, moment);
            associations.add(new Association(
                    ranked.id(),
                    ranked.score(),
                    ranked.strength(),
                    measures.of(Measure.CONFIDENCE),
                    measures.of(Measure.LIFT),
                    measures.of(Measure.NPMI)));
        }
        return new Answers.Associations(query.concept(), moment.atMs(), query.measure(), associations);
    }

    /**
     * Everything about a pair: both directions, every horizon, every measure, marginals.
     *
     * @param from one concept's id
     * @param to the other's
     * @param atMs the time of the read, or null for the watermark
     * @return the explanation; strengths are 0 where nothing is stored
     */
    public Explanation explain(String from, String to, @Nullable Long atMs) {
        int a = known(from);
        int b = known(to);
        long moment = Moment.at(view, atMs);
        Associations forward = view.associations(a, moment);
        Associations backward = view.associations(b, moment);
        List<HorizonExplanation> horizons = new ArrayList<>();
        for (int h = 0; h < view.settings().horizonCount(); h++) {
            double episodes = view.episodes(h, moment);
            double massA = view.activation(a, h, moment);
            double massB = view.activation(b, h, moment);
            horizons.add(new HorizonExplanation(
                    view.settings().halfLives().get(h).toString(),
                    episodes,
                    massA,
                    massB,
                    direction(forward, b, h, massA, massB, episodes),
                    direction(backward, a, h, massB, massA, episodes)));
        }
        return new Explanation(from, to, moment, horizons);
    }

    /**
     * What cues bring to mind.
     *
     * @param query the question
     * @return by score, then by id; scores of 0 and less are left out
     */
    public Answers.Recall recall(RecallQuery query) {
        Moment moment = Moment.of(view, query.horizon(), query.atMs());
        Int2DoubleOpenHashMap cues = new Int2DoubleOpenHashMap();
        List<String> unknown = new ArrayList<>();
        int steps = query.cues().size();
        for (RecallQuery.Cue cue : query.cues()) {
            int concept = view.conceptOf(cue.concept());
            double weight = query.ordered() ? cue.weight() / ((double) steps * steps) : cue.weight();
            steps--;
            if (concept < 0) {
                unknown.add(cue.concept());
            } else {
                cues.addTo(concept, weight);
            }
        }
        IntOpenHashSet hidden = new IntOpenHashSet(SpreadingActivation.ints(view, query.exclude()));
        if (!query.includeCues()) {
            hidden.addAll(cues.keySet());
        }
        Set<String> candidates = query.candidates();
        IntSet allowed = candidates == null ? new IntOpenHashSet() : SpreadingActivation.ints(view, candidates);
        if (candidates != null && allowed.isEmpty()) {
            return new Answers.Recall(moment.atMs(), List.of(), unknown);
        }
        SpreadingActivation activation = new SpreadingActivation(view, moment, query.minSupport());
        activation.spread(cues, query.hops());
        return new Answers.Recall(moment.atMs(), activation.results(query.k(), hidden, allowed), unknown);
    }

    /** A candidate and what it is ranked by; an undefined score is null. */
    private record Ranked(int concept, String id, @Nullable Double score, double strength) {

        double activation() {
            return score == null ? 0 : score;
        }
    }

    private static Comparator<Ranked> byScore() {
        Comparator<@Nullable Double> undefinedLast = Comparator.nullsLast(Comparator.<Double>reverseOrder());
        return Comparator.comparing(Ranked::score, undefinedLast).thenComparing(Ranked::id);
    }

    private Direction direction(
            Associations row, int target, int horizon, double cueMass, double targetMass, double episodes) {
        int index = row.indexOf(target);
        double strength = index < 0 ? 0 : row.strength(index, horizon);
        Measures measures = new Measures(strength, cueMass, targetMass, episodes);
        Map<Measure, @Nullable Double> all = new EnumMap<>(Measure.class);
        for (Measure measure : Measure.values()) {
            all.put(measure, measures.of(measure));
        }
        return new Direction(strength, -Math.expm1(-strength), all, row.cuts(), row.cutBound());
    }

    private Measures measures(double strength, double cueMass, int target, double episodes, Moment moment) {
        return new Measures(strength, cueMass, view.activation(target, moment.horizon(), moment.atMs()), episodes);
    }

    private int known(String id) {
        int concept = view.conceptOf(id);
        if (concept < 0) {
            throw new UnknownConceptException(id);
        }
        return concept;
    }
}
