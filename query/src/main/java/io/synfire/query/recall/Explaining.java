package io.synfire.query.recall;

import io.synfire.engine.view.Associations;
import io.synfire.engine.view.MemoryView;
import io.synfire.engine.view.Moment;
import io.synfire.engine.view.ReadTime;
import io.synfire.query.recall.Answers.Direction;
import io.synfire.query.recall.Answers.Explanation;
import io.synfire.query.recall.Answers.HorizonExplanation;
import io.synfire.query.recall.Answers.Missing;
import io.synfire.query.recall.Answers.Missing.Reason;
import io.synfire.query.recall.Answers.RecallPath;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Explains a pair: what is stored of it, where that stands among its cue's associations, how the one brings the other to mind, and why it
 * does not. Reads the rows of both, of one moment, and what two recalls read, each of the moments that it meets. Used for one question.
 */
final class Explaining {

    private static final int PATHS_MAX = 10;

    private final MemoryView view;
    private final RecallSettings settings;
    private final ExplainQuery query;
    private final Deadline deadline;
    private final ReadTime at;

    Explaining(MemoryView view, RecallSettings settings, ExplainQuery query, Deadline deadline) {
        this.view = view;
        this.settings = settings;
        this.query = query;
        this.deadline = deadline;
        this.at = Times.read(query.atMs());
    }

    /** All that is said of a pair, but for the two recalls, is of the one moment of the two rows. */
    Explanation explain(int from, int to, List<Associations> rows) {
        Associations forward = rows.get(0);
        Associations backward = rows.get(1);
        Lens lens = Lens.of(view, query.blend(), at).of(forward);
        List<HorizonExplanation> horizons = new ArrayList<>();
        for (Lens read : readings(lens)) {
            horizons.add(new HorizonExplanation(
                    read.horizon(view),
                    read.episodes(),
                    read.activation(from),
                    read.activation(to),
                    direction(forward, from, to, read),
                    direction(backward, to, from, read)));
        }
        return new Explanation(
                query.from(),
                query.to(),
                lens.atMs(),
                lens.trials(),
                horizons,
                forward.indexOf(to) < 0 && backward.indexOf(from) < 0
                        ? null
                        : lastReinforcedMs(lens.moment(), from, to),
                view.settings().forgetBelow(),
                fallsBelowMs(forward, to),
                fallsBelowMs(backward, from),
                recall(forward, from, to, lens),
                recall(backward, to, from, lens),
                Retention.of(view.settings()));
    }

    /** The blend that was asked for, or each horizon by itself. */
    private List<Lens> readings(Lens lens) {
        if (query.blend() != null) {
            return List.of(lens);
        }
        return view.settings().halfLives().stream()
                .map(half -> lens.at(view, Blend.of(half.toString())))
                .toList();
    }

    private Direction direction(Associations row, int cue, int target, Lens read) {
        int index = row.indexOf(target);
        Measures measures = measures(row, index, cue, target, read);
        Map<Measure, @Nullable Double> all = new EnumMap<>(Measure.class);
        for (Measure measure : Measure.values()) {
            all.put(measure, measures.of(measure));
        }
        return new Direction(
                measures.strength(),
                measures.row(),
                measures.column(),
                measures.total(),
                saturated(measures.strength()),
                all,
                ranks(row, cue, target, read, all),
                row.cuts(),
                row.cutBound());
    }

    /** The places that a list of the cue's associations by each measure gives: by score, then by id, the cue itself left out. */
    private Map<Measure, @Nullable Integer> ranks(
            Associations row, int cue, int target, Lens read, Map<Measure, @Nullable Double> own) {
        Measure[] measures = Measure.values();
        boolean isListed = row.indexOf(target) >= 0 && cue != target;
        String id = isListed ? row.moment().idOf(target) : "";
        int[] before = new int[measures.length];
        for (int i = 0; isListed && i < row.size(); i++) {
            deadline.checkAt(i);
            int other = row.target(i);
            if (other != target && other != cue) {
                Measures others = measures(row, i, cue, other, read);
                // An id is looked at where there is a tie alone: those of a hub are anywhere in memory.
                int orderOfIds = 0;
                for (int m = 0; m < measures.length; m++) {
                    int order = order(others.of(measures[m]), own.get(measures[m]));
                    if (order == 0 && orderOfIds == 0) {
                        orderOfIds = row.moment().idOf(other).compareTo(id);
                    }
                    before[m] += order > 0 || (order == 0 && orderOfIds < 0) ? 1 : 0;
                }
            }
        }
        Map<Measure, @Nullable Integer> ranks = new EnumMap<>(Measure.class);
        for (int m = 0; m < measures.length; m++) {
            ranks.put(measures[m], isListed && own.get(measures[m]) != null ? Integer.valueOf(1 + before[m]) : null);
        }
        return ranks;
    }

