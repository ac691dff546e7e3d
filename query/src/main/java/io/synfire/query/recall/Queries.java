package io.synfire.query.recall;

import io.synfire.engine.view.Associations;
import io.synfire.engine.view.BeforeWatermarkException;
import io.synfire.engine.view.MemoryView;
import io.synfire.engine.view.Moment;
import io.synfire.engine.view.ReadTime;
import io.synfire.query.recall.Answers.Association;
import io.synfire.query.recall.Answers.Concept;
import io.synfire.query.recall.Answers.Explanation;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * All questions, over one memory. Thread-safe. Each throws {@link BadQueryException} if the question breaks a rule, and
 * {@link UnknownConceptException} if the memory knows nothing of a concept it is about.
 */
public final class Queries {

    private final MemoryView view;
    private final RecallSettings settings;
    private final Deadline deadline;

    /**
     * Questions to a memory, with the default settings of recall.
     *
     * @param view what is seen of it
     */
    public Queries(MemoryView view) {
        this(view, RecallSettings.defaults());
    }

    /**
     * Questions to a memory.
     *
     * @param view what is seen of it
     * @param settings how recall weighs what it reads
     */
    public Queries(MemoryView view, RecallSettings settings) {
        this(view, settings, Deadline.NONE);
    }

    private Queries(MemoryView view, RecallSettings settings, Deadline deadline) {
        this.view = view;
        this.settings = settings;
        this.deadline = deadline;
    }

    /**
     * The same questions, to be answered in time.
     *
     * @param end until when
     * @return questions that throw {@link OutOfTimeException} soon after that
     */
    public Queries within(Deadline end) {
        return new Queries(view, settings, end);
    }

    /**
     * Known concepts that are active at a horizon: not faded to nothing, nor all taken back. Looks at all of them. Their degrees are
     * counted as far as {@link RecallSettings#associationsMax} associations go, of the most active first.
     *
     * @param prefix how their ids begin; empty for all
     * @param k how many, 1 to {@value Limits#K_MAX}
     * @param blend which horizons are read, or null for the slowest
     * @param atMs the time of the read, or null for the watermark
     * @return most active first, then by id
     */
    public Answers.Concepts concepts(String prefix, int k, @Nullable Blend blend, @Nullable Long atMs) {
        Limits.requireK(k);
        return asked(() -> conceptsOf(prefix, k, blend, atMs));
    }

    private Answers.Concepts conceptsOf(String prefix, int k, @Nullable Blend blend, @Nullable Long atMs) {
        Lens lens = Lens.of(view, blend, Times.read(atMs));
        Ranking ranking = new Ranking(k, lens.moment()::idsOf);
        for (int concept = 0; concept < view.conceptCount(); concept++) {
            deadline.checkAt(concept);
            double activation = lens.activation(concept);
            // What has faded or was taken back is not active; what was forgotten is not known.
            if (activation != 0
                    && ranking.mayHold(activation)
                    && lens.moment().idOf(concept).startsWith(prefix)
                    && lens.moment().isKnown(concept)) {
                ranking.offer(concept, activation);
            }
        }
        ranking.sort();
        List<RowReader.Wanted> wanted = new ArrayList<>();
        for (int i = 0; i < ranking.size(); i++) {
            wanted.add(new RowReader.Wanted(ranking.item(i), ranking.score(i)));
        }
        RowReader rows = new RowReader(view, lens.moment(), Times.read(atMs), settings, deadline);
        @Nullable Integer[] degrees = new Integer[wanted.size()];
        rows.read(wanted, RowReader.Hubs.READ, (index, row) -> degrees[index] = row.size());
        List<Concept> concepts = new ArrayList<>();
        for (int i = 0; i < ranking.size(); i++) {
            concepts.add(new Concept(ranking.id(i), ranking.score(i), degrees[i]));
        }
        return new Answers.Concepts(concepts, rows.work());
    }

    /**
     * What goes with a concept. Reads its whole row, and no other; all of it is of one moment.
     *
     * @param query the question
     * @return by score, then by id; undefined scores come last
     */
    public Answers.Associations associations(AssociationsQuery query) {
        return asked(() -> associationsOf(query));
    }

    private Answers.Associations associationsOf(AssociationsQuery query) {
        ReadTime at = Times.read(query.atMs());
        int cue = known(query.concept());
        Lens latest = Lens.of(view, query.blend(), at);
        Associations row = row(cue, query, latest, at);
        while (!row.moment().isKnown(cue)) {
            // It was forgotten since it was looked up; it may be known anew.
            cue = known(query.concept());
            row = row(cue, query, latest, at);
        }
        return ranked(query, cue, row, latest.of(row));
    }

    private Associations row(int cue, AssociationsQuery query, Lens lens, ReadTime at) {
        return ranksByStrength(query, lens)
                // One more: the concept itself may be among them.
                ? view.first(cue, query.k() + 1, at)
                : view.associations(cue, at);
    }

