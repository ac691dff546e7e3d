package io.synfire.engine;

import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.view.Activity;
import io.synfire.engine.view.Associations;
import io.synfire.engine.view.MemoryView;
import io.synfire.engine.view.ReadTime;
import java.util.HashMap;
import java.util.Map;
import java.util.function.ToIntFunction;

/** Whether readers see what the reference says: all of it, and nothing else. */
public final class ViewAgreement {

    private static final double TOLERANCE = 1e-5;

    /** What has faded reads as 0. */
    private static final double FADED = 0x1p-99;

    private ViewAgreement() {}

    /**
     * Compares every association, every marginal (M, O and I), N, T and the totals, at every horizon, within 1e-5 of Σ|Δ|.
     *
     * @return how many associations were compared
     * @throws AssertionError if one differs
     */
    public static long assertAgrees(MemoryView view, NaiveMemory reference) {
        LearningSettings settings = view.settings();
        long atMs = reference.watermarkMs();
        require(view.watermarkMs() == atMs, "watermark", view.watermarkMs(), atMs);
        Activity activity = view.activity(atMs);
        long known = 0;
        for (String concept : reference.concepts()) {
            known++;
            int c = view.conceptOf(concept);
            require(c >= 0, "int of " + concept, c, "at least 0");
            long lastMs = reference.lastActivationMs(concept);
            require(view.lastActivationMs(c) == lastMs, "last time of " + concept, view.lastActivationMs(c), lastMs);
            assertMarginalsAgree(activity, c, settings.horizonCount(), concept, reference);
        }
        require(view.counts().concepts() == known, "concepts", view.counts().concepts(), known);
        for (String concept : reference.mentioned()) {
            int c = view.conceptOf(concept);
            require(c >= 0 == reference.knows(concept), "int of " + concept, c, "known: " + reference.knows(concept));
        }
        for (int h = 0; h < settings.horizonCount(); h++) {
            double episodes = reference.episodes(h, atMs);
            if (!reference.hasEpisodes()) {
                require(activity.episodes(h) == 0, "episodes", activity.episodes(h), 0);
            }
            close(() -> "episodes", activity.episodes(h), episodes, Math.max(1, Math.abs(episodes)));
            close(
                    () -> "potentiation",
                    activity.potentiation(h),
                    reference.potentiation(h, atMs, false),
                    reference.potentiation(h, atMs, true));
            close(() -> "total", activity.total(h), reference.total(h, atMs, false), reference.total(h, atMs, true));
            close(
                    () -> "repeats",
                    activity.repeats(h),
                    reference.repeats(h, atMs, false),
                    // Here alone the memory may be off by more: by what it cannot tell apart.
                    reference.repeats(h, atMs, true) + reference.mistakenRepeats(h, atMs) / TOLERANCE);
        }
        return assertRowsAgree(view, reference, atMs);
    }

    private static void assertMarginalsAgree(
            Activity activity, int c, int horizons, String concept, NaiveMemory reference) {
        long atMs = reference.watermarkMs();
        for (int h = 0; h < horizons; h++) {
            close(
                    () -> "activation of " + concept,
                    activity.of(c, h),
                    reference.activation(concept, h, atMs),
                    reference.activationMass(concept, h, atMs));
            close(
                    () -> "potentiation from " + concept,
                    activity.potentiationFrom(c, h),
                    reference.potentiationFrom(concept, h, atMs, false),
                    reference.potentiationFrom(concept, h, atMs, true));
            close(
                    () -> "potentiation to " + concept,
                    activity.potentiationTo(c, h),
                    reference.potentiationTo(concept, h, atMs, false),
                    reference.potentiationTo(concept, h, atMs, true));
        }
    }

    /**
     * Compares one row, and the marginals of its moment, in the same way.
     *
     * @param intOf the ints that ids had at that moment
     * @throws AssertionError if one differs
     */
    public static void assertRowAgrees(
            Associations row, String cue, ToIntFunction<String> intOf, int horizons, NaiveMemory reference) {
        long atMs = reference.watermarkMs();
        require(row.atMs() == atMs, "time of the row of " + cue, row.atMs(), atMs);
        Activity activity = row.moment().activity(ReadTime.WATERMARK);
        assertMarginalsAgree(activity, intOf.applyAsInt(cue), horizons, cue, reference);
        int found = 0;
        for (NaiveMemory.Edge edge : reference.edges()) {
            if (edge.cue().equals(cue)) {
                int index = row.indexOf(intOf.applyAsInt(edge.target()));
                found += index >= 0 ? 1 : 0;
                for (int h = 0; h < horizons; h++) {
                    close(
                            () -> edge.toString(),
                            index < 0 ? 0 : row.strength(index, h),
                            reference.strength(edge, h, atMs),
                            reference.mass(edge, h, atMs));
                }
            }
        }
        require(row.size() == found, "associations of " + cue, row.size(), found);
    }

    private static long assertRowsAgree(MemoryView view, NaiveMemory reference, long atMs) {
        int horizons = view.settings().horizonCount();
        Map<Integer, Associations> rows = new HashMap<>();
        Map<Integer, Integer> found = new HashMap<>();
        long compared = 0;
        for (NaiveMemory.Edge edge : reference.edges()) {
            int cue = view.conceptOf(edge.cue());
            Associations row = rows.computeIfAbsent(cue, c -> view.associations(c, atMs));
            int index = row.indexOf(view.conceptOf(edge.target()));
            if (index >= 0) {
                found.merge(cue, 1, Integer::sum);
            }
            for (int h = 0; h < horizons; h++) {
                close(
                        () -> edge.toString(),
                        index < 0 ? 0 : row.strength(index, h),
                        reference.strength(edge, h, atMs),
                        reference.mass(edge, h, atMs));
            }
            compared++;
        }
        for (int cue = 0; cue < view.conceptCount(); cue++) {
            int size = view.associations(cue, atMs).size();
            int expected = found.getOrDefault(cue, 0);
            require(size == expected, "associations of " + view.idOf(cue), size, expected);
        }
        return compared;
    }

    /** Says what differs, once it does. */
    private interface Name {
        String get();
    }

    private static void close(Name name, double actual, double expected, double mass) {
        if (!(Math.abs(actual - expected) <= TOLERANCE * mass + FADED)) {
            throw new AssertionError(name.get() + ": is " + actual + ", should be " + expected + " of " + mass);
        }
    }

    private static void require(boolean isTrue, String name, Object actual, Object expected) {
        if (!isTrue) {
            throw new AssertionError(name + ": is " + actual + ", should be " + expected);
        }
    }
}
