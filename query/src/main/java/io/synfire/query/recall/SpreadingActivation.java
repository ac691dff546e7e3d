package io.synfire.query.recall;

import io.synfire.engine.view.Associations;
import io.synfire.engine.view.MemoryView;
import io.synfire.query.recall.Answers.Contribution;
import io.synfire.query.recall.Answers.Recalled;
import it.unimi.dsi.fastutil.ints.Int2DoubleMap;
import it.unimi.dsi.fastutil.ints.Int2DoubleOpenHashMap;
import it.unimi.dsi.fastutil.ints.Int2ObjectOpenHashMap;
import it.unimi.dsi.fastutil.ints.IntOpenHashSet;
import it.unimi.dsi.fastutil.ints.IntSet;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Recall over several cues and hops.
 *
 * <p>First hop: {@code score(b) = Σ_cues w_c · S(c→b)/M(c)^α / M(b)^β}. Then hops − 1 rounds: the {@value Limits#FAN_OUT} strongest
 * concepts reached last pass on δ times their activation, over their outgoing mass Σ max(S, 0), so that a hub says little to
 * each. Negative associations subtract. Reads at most cues + (hops − 1)·fan-out rows. α, β and δ were found on click data.
 *
 * <p>Source of the idea: Collins and Loftus, "A spreading-activation theory of semantic processing" (1975). Used for one question.
 */
final class SpreadingActivation {

    private static final double ALPHA = 0.75;
    private static final double BETA = 0.2;
    private static final double DELTA = 0.6;
    private static final int BECAUSE_MAX = 5;

    private final MemoryView view;
    private final Moment moment;
    private final double minSupport;
    private final Int2DoubleOpenHashMap scores = new Int2DoubleOpenHashMap();
    private final Int2ObjectOpenHashMap<List<Way>> ways = new Int2ObjectOpenHashMap<>();

    /** One way to a concept. */
    private record Way(int cue, int via, double contribution) {}

    SpreadingActivation(MemoryView view, Moment moment, double minSupport) {
        this.view = view;
        this.moment = moment;
        this.minSupport = minSupport;
    }

    /** Activates from weighted cues over some hops. */
    void spread(Int2DoubleMap cues, int hops) {
        Int2DoubleMap reached = firstHop(cues);
        for (int hop = 1; hop < hops; hop++) {
            reached = nextHop(reached);
        }
    }

    /** What was reached, best first, but for what is hidden. */
    List<Recalled> results(int k, IntSet hidden, IntSet allowed) {
        Comparator<Int2DoubleMap.Entry> byScore = Comparator.comparingDouble(Int2DoubleMap.Entry::getDoubleValue);
        Comparator<Int2DoubleMap.Entry> order = byScore.reversed().thenComparing(entry -> view.idOf(entry.getIntKey()));
        TopK<Int2DoubleMap.Entry> top = new TopK<>(k, order);
        for (Int2DoubleMap.Entry entry : scores.int2DoubleEntrySet()) {
            int concept = entry.getIntKey();
            if (entry.getDoubleValue() > 0
                    && !hidden.contains(concept)
                    && (allowed.isEmpty() || allowed.contains(concept))) {
                top.offer(entry);
            }
        }
        List<Recalled> results = new ArrayList<>();
        for (Int2DoubleMap.Entry entry : top.inOrder()) {
            results.add(new Recalled(view.idOf(entry.getIntKey()), entry.getDoubleValue(), because(entry.getIntKey())));
        }
        return results;
    }

    private Int2DoubleMap firstHop(Int2DoubleMap cues) {
        Int2DoubleOpenHashMap reached = new Int2DoubleOpenHashMap();
        for (Int2DoubleMap.Entry cue : cues.int2DoubleEntrySet()) {
            int concept = cue.getIntKey();
            double mass = moment.activation(concept);
            if (mass <= 0) {
                continue;
            }
            double gain = cue.getDoubleValue() / Math.pow(mass, ALPHA);
            Associations row = view.associations(concept, moment.atMs());
            for (int i = 0; i < row.size(); i++) {
                double strength = moment.strength(row, i);
                double targetMass = moment.activation(row.target(i));
                if (Math.abs(strength) >= minSupport && targetMass > 0) {
                    add(reached, row.target(i), concept, concept, gain * strength / Math.pow(targetMass, BETA));
                }
            }
        }
        return reached;
    }

    private Int2DoubleMap nextHop(Int2DoubleMap reached) {
        Comparator<Int2DoubleMap.Entry> byActivation = Comparator.comparingDouble(Int2DoubleMap.Entry::getDoubleValue);
        TopK<Int2DoubleMap.Entry> strongest =
                new TopK<>(Limits.FAN_OUT, byActivation.reversed().thenComparingInt(Int2DoubleMap.Entry::getIntKey));
        for (Int2DoubleMap.Entry entry : reached.int2DoubleEntrySet()) {
            if (entry.getDoubleValue() > 0) {
                strongest.offer(entry);
            }
        }
        Int2DoubleOpenHashMap next = new Int2DoubleOpenHashMap();
        for (Int2DoubleMap.Entry entry : strongest.inOrder()) {
            passOn(entry.getIntKey(), entry.getDoubleValue(), next);
        }
        return next;
    }

    private void passOn(int via, double activation, Int2DoubleOpenHashMap next) {
        Associations row = view.associations(via, moment.atMs());
        double outgoing = 0;
        for (int i = 0; i < row.size(); i++) {
            outgoing += Math.max(moment.strength(row, i), 0);
        }
        if (outgoing <= 0) {
            return;
        }
        int cue = mainCue(via);
        for (int i = 0; i < row.size(); i++) {
            double strength = moment.strength(row, i);
            if (Math.abs(strength) >= minSupport) {
                add(next, row.target(i), cue, via, DELTA * activation * strength / outgoing);
            }
        }
    }

    private void add(Int2DoubleOpenHashMap reached, int target, int cue, int via, double contribution) {
        reached.addTo(target, contribution);
        scores.addTo(target, contribution);
        ways.computeIfAbsent(target, t -> new ArrayList<>(2)).add(new Way(cue, via, contribution));
    }

    /** The cue that brought most to a concept which passes it on. */
    private int mainCue(int concept) {
        Way main = null;
        for (Way way : ways.get(concept)) {
            if (main == null || way.contribution() > main.contribution()) {
                main = way;
            }
        }
        if (main == null) {
            throw new IllegalStateException("a concept passes on what nothing brought: concept=" + view.idOf(concept));
        }
        return main.cue();
    }

    private List<Contribution> because(int concept) {
        Comparator<Way> bySize = Comparator.comparingDouble(way -> Math.abs(way.contribution()));
        TopK<Way> largest = new TopK<>(
                BECAUSE_MAX, bySize.reversed().thenComparingInt(Way::cue).thenComparingInt(Way::via));
        ways.get(concept).forEach(largest::offer);
        return largest.inOrder().stream()
                .map(way -> new Contribution(view.idOf(way.cue()), view.idOf(way.via()), way.contribution()))
                .toList();
    }

    static IntSet ints(MemoryView view, Iterable<String> ids) {
        IntOpenHashSet ints = new IntOpenHashSet();
        for (String id : ids) {
            int concept = view.conceptOf(id);
            if (concept >= 0) {
                ints.add(concept);
            }
        }
        return ints;
    }
}
