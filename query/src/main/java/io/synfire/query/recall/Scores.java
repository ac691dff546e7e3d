package io.synfire.query.recall;

import io.synfire.engine.view.ConceptHash;
import io.synfire.engine.view.Moment;
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

    private static final int AT_ONCE = 256;

    private final double @Nullable [] dense;
    private final boolean[] isTouched;
    private final IntArrayList touched = new IntArrayList();
    private final SparseSums sparse;

    /** Takes a concept and its sum. */
    interface Visitor {
        void score(int concept, double score);
    }

    /** Finds the factors of some concepts: of many at once, since each is a cache miss, and they are waited for together. */
    interface Factors {
        void of(int[] concepts, int count, double[] factors);
    }

    /** Of so many concepts, whose ints lie where this says. */
    Scores(int concepts, ConceptHash hash) {
        this.sparse = new SparseSums(hash);
        this.dense = concepts <= DENSE_MAX ? new double[concepts] : null;
        this.isTouched = new boolean[dense == null ? 0 : concepts];
    }

    /** Makes room for so many more, before a row is added: that takes as long as it has associations. */
    void reserve(int more) {
        if (dense == null) {
            sparse.reserve(more);
        }
    }

    /** Adds all that others hold. */
    void addAll(Scores others) {
        reserve(others.sparse.size());
        others.forEach(this::add);
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
            sparse.add(concept, value);
        }
    }

    /** How many slots of the hash table were looked at, for tests to count. */
    long looks() {
        return sparse.looks();
    }

    double get(int concept) {
        double[] array = dense;
        return array != null && concept < array.length ? array[concept] : sparse.get(concept);
    }

    /** Visits every sum that is not 0, each once. */
    void forEach(Visitor visitor) {
        double[] array = dense;
        for (int i = 0; array != null && i < touched.size(); i++) {
            int concept = touched.getInt(i);
            if (array[concept] != 0) {
                visitor.score(concept, array[concept]);
            }
        }
        for (int slot = 0; slot < sparse.slots(); slot++) {
            if (sparse.sum(slot) != 0) {
                visitor.score(sparse.concept(slot), sparse.sum(slot));
            }
        }
    }

    /** Multiplies every sum that is not 0 by a factor of its concept, each once. */
    void multiply(Factors factors) {
        int[] concepts = new int[AT_ONCE];
        int[] places = new int[AT_ONCE];
        double[] values = new double[AT_ONCE];
        double[] array = dense;
        int gathered = 0;
        for (int i = 0; array != null && i < touched.size(); i++) {
            int concept = touched.getInt(i);
            if (array[concept] != 0) {
                concepts[gathered++] = concept;
            }
            if (gathered == AT_ONCE || (gathered > 0 && i == touched.size() - 1)) {
                factors.of(concepts, gathered, values);
                for (int j = 0; j < gathered; j++) {
                    array[concepts[j]] *= values[j];
                }
                gathered = 0;
            }
        }
        for (int slot = 0; slot < sparse.slots(); slot++) {
            if (sparse.sum(slot) != 0) {
                places[gathered] = slot;
                concepts[gathered++] = sparse.concept(slot);
            }
            if (gathered == AT_ONCE || (gathered > 0 && slot == sparse.slots() - 1)) {
                factors.of(concepts, gathered, values);
                for (int j = 0; j < gathered; j++) {
                    sparse.set(places[j], sparse.sum(places[j]) * values[j]);
                }
                gathered = 0;
            }
        }
    }

    /** The best of those with a score above 0 that are shown; equals by id, which does not depend on the order in which concepts came. */
    List<Scored> best(int max, Moment since, IntPredicate isShown) {
        if (max == 0) {
            return List.of();
        }
        Ranking ranking = new Ranking(max, since::idsOf);
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
