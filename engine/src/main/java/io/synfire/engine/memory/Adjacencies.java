package io.synfire.engine.memory;

import io.synfire.engine.learn.ForwardDecay;
import io.synfire.engine.learn.Horizon;
import io.synfire.engine.learn.Landmarks;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.store.CheckpointWriter;
import io.synfire.engine.store.RocksStore;
import io.synfire.engine.store.Row;
import io.synfire.engine.view.Associations;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import it.unimi.dsi.fastutil.ints.IntSet;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The associations of all cues: tables in memory, rows in the store.
 *
 * <p>One writer applies, checkpoints and evicts; readers may read at any time. How a reader is right without a lock over
 * everything:
 *
 * <ol>
 *   <li>A complete table answers alone, under its monitor.
 *   <li>A delta is added to the stored row under the delta's monitor, if that row is no younger than the delta's base. If it is
 *       younger, the checkpoint that holds this very delta has just been committed, and its table is about to be replaced: the
 *       reader looks again.
 *   <li>A table is only taken away after a checkpoint that holds all of it, so a reader that finds none reads the store alone.
 * </ol>
 */
final class Adjacencies {

    private static final long COMMIT_WAIT_NANOS = 50_000;

    private final RocksStore store;
    private final LearningSettings settings;
    private final List<ForwardDecay> decays;
    private final int horizons;
    private final IntArrayList dirtyCues = new IntArrayList();
    private final BitSet stored = new BitSet();
    private final double[] sums;
    private final ConceptDictionary dictionary;

    private volatile AtomicReferenceArray<@Nullable AdjacencyTable> tables = new AtomicReferenceArray<>(1024);
    private Landmarks landmarks;
    private double[] toWatermark;
    private long lastCheckpoint;
    private long associations;
    private long bytes;
    private long cuts;
    private long prunes;
    private int hand;

    /** What a checkpoint will change once it is committed. */
    private record Folded(int cue, int grown, @Nullable AdjacencyTable staying) {}

    private final List<Folded> folded = new ArrayList<>();

    Adjacencies(
            RocksStore store,
            LearningSettings settings,
            ConceptDictionary dictionary,
            List<ForwardDecay> decays,
            Landmarks landmarks,
            long associations) {
        this.store = store;
        this.dictionary = dictionary;
        this.settings = settings;
        this.decays = decays;
        this.horizons = decays.size();
        this.landmarks = landmarks;
        this.toWatermark = new double[horizons];
        this.sums = new double[horizons];
        this.associations = associations;
    }

    /** Says that concepts below this int may have rows in the store, the last checkpoint of which is given. */
    void loaded(int concepts, long checkpoint) {
        growTo(concepts);
        stored.set(0, concepts);
        lastCheckpoint = checkpoint;
    }

    long associations() {
        return associations;
    }

    long bytes() {
        return bytes;
    }

    long cuts() {
        return cuts;
    }

    long prunes() {
        return prunes;
    }

    void growTo(int concepts) {
        AtomicReferenceArray<@Nullable AdjacencyTable> now = tables;
        if (concepts > now.length()) {
            AtomicReferenceArray<@Nullable AdjacencyTable> grown =
                    new AtomicReferenceArray<>(Math.max(concepts, now.length() * 2));
            for (int cue = 0; cue < now.length(); cue++) {
                grown.setPlain(cue, now.getPlain(cue));
            }
            tables = grown;
        }
    }

    /** Moves to later landmarks. Tables follow when they are next touched; those that are not keep their own. */
    void moveTo(Landmarks to) {
        landmarks = to;
    }

    /**
     * Applies all impulses held by a buffer, but for what leads from or to a concept that was forgotten: that is in the digest, since it
     * was learned, and nowhere else.
     */
    void apply(ImpulseBuffer impulses, long watermarkMs) {
        toWatermark = landmarks.decays(decays, watermarkMs);
        for (int i = 0; i < impulses.cueCount(); i++) {
            int cue = impulses.cue(i);
            if (!dictionary.isRetired(cue)) {
                AdjacencyTable table = tableForWriting(cue, watermarkMs);
                synchronized (table) {
                    apply(impulses, cue, table);
                }
            }
        }
    }

    private void apply(ImpulseBuffer impulses, int cue, AdjacencyTable table) {
        int sizeBefore = table.size();
        long bytesBefore = table.bytes();
        IntSet retired = dictionary.retired();
        boolean allKnown = retired.isEmpty();
        table.moveTo(landmarks, toWatermark);
        for (int run = impulses.firstRun(cue); run >= 0; run = impulses.nextRun(run)) {
            for (int at = impulses.start(run); at < impulses.end(run); at++) {
                int target = impulses.target(at);
                if (allKnown || !retired.contains(target)) {
                    for (int h = 0; h < horizons; h++) {
                        sums[h] = impulses.delta(at) * impulses.growth(run, h);
                    }
                    table.add(target, sums, 0);
                }
            }
            if (table.isComplete()) {
                cutBack(table);
            }
        }
        if (table.isComplete()) {
            associations += table.size() - sizeBefore;
        }
        bytes += table.bytes() - bytesBefore;
        if (!table.isDirty()) {
            table.setDirty(true);
            dirtyCues.add(cue);
        }
    }

