package io.synfire.engine.memory;

import io.synfire.engine.learn.Horizon;
import io.synfire.engine.learn.LearningSettings;

/** What is taken out of a row when it is written: what cancelled out, what leads to nothing, what is too weak, what is too much. */
final class Tidying {

    private final LearningSettings settings;

    /** What it changed. */
    record Tidied(long associations, long bytes, long cuts, long prunes) {

        static final Tidied NOTHING = new Tidied(0, 0, 0, 0);

        Tidied plus(Tidied more) {
            return new Tidied(
                    associations + more.associations, bytes + more.bytes, cuts + more.cuts, prunes + more.prunes);
        }
    }

    Tidying(LearningSettings settings) {
        this.settings = settings;
    }

    /** Tidies a whole row, under its monitor; {@code toWatermark} is that of its landmarks. */
    Tidied tidy(AdjacencyTable table, double[] toWatermark, long watermarkMs, ConceptSet retired) {
        int sizeBefore = table.size();
        long bytesBefore = table.bytes();
        table.dropCancelled();
        table.dropTargets(retired);
        long prunes = prune(table, toWatermark, watermarkMs);
        int cuts = cutBack(table);
        return table.size() == sizeBefore && table.bytes() == bytesBefore
                ? Tidied.NOTHING
                : new Tidied(table.size() - sizeBefore, table.bytes() - bytesBefore, cuts, prunes);
    }

    /** Cuts a row back to its strongest associations once it holds twice as many; returns how often that was. */
    int cutBack(AdjacencyTable table) {
        int before = table.cuts();
        table.cutBackTo(settings.maxAssociations());
        return table.cuts() - before;
    }

    /** Whether a row of so many associations may be cut back when it is tidied. */
    boolean mayCut(int associations) {
        return settings.maxAssociations() > 0 && associations >= 2L * settings.maxAssociations();
    }

    /** From which strength on an association is shown. */
    double forgetBelow() {
        return settings.forgetBelow();
    }

    /** When a row that is new counts as pruned: it has a half-life to become strong. */
    long firstPrunedMs(long watermarkMs) {
        return prunes() ? watermarkMs : 0;
    }

    /** Whether a row that was last pruned at one watermark is pruned at another. */
    boolean isDue(long prunedMs, long watermarkMs) {
        return prunes() && watermarkMs - prunedMs >= slowest(settings).halfLifeMs();
    }

    private boolean prunes() {
        return settings.forgetBelow() > 0 && slowest(settings).decays();
    }

    /**
     * Use it or lose it: at most once per slowest half-life of watermark, so that what an association lost by this has halved
     * before it can lose again, and all it ever lost is at most twice {@code forget.below}.
     */
    private long prune(AdjacencyTable table, double[] toWatermark, long watermarkMs) {
        if (isDue(table.prunedMs(), watermarkMs)) {
            int sizeBefore = table.size();
            table.pruneBelow(settings.forgetBelow(), toWatermark, watermarkMs);
            return (long) sizeBefore - table.size();
        }
        return 0;
    }

    private static Horizon slowest(LearningSettings settings) {
        return settings.halfLives().get(settings.slowest());
    }
}
