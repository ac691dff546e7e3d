package io.synfire.query.evaluate;

import io.synfire.engine.view.Activity;
import io.synfire.engine.view.MemoryView;
import io.synfire.engine.view.ReadTime;
import io.synfire.query.recall.Answers;
import io.synfire.query.recall.Queries;
import io.synfire.query.recall.RecallQuery;
import it.unimi.dsi.fastutil.ints.IntOpenHashSet;
import it.unimi.dsi.fastutil.longs.LongArrayList;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Asks one memory and keeps the score, at one or more k. Ranks are among all known concepts; of equal scores the target's is taken as the
 * last. One thread at a time.
 */
final class Scorecard {

    /** After so many questions the most active concept is looked for anew. */
    private static final int MASS_MAX_QUESTIONS = 1_000;

    private final String name;
    private final MemoryView view;
    private final Queries queries;
    private final List<Integer> ks;
    private final int kMax;
    private final long[] hits;
    private final double[] reciprocal;
    private final double[] popularity;
    private final long[] shown;
    private final List<IntOpenHashSet> recalled = new ArrayList<>();
    private final LongArrayList nanos = new LongArrayList();
    private long unknownTargets;
    private double massMax;

    Scorecard(String name, MemoryView view, Queries queries, List<Integer> ks) {
        this.name = name;
        this.view = view;
        this.queries = queries;
        this.ks = ks;
        this.kMax = Collections.max(ks);
        this.hits = new long[ks.size()];
        this.reciprocal = new double[ks.size()];
        this.popularity = new double[ks.size()];
        this.shown = new long[ks.size()];
        ks.forEach(k -> recalled.add(new IntOpenHashSet()));
    }

    void ask(Prediction prediction) {
        RecallQuery query = prediction.query().k(kMax).build();
        long start = System.nanoTime();
        Queries.Placed placed = queries.place(query, prediction.target());
        nanos.add(System.nanoTime() - start);
        if (view.conceptOf(prediction.target()) < 0) {
            unknownTargets++;
        }
        Activity activity = view.moment().activity(ReadTime.WATERMARK);
        if (nanos.size() % MASS_MAX_QUESTIONS == 1) {
            massMax = massMax(activity);
        }
        List<Answers.Recalled> results = placed.answer().results();
        for (int i = 0; i < ks.size(); i++) {
            int k = ks.get(i);
            if (placed.rank() > 0 && placed.rank() <= k) {
                hits[i]++;
                reciprocal[i] += 1.0 / placed.rank();
            }
            for (Answers.Recalled result : results.subList(0, Math.min(k, results.size()))) {
                int concept = view.conceptOf(result.concept());
                if (concept >= 0) {
                    recalled.get(i).add(concept);
                    popularity[i] += activity.of(concept, view.settings().slowest()) / massMax;
                    shown[i]++;
                }
            }
        }
    }

    /** One score for each k; nothing asked is nothing hit. */
    List<Score> scores() {
        List<Score> scores = new ArrayList<>();
        long asked = nanos.size();
        long known = view.counts().concepts();
        for (int i = 0; i < ks.size(); i++) {
            scores.add(new Score(
                    name,
                    ks.get(i),
                    asked,
                    unknownTargets,
                    ratio((double) hits[i], (double) asked),
                    ratio(reciprocal[i], (double) asked),
                    ratio(recalled.get(i).size(), (double) known),
                    ratio(popularity[i], (double) shown[i]),
                    micros()));
        }
        return scores;
    }

    private Score.Micros micros() {
        long[] sorted = nanos.toLongArray();
        if (sorted.length == 0) {
            return new Score.Micros(0, 0, 0);
        }
        java.util.Arrays.sort(sorted);
        double mean = nanos.longStream().average().orElse(0);
        return new Score.Micros(
                mean / 1e3, sorted[sorted.length / 2] / 1e3, sorted[(int) (sorted.length * 0.99)] / 1e3);
    }

    private double massMax(Activity activity) {
        double max = Double.MIN_NORMAL;
        for (int concept = 0; concept < view.conceptCount(); concept++) {
            max = Math.max(max, activity.of(concept, view.settings().slowest()));
        }
        return max;
    }

    private static double ratio(double part, double whole) {
        return whole == 0 ? 0 : part / whole;
    }
}
