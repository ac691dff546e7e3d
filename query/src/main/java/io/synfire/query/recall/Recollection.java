package io.synfire.query.recall;

import io.synfire.engine.view.MemoryView;
import io.synfire.query.recall.Answers.Recalled;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** All that the cues of one question brought to mind: the beginning of its ranking is the answer. Used for one question. */
final class Recollection {

    private static final int CONTRIBUTIONS_MAX = 5;

    private final MemoryView view;
    private final Lens lens;
    private final Deadline deadline;
    private final Cues cues;
    private final RowReader rows;
    private final SpreadingActivation activation;
    private final FewConcepts hidden;
    private final @Nullable FewConcepts allowed;

    Recollection(MemoryView view, RecallSettings settings, RecallQuery query, Deadline deadline) {
        this.view = view;
        this.lens = Lens.of(view, query.blend(), Times.read(query.atMs()));
        this.deadline = deadline;
        this.cues = Cues.of(view, query, settings);
        this.rows = new RowReader(view, Times.read(query.atMs()), settings, deadline);
        this.activation = new SpreadingActivation(view, lens, settings, query.minSupport(), rows);
        IntArrayList notShown = ints(query.exclude());
        if (!query.includeCues()) {
            cues.known().forEach(cue -> notShown.add(cue.concept()));
        }
        this.hidden = FewConcepts.of(notShown);
        Set<String> candidates = query.candidates();
        this.allowed = candidates == null ? null : FewConcepts.of(ints(candidates));
        if (allowed == null || !allowed.isEmpty()) {
            activation.spread(cues, mayReadPartly(query, lens));
        }
    }

    /** Whether the strongest associations of a hub are enough: not where much may be asked for, or little of it be shown. */
    private static boolean mayReadPartly(RecallQuery query, Lens lens) {
        return query.k() + query.exclude().size() + query.cues().size() <= Limits.HUB_STRONGEST / 2
                && query.candidates() == null
                && query.prefix().isEmpty()
                && lens.isSlowest();
    }

    Answers.Recall answer(RecallQuery query) {
        List<Scored> best = activation.scores().best(query.k(), view, concept -> isShown(concept, query.prefix()));
        IntArrayList concepts = new IntArrayList();
        best.forEach(scored -> concepts.add(scored.concept()));
        Reasons reasons = new Reasons(view, activation, concepts, deadline);
        List<Recalled> results = new ArrayList<>();
        for (Scored scored : best) {
            results.add(new Recalled(
                    view.idOf(scored.concept()), scored.score(), reasons.of(scored.concept(), CONTRIBUTIONS_MAX)));
        }
        return new Answers.Recall(rows.atMs(lens.atMs()), results, cues.unknown(), rows.work());
    }

    /** What brought one concept most, largest first. */
    List<Answers.Contribution> waysTo(int concept, int max) {
        return new Reasons(view, activation, IntArrayList.of(concept), deadline).of(concept, max);
    }

    /** What was read for it. */
    Answers.Work work() {
        return rows.work();
    }

    double score(int concept) {
        return activation.scores().get(concept);
    }

    /** 1 + how many others score at least as much as a concept; 0 if it is not among the results, however many there were. */
    int rank(RecallQuery query, int concept) {
        double own = concept < 0 ? 0 : activation.scores().get(concept);
        if (!(own > 0) || !isShown(concept, query.prefix())) {
            return 0;
        }
        int[] rank = {1};
        activation.scores().forEach((other, score) -> {
            if (score >= own && other != concept && isShown(other, query.prefix())) {
                rank[0]++;
            }
        });
        return rank[0];
    }

    private boolean isShown(int concept, String prefix) {
        return !hidden.contains(concept)
                && (allowed == null || allowed.contains(concept))
                && (prefix.isEmpty() || view.idOf(concept).startsWith(prefix));
    }

    private IntArrayList ints(Iterable<String> ids) {
        IntArrayList ints = new IntArrayList();
        for (String id : ids) {
            int concept = view.conceptOf(id);
            if (concept >= 0) {
                ints.add(concept);
            }
        }
        return ints;
    }
}
