package io.synfire.query.recall;

import io.synfire.engine.learn.Horizon;
import io.synfire.engine.view.Activity;
import io.synfire.engine.view.Associations;
import io.synfire.engine.view.MemoryView;
import java.util.Comparator;
import java.util.List;

/**
 * What grows: log2 of the rate at a fast horizon over the rate at a slow one.
 *
 * <p>Events that come at a steady rate r add up to r·H/ln 2 under a half-life H, so a sum S stands for the rate S·ln 2/H, and the
 * trend is {@code log2((S_fast/H_fast) / (S_slow/H_slow))}: 0 for what is steady, 1 for what has doubled lately, at most
 * log2(H_slow/H_fast), for what is new. Only positive evidence has a rate.
 *
 * <p>Looks at all concepts, and at the associations of the {@value Limits#TRENDING_CUES} that fired most at the fast horizon, the most
 * active first; of these, rows that are more than is left of the budget are passed over. Used for one question.
 */
final class Trends {

    private final MemoryView view;
    private final int fast;
    private final int slow;
    private final RowReader rows;
    private final Deadline deadline;
    private final double minSupport;
    private final Activity activity;

    /** A concept and a figure. */
    private record Figure(int concept, double value) {}

    Trends(
            MemoryView view,
            RecallSettings settings,
            int fast,
            int slow,
            long atMs,
            double minSupport,
            Deadline deadline) {
        this.view = view;
        this.fast = fast;
        this.slow = slow;
        this.rows = new RowReader(view, atMs, settings.associationsMax(), deadline);
        this.deadline = deadline;
        this.minSupport = minSupport;
        this.activity = view.activity(atMs);
    }

    List<Answers.TrendingConcept> concepts(int k) {
        Comparator<Answers.TrendingConcept> order = Comparator.comparingDouble(Answers.TrendingConcept::trend);
        TopK<Answers.TrendingConcept> top =
                new TopK<>(k, order.reversed().thenComparing(Answers.TrendingConcept::concept));
        for (int concept = 0; concept < view.conceptCount(); concept++) {
            deadline.checkAt(concept);
            double activation = activity.of(concept, fast);
            double before = activity.of(concept, slow);
            if (activation >= minSupport && before > 0 && !view.isRetired(concept)) {
                top.offer(new Answers.TrendingConcept(view.idOf(concept), trend(activation, before), activation));
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
        for (Figure cue : mostActive()) {
            Associations row = rows.read(cue.concept());
            for (int i = 0; row != null && i < row.size(); i++) {
                double strength = row.strength(i, fast);
                double before = row.strength(i, slow);
                if (strength >= minSupport && before > 0 && row.target(i) != cue.concept()) {
                    top.offer(new Answers.TrendingAssociation(
                            view.idOf(cue.concept()), view.idOf(row.target(i)), trend(strength, before), strength));
                }
            }
        }
        return top.inOrder();
    }

    private List<Figure> mostActive() {
        Comparator<Figure> order = Comparator.comparingDouble(Figure::value);
        TopK<Figure> top = new TopK<>(Limits.TRENDING_CUES, order.reversed().thenComparingInt(Figure::concept));
        for (int concept = 0; concept < view.conceptCount(); concept++) {
            deadline.checkAt(concept);
            double activation = activity.of(concept, fast);
            if (activation > 0) {
                top.offer(new Figure(concept, activation));
            }
        }
        return top.inOrder();
    }

    private double trend(double fastSum, double slowSum) {
        // Logarithms apart: what was depressed may be as good as nothing at the slow horizon, and a quotient infinite.
        return (Math.log(fastSum) - Math.log(slowSum) + Math.log(halfLifeMs(slow) / halfLifeMs(fast))) / Math.log(2);
    }

    private double halfLifeMs(int horizon) {
        Horizon halfLife = view.settings().halfLives().get(horizon);
        return halfLife.halfLifeMs();
    }
}
