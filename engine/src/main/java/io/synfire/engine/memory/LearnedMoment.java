package io.synfire.engine.memory;

import io.synfire.engine.event.Position;
import io.synfire.engine.learn.ForwardDecay;
import io.synfire.engine.learn.Landmarks;
import io.synfire.engine.view.Activity;
import io.synfire.engine.view.Counts;
import io.synfire.engine.view.Moment;
import io.synfire.engine.view.ReadTime;
import io.synfire.engine.view.Trials;
import java.util.List;

/**
 * A moment, and where its rows are: what the tables and the store hold of the moment before, and on top of that the impulses that are held,
 * until all of these are in the tables. Immutable but for {@link #isDrained}, thread-safe.
 */
final class LearnedMoment implements Moment {

    private final long number;
    private final long epoch;
    private final List<ForwardDecay> decays;
    private final MemoryFigures figures;
    private final Marginals.Published marginals;
    private final ConceptSet retired;
    private final IdsSince ids;
    private volatile boolean drained;

    /** What makes strengths at the watermark of sums at the landmarks of the marginals, which are those of most tables, too. */
    private final double[] toWatermark;

    /**
     * A moment that is about to be published.
     *
     * @param number one more than that of the moment before
     * @param epoch the checkpoint that will write what it adds
     * @param retired ints that were retired by then
     * @param ids those of the concepts that are known then or later
     * @param drained whether all of it is in the tables
     */
    LearnedMoment(
            long number,
            long epoch,
            List<ForwardDecay> decays,
            MemoryFigures figures,
            Marginals.Published marginals,
            ConceptSet retired,
            IdsSince ids,
            boolean drained) {
        this.number = number;
        this.epoch = epoch;
        this.decays = decays;
        this.figures = figures;
        this.marginals = marginals;
        this.retired = retired;
        this.ids = ids;
        this.drained = drained;
        this.toWatermark = marginals.toWatermark(decays, figures.watermarkMs());
    }

    @Override
    public long number() {
        return number;
    }

    /** The number of the checkpoint that will write what it adds: a row that this one wrote, or a later one, may say more. */
    long epoch() {
        return epoch;
    }

    /** The factors that make strengths at the watermark of sums at some landmarks; not to be changed. */
    double[] toWatermark(Landmarks landmarks) {
        return landmarks.equals(marginals.rows().landmarks()) ? toWatermark : landmarks.decays(decays, watermarkMs());
    }

    /** Whether all that is held is in the tables. */
    boolean isDrained() {
        return drained;
    }

    /** All that is held is in the tables now. Writer only. */
    void drained() {
        drained = true;
    }

    MemoryFigures figures() {
        return figures;
    }

    /** Concepts that have an int, and of which nothing remains: they are in no answer. */
    ConceptSet unknown() {
        return marginals.unknown();
    }

    /** Those of the unknown that were forgotten: nothing is ever learned of them again. */
    ConceptSet retired() {
        return retired;
    }

    /** The same moment, after a checkpoint has begun or ended: what comes is written by another. All of it must be in the tables. */
    LearnedMoment in(long anotherEpoch, MemoryFigures now) {
        return new LearnedMoment(number, anotherEpoch, decays, now, marginals, retired, ids, true);
    }

    @Override
    public long watermarkMs() {
        return figures.watermarkMs();
    }

    @Override
    public long sourceMs() {
        return figures.sourceMs();
    }

    @Override
    public Counts counts() {
        return figures.counts();
    }

    @Override
    public Trials trials() {
        return figures.trials();
    }

    @Override
    public List<Position> positions() {
        return figures.positions();
    }

    @Override
    public boolean isKnown(int concept) {
        return marginals.rows().isKnown(concept);
    }

    @Override
    public String idOf(int concept) {
        return ids.id(concept);
    }

    @Override
    public void idsOf(int[] concepts, int count, String[] into) {
        ids.ids(concepts, count, into);
    }

    IdSource ids() {
        return ids;
    }

    @Override
    public long lastActivationMs(int concept) {
        return isKnown(concept) ? marginals.rows().lastMs(concept) : 0;
    }

    @Override
    public Activity activity(ReadTime at) {
        long atMs = at.resolve(watermarkMs());
        return marginals.activity(
                toWatermark,
                atMs == watermarkMs()
                        ? toWatermark
                        : marginals.rows().landmarks().decays(decays, atMs));
    }
}
