package io.synfire.engine.memory;

import io.synfire.engine.learn.ForwardDecay;
import io.synfire.engine.learn.Landmarks;
import io.synfire.engine.memory.Tidying.Tidied;
import io.synfire.engine.store.Row;
import io.synfire.engine.store.StoredRow;
import io.synfire.engine.view.ConceptHash;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Adds up what is known of a row in parts: what is stored of it, what was appended to that, and deltas on top. After each part the row is
 * {@link Tidying tidied}, as of the watermark at which that part was last added to. So it does not matter how many of the parts were folded
 * before, nor when: a checkpoint that folds a row, and a reader that reads it, come to the same. Of one thread, for one row.
 */
final class Folding {

    private final ConceptHash hash;
    private final List<ForwardDecay> decays;
    private final Tidying tidying;
    private final ConceptSet retired;
    private Tidied tidied = Tidied.NOTHING;

    /**
     * Folds a row.
     *
     * @param retired concepts that lead nowhere any more
     */
    Folding(ConceptHash hash, List<ForwardDecay> decays, Tidying tidying, ConceptSet retired) {
        this.hash = hash;
        this.decays = decays;
        this.tidying = tidying;
        this.retired = retired;
    }

    /** What was taken out meanwhile. */
    Tidied tidied() {
        return tidied;
    }

    /** What is stored, as one row. */
    Row row(StoredRow stored) {
        List<Row> additions = stored.additions();
        return isOneSum(stored, additions)
                ? stored.folded()
                : whole(stored, additions).toRow(Row.Kind.WHOLE, stored.checkpoint());
    }

    /** What is stored, as a table. */
    AdjacencyTable whole(StoredRow stored) {
        List<Row> additions = stored.additions();
        return isOneSum(stored, additions) ? AdjacencyTable.of(hash, stored.folded()) : whole(stored, additions);
    }

    private AdjacencyTable whole(StoredRow stored, List<Row> additions) {
        Row base = stored.base();
        AdjacencyTable whole = base == null
                ? AdjacencyTable.complete(hash, additions.get(0).landmarks(), prunedMs(stored, additions))
                : AdjacencyTable.of(hash, base);
        additions.forEach(part -> add(whole, AdjacencyTable.delta(hash, part)));
        return whole;
    }

    /**
     * Whether its parts may be added up at once, which is faster: nothing would be taken out in between. What is moved to later landmarks
     * loses what has faded by then, which depends on what it was added to before.
     */
    private boolean isOneSum(StoredRow stored, List<Row> additions) {
        if (additions.isEmpty()) {
            return true;
        }
        long from = prunedMs(stored, additions);
        return stored.isAtOneLandmark()
                && !tidying.mayCut(stored.sizeMax())
                && additions.stream()
                        .noneMatch(part -> tidying.isDue(from, part.header().prunedMs()));
    }

    /** What is stored, and the deltas on top that are not in there yet: the newest and the one before it. */
    AdjacencyTable whole(@Nullable StoredRow stored, AdjacencyTable newest) {
        return withDeltas(stored == null ? null : whole(stored), stored == null ? 0 : stored.checkpoint(), newest);
    }

    /** The same, of what is stored as it was folded before. */
    AdjacencyTable whole(@Nullable FoldedRow stored, AdjacencyTable newest) {
        return withDeltas(
                stored == null ? null : AdjacencyTable.of(hash, stored.row()),
                stored == null ? 0 : stored.checkpoint(),
                newest);
    }

    private AdjacencyTable withDeltas(@Nullable AdjacencyTable stored, long written, AdjacencyTable newest) {
        AdjacencyTable previous = newest.previous();
        AdjacencyTable oldest = previous == null ? newest : previous;
        AdjacencyTable whole = stored == null
                ? AdjacencyTable.complete(hash, oldest.landmarks(), tidying.firstPrunedMs(oldest.prunedMs()))
                : stored;
        if (previous != null && previous.epoch() > written) {
            add(whole, previous);
        }
        if (newest.epoch() > written) {
            add(whole, newest);
        }
        return whole;
    }

    /** Adds a delta to a row. */
    void add(AdjacencyTable whole, AdjacencyTable delta) {
        long watermarkMs = delta.prunedMs();
        double[] toWatermark = toWatermark(delta.landmarks(), watermarkMs);
        whole.moveTo(delta.landmarks(), toWatermark);
        whole.add(delta);
        tidied = tidied.plus(tidying.tidy(whole, toWatermark, watermarkMs, retired));
    }

    /** When what is stored was last pruned, or made. */
    private long prunedMs(StoredRow stored, List<Row> additions) {
        Row base = stored.base();
        return base == null
                ? tidying.firstPrunedMs(additions.get(0).header().prunedMs())
                : base.header().prunedMs();
    }

    private double[] toWatermark(Landmarks landmarks, long watermarkMs) {
        return landmarks.decays(decays, watermarkMs);
    }
}