    /** Above 0 if another's score comes before one; below 0 if there is none of the two. */
    private static int order(@Nullable Double others, @Nullable Double own) {
        return others == null || own == null ? -1 : Double.compare(others, own);
    }

    private static Measures measures(Associations row, int index, int cue, int target, Lens read) {
        double strength = index < 0 ? 0 : read.strength(row, index);
        return new Measures(strength, read.row(cue), read.column(target), read.total());
    }

    private RecallPath recall(Associations row, int cue, int target, Lens lens) {
        RecallQuery asked = RecallQuery.builder()
                .cues(List.of(row.moment().idOf(cue)))
                .includeCues(cue == target)
                .blend(query.blend())
                .minSupport(query.minSupport())
                .atMs(query.atMs())
                .build();
        Recollection recollection = new Recollection(view, settings.overriddenBy(asked), asked, deadline);
        int rank = recollection.rank(asked, target);
        return new RecallPath(
                rank == 0 ? null : rank,
                rank == 0 ? null : recollection.score(target),
                recollection.waysTo(target, PATHS_MAX),
                missing(row, cue, target, lens),
                recollection.work());
    }

    private List<Missing> missing(Associations row, int cue, int target, Lens lens) {
        List<Missing> reasons = new ArrayList<>();
        if (cue == target) {
            reasons.add(new Missing(
                    Reason.HIDDEN_AS_CUE, "a cue is not among its own results, unless include-cues is asked for"));
        }
        int index = row.indexOf(target);
        if (index >= 0) {
            double strength = lens.strength(row, index);
            if (strength < 0) {
                reasons.add(new Missing(
                        Reason.DEPRESSED, "its evidence is negative, the cue keeps it away: strength=" + strength));
            }
            if (Math.abs(strength) < query.minSupport()) {
                reasons.add(new Missing(
                        Reason.UNDER_MIN_SUPPORT,
                        "its strength is below min-support: strength=" + strength + " min-support="
                                + query.minSupport()));
            }
        } else if (row.cuts() > 0) {
            reasons.add(new Missing(
                    Reason.CUT,
                    "it is not stored, and the row was cut back to its max-associations="
                            + view.settings().maxAssociations() + " strongest: cuts=" + row.cuts()
                            + ", what it may have lost by that is at most " + row.cutBound()));
        } else {
            double below = view.settings().forgetBelow();
            reasons.add(new Missing(
                    Reason.NEVER_SEEN,
                    below > 0
                            ? "the two were not learned together, or what was learned is below forget.below=" + below
                                    + " at every horizon: the memory drops that, and cannot tell which"
                            : "the two were not learned together, or it has faded"));
        }
        return reasons;
    }

    /** Long-term potentiation has a ceiling, and so has depression; within (-1, 1). */
    private static double saturated(double strength) {
        return Math.signum(strength) * -Math.expm1(-Math.abs(strength));
    }

    /**
     * The latest time at which an association of the two may have been reinforced. Within an episode both fire at once, so no later than
     * the earlier of both last activations; within a context up to max-gap lies between, and the impulse is of the later one's time.
     */
    private long lastReinforcedMs(Moment moment, int a, int b) {
        long earlier = Math.min(moment.lastActivationMs(a), moment.lastActivationMs(b));
        long later = Math.max(moment.lastActivationMs(a), moment.lastActivationMs(b));
        return moment.counts().contextual()
                ? Math.min(later, earlier + view.settings().maxGapMs())
                : earlier;
    }

    private @Nullable Long fallsBelowMs(Associations row, int target) {
        int index = row.indexOf(target);
        if (index < 0) {
            return null;
        }
        double[] strengths = new double[view.settings().horizonCount()];
        for (int h = 0; h < strengths.length; h++) {
            strengths[h] = row.strength(index, h);
        }
        return Retention.fallsBelowMs(view.settings(), strengths, row.atMs());
    }
}
