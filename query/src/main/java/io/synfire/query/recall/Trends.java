package io.synfire.query.recall;

import io.synfire.engine.learn.Horizon;
import io.synfire.engine.view.MemoryView;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What grows: log2 of the rate at a fast horizon over the rate at a slow one.
 *
 * <p>Events that come at a steady rate r add up to r·H/ln 2 under a half-life H, so a sum S stands for the rate S·ln 2/H, and the
 * trend is {@code log2((S_fast/H_fast) / (S_slow/H_slow))}: 0 for what is steady, 1 for what has doubled lately, at most
 * log2(H_slow/H_fast), for what is new. Of a blend S is Σ w·S and H is Σ w·H. Only positive evidence has a rate.
 *
 * <p>Looks at all concepts at one moment, and at the associations of the {@value Limits#TRENDING_CUES} that fired most at the fast horizon,
 * the most active first, equals by id; of these, rows that are more than is left of the budget are left out, and named. Each row is of the
 * moment at which it is read. Used for one question.
 */
final class Trends {

    private static final double LN_2 = Math.log(2);

    private final MemoryView view;
    private final Lens fast;
    private final Lens slow;
    private final double log2OfLives;
    private final RowReader rows;
    private final Deadline deadline;
    private final double minSupport;

    private Trends(
            MemoryView view, RecallSettings settings, TrendingQuery query, Blend fast, Blend slow, Deadline deadline) {
        this.view = view;
        this.fast = Lens.of(view, fast, Times.read(query.atMs()));
        this.slow = this.fast.at(view, slow);
        this.log2OfLives = Math.log(lifeMs(view, fast) / lifeMs(view, slow)) / LN_2;
        this.rows = new RowReader(view, this.fast.moment(), Times.read(query.atMs()), settings, deadline);
        this.deadline = deadline;
        this.minSupport = query.minSupport();
    }

    /** Answers a question; nothing grows where fewer than two horizons decay. */
    static Answers.Trending answer(MemoryView view, RecallSettings settings, TrendingQuery query, Deadline deadline) {
        List<Horizon> halfLives = view.settings().halfLives();
        List<Horizon> decaying = halfLives.stream().filter(Horizon::decays).toList();
        Blend fast = query.fast();
        String named = query.slow();
        boolean isNamed = fast != null || named != null;
        if (fast == null) {
            fast = Blend.of(halfLives.get(0).toString());
        }
        Blend slow = Blend.of(
                named == null ? halfLives.get(Math.max(0, decaying.size() - 1)).toString() : named);
        boolean allDecay = allDecay(view, fast) && allDecay(view, slow);
        if (decaying.size() > 1 && !allDecay) {
            throw new BadQueryException("a trend is of two horizons that decay: horizons=" + decaying);
        }
        if (isNamed && !(allDecay && meanLifeMs(view, fast) < meanLifeMs(view, slow))) {
            throw new BadQueryException("fast must be a shorter half-life than slow: fast=" + fast + " slow=" + slow);
        }
        if (decaying.size() < 2) {
            long atMs = Times.read(query.atMs()).resolve(view.watermarkMs());
            return new Answers.Trending(atMs, null, null, List.of(), List.of(), Answers.Work.NOTHING);
        }
        Trends trends = new Trends(view, settings, query, fast, slow, deadline);
        List<Answers.TrendingAssociation> associations = trends.associations(query.k());
        return new Answers.Trending(
                trends.fast.atMs(),
                trends.fast.horizon(view),
                trends.slow.horizon(view),
                trends.concepts(query.k()),
                associations,
                trends.rows.work());
    }

    List<Answers.TrendingConcept> concepts(int k) {
        Comparator<Answers.TrendingConcept> order = Comparator.comparingDouble(Answers.TrendingConcept::trend);
        TopK<Answers.TrendingConcept> top =
                new TopK<>(k, order.reversed().thenComparing(Answers.TrendingConcept::concept));
        for (int concept = 0; concept < view.conceptCount(); concept++) {
            deadline.checkAt(concept);
            double activation = fast.activation(concept);
            double before = slow.activation(concept);
            if (activation >= minSupport && before > 0 && fast.moment().isKnown(concept)) {
                top.offer(new Answers.TrendingConcept(
                        fast.moment().idOf(concept), trend(activation, before), activation));
            }
        }
        return top.inOrder();
    }

    List<Answers.TrendingAssociation> associations(int k) {
        Comparator<Answers.TrendingAssociation> order = Comparator.comparingDouble(Answers.TrendingAssociation::trend);
        TopK<Answers.TrendingAssociation> top = new TopK<>(
                k,
                order.reversed()
                        .thenComparing(Answers.TrendingAssociation::from)
                        .thenComparing(Answers.TrendingAssociation::to));
        List<RowReader.Wanted> mostActive = mostActive();
        rows.read(mostActive, RowReader.Hubs.READ, (index, row) -> {
            int cue = mostActive.get(index).concept();
            for (int i = 0; i < row.size(); i++) {
                double strength = fast.strength(row, i);
                double before = slow.strength(row, i);
                if (strength >= minSupport && before > 0 && row.target(i) != cue) {
                    top.offer(new Answers.TrendingAssociation(
                            fast.moment().idOf(cue),
                            fast.moment().idOf(row.target(i)),
                            trend(strength, before),
                            strength));
                }
            }
        });
        return top.inOrder();
    }

    private List<RowReader.Wanted> mostActive() {
        Ranking ranking = new Ranking(Limits.TRENDING_CUES, fast.moment()::idsOf);
        for (int concept = 0; concept < view.conceptCount(); concept++) {
            deadline.checkAt(concept);
            double activation = fast.activation(concept);
            if (activation > 0 && ranking.mayHold(activation) && fast.moment().isKnown(concept)) {
                ranking.offer(concept, activation);
            }
        }
        ranking.sort();
        List<RowReader.Wanted> mostActive = new ArrayList<>(ranking.size());
        for (int i = 0; i < ranking.size(); i++) {
            mostActive.add(new RowReader.Wanted(ranking.item(i), ranking.score(i)));
        }
        return mostActive;
    }

    private double trend(double fastSum, double slowSum) {
        // Logarithms apart: what was depressed may be as good as nothing at the slow horizon, and a quotient infinite.
        return (Math.log(fastSum) - Math.log(slowSum)) / LN_2 - log2OfLives;
    }

    private static boolean allDecay(MemoryView view, Blend blend) {
        return blend.parts().stream().allMatch(part -> view.settings()
                .halfLives()
                .get(Blend.index(view, part.horizon()))
                .decays());
    }

    /** Σ w·H: what a steady rate adds up to, but for a factor. */
    private static double lifeMs(MemoryView view, Blend blend) {
        return blend.parts().stream()
                .mapToDouble(part -> part.weight()
                        * view.settings()
                                .halfLives()
                                .get(Blend.index(view, part.horizon()))
                                .halfLifeMs())
                .sum();
    }

    private static double meanLifeMs(MemoryView view, Blend blend) {
        return lifeMs(view, blend)
                / blend.parts().stream().mapToDouble(Blend.Part::weight).sum();
    }
}
