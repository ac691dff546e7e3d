package io.synfire.query.recall;

import io.synfire.engine.view.Trials;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What questions are answered with. */
public final class Answers {

    private Answers() {}

    /**
     * Known concepts.
     *
     * @param concepts most active first
     * @param work what was read for their degrees
     */
    public record Concepts(List<Concept> concepts, Work work) {}

    /**
     * A known concept.
     *
     * @param concept its id
     * @param activation its decayed activation mass M
     * @param degree how many associations it has, or null where the budget of the question was used up
     */
    public record Concept(String concept, double activation, @Nullable Integer degree) {}

    /**
     * What goes with a concept.
     *
     * @param concept its id
     * @param asOfMs the time of the read
     * @param measure what it is ranked by
     * @param trials what measures count
     * @param associations best first
     */
    public record Associations(
            String concept, long asOfMs, Measure measure, Trials.Unit trials, List<Association> associations) {}

    /**
     * One association.
     *
     * @param concept the target's id
     * @param score its value under the measure asked for, or null where that is undefined
     * @param strength S
     * @param confidence S/row, or null
     * @param lift S·total/(row·column), or null
     * @param npmi normalized pointwise mutual information, or null
     */
    public record Association(
            String concept,
            @Nullable Double score,
            double strength,
            @Nullable Double confidence,
            @Nullable Double lift,
            @Nullable Double npmi) {}

    /**
     * Everything about a pair.
     *
     * @param from one concept
     * @param to the other
     * @param asOfMs the time of the read
     * @param trials what measures count
     * @param horizons what each horizon says, or the blend that was asked for
     * @param lastReinforcedMs no association of the two was reinforced after this; null where there is none
     * @param forgetBelow the strength below which an association is hidden; 0 if none is
     * @param forwardBelowMs when the association from the one to the other falls below that, if it is not used again; null for never
     * @param backwardBelowMs the same of the other direction
     * @param forwardRecall how the one brings the other to mind
     * @param backwardRecall how the other brings the one
     * @param retention what each half-life keeps
     */
    public record Explanation(
            String from,
            String to,
            long asOfMs,
            Trials.Unit trials,
            List<HorizonExplanation> horizons,
            @Nullable Long lastReinforcedMs,
            double forgetBelow,
            @Nullable Long forwardBelowMs,
            @Nullable Long backwardBelowMs,
            RecallPath forwardRecall,
            RecallPath backwardRecall,
            List<Retention> retention) {}

    /**
     * What is growing fastest.
     *
     * @param asOfMs the time of the read
     * @param fast the fast half-life or blend, or null where there are no two that decay
     * @param slow the slow one, or null
     * @param concepts by trend
     * @param associations by trend
     * @param work what was read for the associations
     */
    public record Trending(
            long asOfMs,
            @Nullable String fast,
            @Nullable String slow,
            List<TrendingConcept> concepts,
            List<TrendingAssociation> associations,
            Work work) {}

    /**
     * A concept that grows.
     *
     * @param concept its id
     * @param trend log2 of its fast over its slow rate
     * @param activation M at the fast horizon
     */
    public record TrendingConcept(String concept, double trend, double activation) {}

    /**
     * An association that grows.
     *
     * @param from the cue's id
     * @param to the target's id
     * @param trend log2 of its fast over its slow rate
     * @param strength S at the fast horizon
     */
    public record TrendingAssociation(String from, String to, double trend, double strength) {}

    /**
     * What one horizon says about a pair.
     *
     * @param horizon its half-life, as settings write it, or a blend as questions do
     * @param episodes N
     * @param fromActivation M of the one
     * @param toActivation M of the other
     * @param forward the association from the one to the other
     * @param backward the association from the other to the one
     */
    public record HorizonExplanation(
            String horizon,
            double episodes,
            double fromActivation,
            double toActivation,
            Direction forward,
            Direction backward) {}

    /**
     * One direction of a pair.
     *
     * @param strength S, 0 where nothing is stored
     * @param row trials with the cue
     * @param column trials with the target
     * @param total all trials
     * @param saturated 1 − e^−|S|, with the sign of S: potentiation has a ceiling, and so has depression
     * @param measures every measure, null where undefined
     * @param ranks its place among the associations of its cue by every measure, from 1; null where it is not among them
     * @param cuts how often the row it is in was cut back to its strongest
     * @param cutBound what it may have lost by that, at the slowest horizon
     */
    public record Direction(
            double strength,
            double row,
            double column,
            double total,
            double saturated,
            Map<Measure, @Nullable Double> measures,
            Map<Measure, @Nullable Integer> ranks,
            int cuts,
            double cutBound) {}

