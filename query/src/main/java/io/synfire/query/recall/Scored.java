package io.synfire.query.recall;

import io.synfire.engine.view.MemoryView;
import it.unimi.dsi.fastutil.ints.Int2DoubleMap;
import it.unimi.dsi.fastutil.ints.Int2DoubleOpenHashMap;
import java.util.Comparator;
import java.util.List;

/**
 * A concept and its score.
 *
 * @param concept its int
 * @param score above 0
 */
record Scored(int concept, double score) {

    /** By falling score, then by id, which does not depend on the order in which concepts came. */
    static Comparator<Scored> order(MemoryView view) {
        Comparator<Scored> byScore = Comparator.comparingDouble(Scored::score);
        return byScore.reversed().thenComparing(scored -> view.idOf(scored.concept()));
    }

    /** The best of those with a score above 0. */
    static List<Scored> best(Int2DoubleOpenHashMap scores, int max, MemoryView view) {
        TopK<Scored> top = new TopK<>(max, order(view));
        for (Int2DoubleMap.Entry entry : scores.int2DoubleEntrySet()) {
            double score = entry.getDoubleValue();
            Scored last = top.last();
            if (score > 0 && (last == null || score >= last.score())) {
                top.offer(new Scored(entry.getIntKey(), score));
            }
        }
        return top.inOrder();
    }
}