    /** Leaves nothing of the row of a concept that was retired; edges to it go when their rows are next written. Writer only. */
    void forget(int cue, long watermarkMs) {
        AdjacencyTable table = tables.getPlain(cue);
        if (table != null && table.isComplete()) {
            associations -= table.size();
        } else if (stored.get(cue)) {
            Row row = store.row(cue, horizons);
            associations -= row == null ? 0 : row.size();
        }
        boolean wasDirty = false;
        if (table != null) {
            wasDirty = table.isDirty();
            bytes -= table.bytes();
        }
        AdjacencyTable empty = AdjacencyTable.complete(landmarks, watermarkMs);
        empty.setDirty(true);
        bytes += empty.bytes();
        tables.set(cue, empty);
        if (!wasDirty) {
            dirtyCues.add(cue);
        }
    }

    /**
     * Adds every changed row. What it folds into memory stays there while it fits. Returns how many associations there will be once
     * this is committed. Writer only.
     */
    long stage(CheckpointWriter checkpoint, long number, long watermarkMs, long bytesMax) {
        toWatermark = landmarks.decays(decays, watermarkMs);
        folded.clear();
        long staying = 0;
        long associationsAfter = associations;
        for (int i = 0; i < dirtyCues.size(); i++) {
            int cue = dirtyCues.getInt(i);
            AdjacencyTable table = tableAt(cue);
            if (dictionary.isRetired(cue)) {
                checkpoint.removeRow(cue);
            } else if (table.isComplete()) {
                associationsAfter += tidy(table, watermarkMs);
                checkpoint.row(cue, table.toRow(number));
            } else {
                Row row = store.row(cue, horizons);
                AdjacencyTable whole = fold(row, table, watermarkMs);
                checkpoint.row(cue, whole.toRow(number));
                boolean stays = bytes + staying + whole.bytes() - table.bytes() <= bytesMax;
                staying += stays ? whole.bytes() - table.bytes() : 0;
                int grown = whole.size() - (row == null ? 0 : row.size());
                associationsAfter += grown;
                folded.add(new Folded(cue, grown, stays ? whole : null));
            }
        }
        return associationsAfter;
    }

    /** The staged rows are in the store: deltas give way to whole rows, and what does not fit leaves memory. Writer only. */
    void committed(long number, long bytesMax) {
        lastCheckpoint = number;
        for (Folded row : folded) {
            AdjacencyTable delta = tableAt(row.cue());
            bytes -= delta.bytes();
            associations += row.grown();
            AdjacencyTable staying = row.staying();
            bytes += staying == null ? 0 : staying.bytes();
            tables.set(row.cue(), staying);
        }
        folded.clear();
        for (int i = 0; i < dirtyCues.size(); i++) {
            int cue = dirtyCues.getInt(i);
            stored.set(cue);
            AdjacencyTable table = tables.getPlain(cue);
            if (table != null) {
                table.setDirty(false);
            }
        }
        dirtyCues.clear();
        evict(bytesMax);
    }

    /** Reads a row; any thread. */
    Associations read(int cue, Reading.Moment moment) {
        while (true) {
            AtomicReferenceArray<@Nullable AdjacencyTable> now = tables;
            AdjacencyTable table = cue < now.length() ? now.get(cue) : null;
            if (table == null) {
                Row row = store.row(cue, horizons);
                return row == null ? Associations.none(horizons) : read(AdjacencyTable.of(row), moment);
            }
            synchronized (table) {
                if (table.isComplete()) {
                    return read(table, moment);
                }
                Row row = store.row(cue, horizons);
                if (row == null || row.checkpoint() <= table.base()) {
                    double[] decayed = table.landmarks().decays(decays, moment.watermarkMs());
                    return read(sum(row, table, decayed, 0), moment);
                }
            }
            LockSupport.parkNanos(COMMIT_WAIT_NANOS);
        }
    }

    /** How many associations a cue has, at most, without reading them; any thread. */
    int sizeMax(int cue) {
        AtomicReferenceArray<@Nullable AdjacencyTable> now = tables;
        AdjacencyTable table = cue < now.length() ? now.get(cue) : null;
        if (table == null) {
            return store.rowSizeMax(cue, horizons);
        }
        synchronized (table) {
            return table.isComplete() ? table.size() : table.size() + store.rowSizeMax(cue, horizons);
        }
    }