    private Answers.Associations ranked(AssociationsQuery query, int cue, Associations row, Lens lens) {
        double cueRow = lens.row(cue);
        double total = lens.total();
        // Then no look at the others' activations is needed but for those in the answer.
        boolean isStrengthAlone = isStrengthAlone(query);
        Ranking ranking = new Ranking(query.k(), (indices, count, ids) -> idsOf(row, indices, count, ids));
        for (int i = 0; i < row.size(); i++) {
            deadline.checkAt(i);
            double strength = lens.strength(row, i);
            int target = row.target(i);
            boolean shown = strength != 0
                    && (target != cue || query.includeSelf())
                    && (query.minSupport() == 0 || strength >= query.minSupport())
                    && (query.prefix().isEmpty() || row.moment().idOf(target).startsWith(query.prefix()));
            if (shown) {
                double score = isStrengthAlone
                        ? strength
                        : score(query, new Measures(strength, cueRow, lens.column(target), total), lens, target);
                if (ranking.mayHold(score)) {
                    ranking.offer(i, score);
                }
            }
        }
        ranking.sort();
        // All together: they are anywhere in memory, and are fetched side by side.
        double[] columns = new double[ranking.size()];
        for (int i = 0; i < columns.length; i++) {
            columns[i] = lens.column(row.target(ranking.item(i)));
        }
        List<Association> associations = new ArrayList<>(columns.length);
        for (int i = 0; i < columns.length; i++) {
            double strength = lens.strength(row, ranking.item(i));
            Measures measures = new Measures(strength, cueRow, columns[i], total);
            associations.add(new Association(
                    ranking.id(i),
                    ranking.score(i) == Ranking.UNDEFINED ? null : ranking.score(i),
                    strength,
                    measures.of(Measure.CONFIDENCE),
                    measures.of(Measure.LIFT),
                    measures.of(Measure.NPMI)));
        }
        return new Answers.Associations(
                query.concept(), row.atMs(), query.scoring().measure(), lens.trials(), associations);
    }

    private static void idsOf(Associations row, int[] indices, int count, String[] ids) {
        int[] targets = new int[count];
        for (int i = 0; i < count; i++) {
            targets[i] = row.target(indices[i]);
        }
        row.moment().idsOf(targets, count, ids);
    }

    /** Whether the strongest at the slowest horizon are the answer. */
    private static boolean ranksByStrength(AssociationsQuery query, Lens lens) {
        return isStrengthAlone(query) && query.prefix().isEmpty() && lens.isSlowest();
    }

    private static boolean isStrengthAlone(AssociationsQuery query) {
        return query.scoring().equals(AssociationsQuery.Scoring.of(Measure.STRENGTH));
    }

    private static double score(AssociationsQuery query, Measures measures, Lens lens, int target) {
        AssociationsQuery.Scoring scoring = query.scoring();
        double mass = scoring.popularity() == 0 ? 0 : lens.activation(target);
        Double score = scoring.score(measures.of(scoring.measure()), measures.strength(), mass);
        return score == null ? Ranking.UNDEFINED : score;
    }

    /**
     * Everything about a pair: both directions, every horizon, every measure and rank, marginals, how each brings the other to mind, and
     * why it does not. Reads the whole rows of the two, and what two recalls of one cue may read. All but the two recalls is of one moment.
     *
     * @param query the question
     * @return the explanation; strengths are 0 where nothing is stored
     */
    public Explanation explain(ExplainQuery query) {
        return asked(() -> explanationOf(query));
    }

    private Explanation explanationOf(ExplainQuery query) {
        while (true) {
            int from = known(query.from());
            int to = known(query.to());
            List<Associations> rows = view.associationsOfTwo(from, to, Times.read(query.atMs()));
            Moment moment = rows.get(0).moment();
            // One may have been forgotten since it was looked up; it may be known anew.
            if (moment.isKnown(from) && moment.isKnown(to)) {
                return new Explaining(view, settings, query, deadline).explain(from, to, rows);
            }
        }
    }

    /**
     * What is growing fastest, of concepts and of associations. Looks at all concepts, and at the associations of the {@value
     * Limits#TRENDING_CUES} that fired most, as far as {@link RecallSettings#associationsMax} associations go.
     *
     * @param query the question
     * @return by trend, then by id; nothing where fewer than two horizons decay
     */
    public Answers.Trending trending(TrendingQuery query) {
        return asked(() -> Trends.answer(view, settings, query, deadline));
    }

    /**
     * What cues bring to mind, of {@link RecallSettings#associationsMax} associations at most: those of the heaviest cues first, of equal
     * cues those with the fewest, then those given first. Where equal cues may not all fit, the rows that could by themselves are read once
     * more to count them. Each row counts with the marginals of the moment at which it was read.
     *
     * @param query the question
     * @return by score, then by id; scores of 0 and less are left out
     */
    public Answers.Recall recall(RecallQuery query) {
        return asked(() -> recollect(query).answer(query));
    }

    /**
     * Where a concept stands among all that cues bring to mind. Reads what {@link #recall} does.
     *
     * @param query the question
     * @param concept the concept's id
     * @return the answer, and the concept's place in the whole ranking of what the question allows
     */
    public Placed place(RecallQuery query, String concept) {
        return asked(() -> {
            Recollection recollection = recollect(query);
            return new Placed(recollection.answer(query), recollection.rank(query, view.conceptOf(concept)));
        });
    }

    /**
     * An answer, and where a concept stands in the whole ranking it is the beginning of.
     *
     * @param answer the answer
     * @param rank 1 + how many other concepts score at least as much, so that ties are never in its favour; 0 if it is not brought to
     *     mind at all
     */
    public record Placed(Answers.Recall answer, int rank) {}

    private Recollection recollect(RecallQuery query) {
        return new Recollection(view, settings.overriddenBy(query), query, deadline);
    }

    /** The past is not kept: to ask for it is the caller's mistake, and the watermark may pass the time that was given meanwhile. */
    private static <T> T asked(Supplier<T> question) {
        try {
            return question.get();
        } catch (BeforeWatermarkException e) {
            throw new BadQueryException(String.valueOf(e.getMessage()));
        }
    }

    private int known(String id) {
        int concept = view.conceptOf(id);
        if (concept < 0) {
            throw new UnknownConceptException(id);
        }
        return concept;
    }
}
