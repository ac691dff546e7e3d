package io.synfire.engine.memory;

import io.synfire.engine.learn.ForwardDecay;
import io.synfire.engine.learn.Landmarks;
import io.synfire.engine.memory.Tidying.Tidied;
import io.synfire.engine.store.CheckpointWriter;
import io.synfire.engine.store.RocksStore;
import io.synfire.engine.store.Row;
import io.synfire.engine.store.Row.Kind;
import io.synfire.engine.store.StoredRow;
import io.synfire.engine.view.ConceptHash;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one checkpoint on their way into the store, beside a writer that goes on.
 *
 * <p>A table that is in memory as a whole is written whole if it is small, shrank, or changed for the most part, and else as what
 * changed. A delta is appended to what is stored without reading it, and folded into it once as much was appended as the whole row has:
 * each byte is then rewritten a few times at most, however long its row grows.
 *
 * <p>Anything here may fail when a row is read or gathered, and is then tried again: what counts as gathered changes after that alone.
 *
 * <p>{@link #early} is the writer's; everything else is of the thread that writes the checkpoint, until that has ended.
 */
final class RowStaging {

    /** A row of at most so many associations is written whole. */
    static final int SMALL = 64;

    /** A larger table is copied before it is sorted and packed, so that whoever else needs it does not wait. */
    private static final int SLOTS_LOCKED_MAX = 256;

    private final Moment moment;
    private final BitSet cues;
    private final CueTables tables;
    private final RocksStore store;
    private final Tidying tidying;
    private final RowSizes sizes;
    private final RowCache cache;
    private final Queue<Early> early = new ConcurrentLinkedQueue<>();
    private final List<Written> writtenDeltas = new ArrayList<>();
    private final IntArrayList forgotten = new IntArrayList();
    private Tidied tidied = Tidied.NOTHING;
    private long room;

    /** No more rows are folded once the batch is so large. */
    private final long batchBytesMax;

    private boolean hasFolded;
    private long grown;
    private int next;

    /** Which checkpoint it is, and of when. Thread-safe. */
    static final class Moment {
        private final ConceptHash hash;
        private final long number;
        private final List<ForwardDecay> decays;
        private final long watermarkMs;
        private final Landmarks landmarks;
        private final ConceptSet retired;
        private final double[] toWatermark;

        Moment(
                ConceptHash hash,
                long number,
                List<ForwardDecay> decays,
                long watermarkMs,
                Landmarks landmarks,
                ConceptSet retired) {
            this.hash = hash;
            this.retired = retired;
            this.number = number;
            this.decays = decays;
            this.watermarkMs = watermarkMs;
            this.landmarks = landmarks;
            this.toWatermark = landmarks.decays(decays, watermarkMs);
        }

        /** Nearly all are at the present landmarks. */
        double[] toWatermark(Landmarks of) {
            return of.equals(landmarks) ? toWatermark : of.decays(decays, watermarkMs);
        }
    }

    /** A table as it was before it changed, or is to be free to, and by how many associations tidying made it grow that are not counted yet. */
    private record Early(int cue, AdjacencyTable copy, long grown) {}

    /** A delta that was written, by how many associations that made its row grow, and the row if it is to stay in memory. */
    record Written(int cue, AdjacencyTable delta, int grown, @Nullable AdjacencyTable whole) {}

    RowStaging(
            Moment moment,
            BitSet cues,
            CueTables tables,
            RocksStore store,
            Tidying tidying,
            RowSizes sizes,
            RowCache cache,
            long room,
            long batchBytesMax) {
        this.moment = moment;
        this.cues = cues;
        this.tables = tables;
        this.store = store;
        this.tidying = tidying;
        this.sizes = sizes;
        this.cache = cache;
        this.room = room;
        this.batchBytesMax = batchBytesMax;
    }

    long number() {
        return moment.number;
    }

    /** Takes a complete table of this checkpoint as it is, before it changes; returns what tidying changed. Under its monitor. */
    Tidied early(int cue, AdjacencyTable table) {
        Tidied changed = tidying.tidy(table, toWatermark(table), moment.watermarkMs, moment.retired);
        early.add(new Early(cue, table.copy(), changed.associations()));
        table.written();
        return changed;
    }

    /** Adds all rows; goes on where it left off if it failed before. */
    void stage(CheckpointWriter checkpoint) {
        for (int cue = cues.nextSetBit(next); cue >= 0; cue = cues.nextSetBit(cue + 1)) {
            next = cue;
            stage(cue, checkpoint);
            // It is gathered: whatever fails from here on, it is not to be gathered twice.
            next = cue + 1;
            stageEarly(checkpoint);
        }
        next = cues.length();
        // The writer copies only what was not staged, and by now all is.
        stageEarly(checkpoint);
    }

    /** All rows are in the store: who reads them finds them there from now on. */
    void written() {
        cache.drop(cues);
    }

    /** By how many associations the rows grow, or shrink, beyond what the writer has counted. */
    long grown() {
        return grown;
    }

    /** What tidying changed of tables that are in memory. */
    Tidied tidied() {
        return tidied;
    }

    List<Written> writtenDeltas() {
        return writtenDeltas;
    }

    BitSet cues() {
        return cues;
    }

    /** Cues whose rows are taken away: they were forgotten. */
    IntArrayList forgotten() {
        return forgotten;
    }

    private void stage(int cue, CheckpointWriter checkpoint) {
        AdjacencyTable table = tables.require(cue);
        AdjacencyTable delta;
        synchronized (table) {
            if (table.isForgotten() && table.epoch() == number()) {
                takeAway(cue, table, checkpoint);
                return;
            }
            delta = table.epoch() == number() ? table : table.previous();
            if (table.isComplete() && !table.isForgotten()) {
                if (table.epoch() != number()) {
                    return;
                }
                Tidied more = tidying.tidy(table, toWatermark(table), moment.watermarkMs, moment.retired);
                tidied = tidied.plus(more);
                grown += more.associations();
                if (table.slotCount() > SLOTS_LOCKED_MAX) {
                    // The copy waits with the others: it is kept until it is gathered.
                    early.add(new Early(cue, table.copy(), 0));
                } else {
                    write(cue, table, checkpoint);
                }
                table.written();
            }
        }
        if (delta != null && !delta.isComplete()) {
            writeDelta(cue, delta, checkpoint);
        }
    }

    private void takeAway(int cue, AdjacencyTable nothing, CheckpointWriter checkpoint) {
        StoredRow uncounted = nothing.isComplete() ? null : store.row(cue, moment.decays.size());
        checkpoint.removeRow(cue);
        Tidied gone = new Tidied(uncounted == null ? 0 : -uncounted.sizeMax(), 0, 0, 0);
        tidied = tidied.plus(gone);
        grown += gone.associations();
        sizes.wrote(cue, 0);
        forgotten.add(cue);
        nothing.written();
    }

    private void stageEarly(CheckpointWriter checkpoint) {
        for (Early first = early.peek(); first != null; first = early.peek()) {
            write(first.cue(), first.copy(), checkpoint);
            grown += first.grown();
            early.remove();
        }
    }

    private void write(int cue, AdjacencyTable table, CheckpointWriter checkpoint) {
        int changed = table.changed();
        boolean isWhole = table.isShrunk()
                || table.size() <= SMALL
                || changed > table.size() / 2
                || sizes.appended(cue) > sizes.whole(cue);
        Row row = table.toRow(isWhole ? Kind.WHOLE : Kind.CHANGED, number());
        int bytes = checkpoint.row(cue, row);
        if (isWhole) {
            sizes.wrote(cue, bytes);
        } else {
            sizes.appended(cue, bytes);
        }
    }

    private void writeDelta(int cue, AdjacencyTable delta, CheckpointWriter checkpoint) {
        if (sizes.whole(cue) == 0) {
            // Not written since the start: all that is stored counts as the whole row.
            sizes.wrote(cue, store.rowBytes(cue));
        }
        if (sizes.appended(cue) < sizes.whole(cue) || !mayFold(cue, checkpoint)) {
            Row added = delta.toRow(Kind.ADDED, number());
            sizes.appended(cue, checkpoint.row(cue, added));
            room += delta.bytes();
            grown += added.size();
            writtenDeltas.add(new Written(cue, delta, added.size(), null));
            return;
        }
        hasFolded = true;
        StoredRow stored = store.row(cue, moment.decays.size());
        int sizeBefore = stored == null ? 0 : stored.sizeMax();
        Folding folding = new Folding(moment.hash, moment.decays, tidying, moment.retired);
        AdjacencyTable whole = folding.whole(stored, delta);
        Tidied more = folding.tidied();
        int grew = whole.size() - sizeBefore;
        sizes.wrote(cue, checkpoint.row(cue, whole.toRow(Kind.WHOLE, number())));
        whole.written();
        tidied = tidied.plus(new Tidied(0, 0, more.cuts(), more.prunes()));
        grown += grew;
        room += delta.bytes();
        boolean stays = whole.bytes() <= room;
        room -= stays ? whole.bytes() : 0;
        writtenDeltas.add(new Written(cue, delta, grew, stays ? whole : null));
    }

    /** One at least, however large, so that each has its turn: one that is not folded goes on as it is, and is by a later checkpoint. */
    private boolean mayFold(int cue, CheckpointWriter checkpoint) {
        return !hasFolded || checkpoint.bytes() + sizes.whole(cue) + sizes.appended(cue) <= batchBytesMax;
    }

    private double[] toWatermark(AdjacencyTable table) {
        return moment.toWatermark(table.landmarks());
    }
}