    /** Takes every sum as it is kept, for digests. Writer only, or with no writer. */
    void sums(int cue, SumVisitor visitor) {
        AdjacencyTable table = cue < tables.length() ? tables.getPlain(cue) : null;
        Row row;
        if (table != null && table.isComplete()) {
            row = table.toRow(lastCheckpoint);
        } else {
            row = store.row(cue, horizons);
            if (table != null) {
                row = sum(row, table, toWatermark, 0).toRow(lastCheckpoint);
            }
        }
        for (int i = 0; row != null && i < row.size(); i++) {
            if (dictionary.isRetired(row.target(i))) {
                continue;
            }
            for (int h = 0; h < horizons; h++) {
                visitor.sum(
                        row.target(i),
                        h,
                        (double) row.high(i, h) + row.low(i, h),
                        row.landmarks().index(h));
            }
        }
    }

    /** Takes sums. */
    interface SumVisitor {
        void sum(int target, int horizon, double sum, long landmark);
    }

    private static Associations read(AdjacencyTable table, Reading.Moment moment) {
        Reading reading = new Reading(moment, table.landmarks(), table.size());
        table.readInto(reading);
        return reading.done(table.cuts(), table.cutBound());
    }

    private AdjacencyTable tableForWriting(int cue, long watermarkMs) {
        AdjacencyTable table = tables.getPlain(cue);
        if (table == null) {
            table = stored.get(cue)
                    ? AdjacencyTable.delta(landmarks, lastCheckpoint)
                    : AdjacencyTable.complete(landmarks, firstPrunedMs(watermarkMs));
            bytes += table.bytes();
            tables.set(cue, table);
        }
        return table;
    }

    private AdjacencyTable tableAt(int cue) {
        AdjacencyTable table = tables.getPlain(cue);
        if (table == null) {
            throw new IllegalStateException("a changed row left memory before its checkpoint: cue=" + cue);
        }
        return table;
    }

    private AdjacencyTable fold(@Nullable Row row, AdjacencyTable delta, long watermarkMs) {
        if (row != null && row.checkpoint() > delta.base()) {
            throw new IllegalStateException(
                    "a delta must not be added twice: row=" + row.checkpoint() + " base=" + delta.base());
        }
        synchronized (delta) {
            long bytesBefore = delta.bytes();
            delta.moveTo(landmarks, toWatermark);
            bytes += delta.bytes() - bytesBefore;
        }
        AdjacencyTable whole = sum(row, delta, toWatermark, firstPrunedMs(watermarkMs));
        drop(whole);
        prune(whole, watermarkMs);
        cutBack(whole);
        return whole;
    }

    /** Leaves out of a whole table what need not be written; returns by how much it has grown. */
    private int tidy(AdjacencyTable whole, long watermarkMs) {
        synchronized (whole) {
            int sizeBefore = whole.size();
            long bytesBefore = whole.bytes();
            whole.moveTo(landmarks, toWatermark);
            drop(whole);
            prune(whole, watermarkMs);
            bytes += whole.bytes() - bytesBefore;
            int grown = whole.size() - sizeBefore;
            associations += grown;
            return grown;
        }
    }

    private void drop(AdjacencyTable table) {
        table.dropCancelled();
        IntSet retired = dictionary.retired();
        if (!retired.isEmpty()) {
            table.dropTargets(retired);
        }
    }

    /**
     * Use it or lose it: at most once per slowest half-life of watermark, so that what an association lost by this has halved
     * before it can lose again, and all it ever lost is at most twice {@code forget.below}.
     */
    private void prune(AdjacencyTable table, long watermarkMs) {
        if (prunes(settings)
                && watermarkMs - table.prunedMs() >= slowest(settings).halfLifeMs()) {
            int sizeBefore = table.size();
            table.pruneBelow(settings.forgetBelow(), toWatermark, watermarkMs);
            prunes += sizeBefore - table.size();
        }
    }

    /** A row that is new has a half-life to become strong. */
    private long firstPrunedMs(long watermarkMs) {
        return prunes(settings) ? watermarkMs : 0;
    }

    private static boolean prunes(LearningSettings settings) {
        return settings.forgetBelow() > 0 && slowest(settings).decays();
    }

    private static Horizon slowest(LearningSettings settings) {
        return settings.halfLives().get(settings.slowest());
    }

    private static AdjacencyTable sum(
            @Nullable Row row, AdjacencyTable delta, double[] toWatermark, long firstPrunedMs) {
        AdjacencyTable whole =
                row == null ? AdjacencyTable.complete(delta.landmarks(), firstPrunedMs) : AdjacencyTable.of(row);
        whole.moveTo(delta.landmarks(), toWatermark);
        whole.addAll(delta);
        return whole;
    }

    private void cutBack(AdjacencyTable table) {
        int cutsBefore = table.cuts();
        table.cutBackTo(settings.maxAssociations());
        cuts += table.cuts() - cutsBefore;
    }

    /** A clock: complete tables leave that were not touched since the hand last passed; at the second round any leaves. */
    private void evict(long bytesMax) {
        int cues = tables.length();
        for (int step = 0; bytes > bytesMax && step < 2 * cues; step++) {
            hand = (hand + 1) % cues;
            AdjacencyTable table = tables.getPlain(hand);
            if (table != null && !(table.wasTouched() && step < cues)) {
                bytes -= table.bytes();
                tables.set(hand, null);
            }
        }
    }
}