    /**
     * How one concept, as the only cue, brings another to mind.
     *
     * @param rank its place among all that is brought to mind, from 1, ties against it; null if it is not
     * @param score what it is brought by, or null
     * @param paths the direct way and those over one other concept, largest first
     * @param missing why it is not where it may be expected; empty if there is no reason
     * @param work what was read for it
     */
    public record RecallPath(
            @Nullable Integer rank,
            @Nullable Double score,
            List<Contribution> paths,
            List<Missing> missing,
            Work work) {}

    /**
     * A reason why an answer is missing.
     *
     * @param reason in short
     * @param detail with figures
     */
    public record Missing(Reason reason, String detail) {

        /** Why an answer is missing. */
        public enum Reason {
            /** The two are one: a cue is hidden among its own results unless asked for. */
            HIDDEN_AS_CUE,
            /**
             * They were never learned together, or what was learned has faded away, or is weaker than {@code forget.below} at every horizon:
             * a memory drops that sooner or later, so it cannot tell these apart.
             */
            NEVER_SEEN,
            /** Nothing is stored, but the row was cut back to its strongest: it may have been among the rest. */
            CUT,
            /** Its strength is less than was asked for. */
            UNDER_MIN_SUPPORT,
            /** Its evidence is negative: the one keeps the other away. */
            DEPRESSED;

            @Override
            public String toString() {
                return name().toLowerCase(Locale.ROOT).replace('_', '-');
            }
        }
    }

    /**
     * What cues bring to mind.
     *
     * @param asOfMs the time of the read; if none was asked for, the latest watermark of what was read
     * @param results strongest first
     * @param unknownCues cues of which the memory knows nothing
     * @param work what was read for it
     */
    public record Recall(long asOfMs, List<Recalled> results, List<String> unknownCues, Work work) {}

    /**
     * What was read for an answer, and what was not.
     *
     * @param rows how many concepts' associations
     * @param associations how many associations, never more than the budget
     * @param skipped how many concepts' associations were left out: of hubs, and of those for which there was no budget
     * @param partly how many cues were read in part, since they are hubs
     * @param leftOut the first {@value Limits#LEFT_OUT_NAMED} of both, by name
     */
    public record Work(int rows, int associations, int skipped, int partly, List<LeftOut> leftOut) {

        /** Nothing was read. */
        static final Work NOTHING = new Work(0, 0, 0, 0, List.of());

        /** Takes an unmodifiable copy. */
        public Work {
            leftOut = List.copyOf(leftOut);
        }

        /**
         * Whether everything that was asked for was read.
         *
         * @return false if anything was left out
         */
        public boolean isWhole() {
            return skipped == 0 && partly == 0;
        }
    }

    /**
     * A concept whose associations were not read, or not all of them.
     *
     * @param concept its id
     * @param reason the rule that says so
     */
    public record LeftOut(String concept, Rule reason) {

        /** Why associations were not read. */
        public enum Rule {
            /** They are more than what was left of {@code recall.associations-max}. */
            BUDGET,
            /** They are more than {@code recall.hub-max}: it passes nothing on, since it says next to nothing to each. */
            HUB,
            /** They are more than {@code recall.hub-max}: of this cue the {@value Limits#HUB_STRONGEST} strongest alone were read. */
            PARTLY;

            @Override
            public String toString() {
                return name().toLowerCase(Locale.ROOT);
            }
        }
    }

    /**
     * One concept brought to mind.
     *
     * @param concept its id
     * @param score above 0
     * @param because what brought it, largest first
     */
    public record Recalled(String concept, double score, List<Contribution> because) {}

    /**
     * One way a concept was brought to mind.
     *
     * @param cue the cue it began with
     * @param via the concept that passed it on; the cue itself on the direct way
     * @param contribution what it added to the score; negative for a depressed association
     */
    public record Contribution(String cue, String via, double contribution) {}
}
