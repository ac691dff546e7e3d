package io.synfire.engine.memory;

import io.synfire.engine.learn.ForwardDecay;
import io.synfire.engine.learn.Landmarks;
import io.synfire.engine.store.Row;
import io.synfire.engine.store.StoredRow;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Adds up what is known of a row in parts: what is stored of it, and deltas on top. A checkpoint that folds a row and a reader that reads it
 * do the same, so that they come to the same sums. Pure.
 */
final class Folding {

    private final List<ForwardDecay> decays;
    private final long watermarkMs;

    /** What has faded at this watermark may be dropped. */
    Folding(List<ForwardDecay> decays, long watermarkMs) {
        this.decays = decays;
        this.watermarkMs = watermarkMs;
    }

    /** What is stored, as one row. */
    Row folded(StoredRow stored) {
        return stored.folded(toWatermark(stored.landmarks()));
    }

    /**
     * What is stored, and the deltas on top that are not in there yet: the newest and the one before it.
     *
     * @param prunedMs when a row of which nothing is stored counts as pruned
     */
    AdjacencyTable whole(@Nullable StoredRow stored, AdjacencyTable newest, long prunedMs) {
        AdjacencyTable previous = newest.previous();
        AdjacencyTable oldest = previous == null ? newest : previous;
        long written = stored == null ? 0 : stored.checkpoint();
        AdjacencyTable whole = stored == null
                ? AdjacencyTable.complete(oldest.landmarks(), prunedMs)
                : AdjacencyTable.of(folded(stored));
        if (previous != null && previous.epoch() > written) {
            add(whole, previous);
        }
        if (newest.epoch() > written) {
            add(whole, newest);
        }
        return whole;
    }

    double[] toWatermark(AdjacencyTable table) {
        return toWatermark(table.landmarks());
    }

    private double[] toWatermark(Landmarks landmarks) {
        return landmarks.decays(decays, watermarkMs);
    }

    /** Adds a delta to a row; the row moves to its landmarks before. */
    void add(AdjacencyTable whole, AdjacencyTable delta) {
        whole.moveTo(delta.landmarks(), toWatermark(delta));
        whole.add(delta);
    }
}
