package io.synfire.query.recall;

import io.synfire.engine.view.MemoryView;
import it.unimi.dsi.fastutil.ints.Int2DoubleMap;
import it.unimi.dsi.fastutil.ints.Int2DoubleOpenHashMap;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Sums by concept. Ints of concepts are dense, so where there are few of them the sums are an array, which takes an addition in a fifth
 * of the time; where there are many, they are a hash table, so that a question does not cost by what it does not touch. Used for one
 * question.
 */
final class Scores {

    /** The most concepts that have an array: half a MiB. */
    private static final int DENSE_MAX = 1 << 16;

    private final double @Nullable [] dense;
    private final boolean[] isTouched;
    private final IntArrayList touched = new IntArrayList();
    private final Int2DoubleOpenHashMap sparse = new Int2DoubleOpenHashMap();

    /** Takes a concept and its sum. */
    interface Visitor {
        void score(int concept, double score);
    }

    /** Changes a sum. */
    interface Change {
        double apply(int concept, double score);
    }

    Scores(int concepts) {
        this.dense = concepts <= DENSE_MAX ? new double[concepts] : null;
        this.isTouched = new boolean[dense == null ? 0 : concepts];
    }

    void add(int concept, double value) {
        double[] array = dense;
        if (array != null && concept < array.length) {
            if (!isTouched[concept]) {
                isTouched[concept] = true;
                touched.add(concept);
            }
            array[concept] += value;
        } else {
            // What became known while the question was being answered is here too.
            sparse.addTo(concept, value);
        }
    }

    double get(int concept) {
        double[] array = dense;
        return array != null && concept < array.length ? array[concept] : sparse.get(concept);
    }

    /** Visits every sum that is not 0, each once. */
    void forEach(Visitor visitor) {
        replaceAll((concept, score) -> {
            visitor.score(concept, score);
            return score;
        });
    }

    /** Changes every sum that is not 0, each once. */
    void replaceAll(Change change) {
        double[] array = dense;
        if (array != null) {
            for (int i = 0; i < touched.size(); i++) {
                int concept = touched.getInt(i);
                if (array[concept] != 0) {
                    array[concept] = change.apply(concept, array[concept]);
                }
            }
        }
        for (Int2DoubleMap.Entry entry : sparse.int2DoubleEntrySet()) {
            if (entry.getDoubleValue() != 0) {
                entry.setValue(change.apply(entry.getIntKey(), entry.getDoubleValue()));
            }
        }
    }

    /** The best of those with a score above 0 that are shown; equals by id, which does not depend on the order in which concepts came. */
    List<Scored> best(int max, MemoryView view, IntPredicate isShown) {
        if (max == 0) {
            return List.of();
        }
        Ranking ranking = new Ranking(max, view::idOf);
        forEach((concept, score) -> {
            if (score > 0 && ranking.mayHold(score) && isShown.test(concept)) {
                ranking.offer(concept, score);
            }
        });
        ranking.sort();
        List<Scored> best = new ArrayList<>(ranking.size());
        for (int i = 0; i < ranking.size(); i++) {
            best.add(new Scored(ranking.item(i), ranking.score(i)));
        }
        return best;
    }
}
