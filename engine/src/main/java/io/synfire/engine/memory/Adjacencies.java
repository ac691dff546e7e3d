package io.synfire.engine.memory;

import io.synfire.engine.learn.ForwardDecay;
import io.synfire.engine.learn.Landmarks;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.store.RocksStore;
import io.synfire.engine.store.Row;
import io.synfire.engine.store.StoredRow;
import io.synfire.engine.view.Associations;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The associations of all cues: tables in memory, rows in the store.
 *
 * <p>One writer applies; one checkpoint at a time is written beside it; readers may read at any time. What is changed now belongs to
 * an <em>epoch</em>, the number of the checkpoint that will write it. {@link #freeze} ends an epoch. Then, of what belongs to it:
 *
 * <ol>
 *   <li>A complete table that is changed again before it was staged is copied first, and the copy is staged.
 *   <li>A delta is not changed any more: what comes is gathered in a new one, in front of it.
 * </ol>
 *
 * <p>How a reader is right without a lock over everything: a complete table answers alone, under its monitor. A delta counts on top of
 * what is stored of its cue if no checkpoint of its epoch, or a later one, has written of the cue: one atomic read of the store tells.
 * It is copied under its monitor, and the store read after that, so that learning waits for neither the store nor the fold.
 * A table is only taken away after a checkpoint that holds all of it, so a reader that finds none reads the store alone.
 */
final class Adjacencies {

    /** Of so many cues eviction looks at once: a millisecond or two. */
    private static final int EVICTION_STEPS = 20_000;

    /** For so many cues at once what is applied is fetched ahead. */
    private static final int AHEAD = 16;

    private final RocksStore store;
    private final List<ForwardDecay> decays;
    private final int horizons;
    private final BitSet stored = new BitSet();
    private final Consumer<AdjacencyTable> cutBack = this::cutBack;
    private final AdjacencyTable[] ahead = new AdjacencyTable[AHEAD];
    private final int[] aheadCues = new int[AHEAD];
    private final ConceptDictionary dictionary;
    private final Tidying tidying;
    private final RowSizes sizes = new RowSizes();

    private volatile AtomicReferenceArray<@Nullable AdjacencyTable> tables = new AtomicReferenceArray<>(1024);
    /** A set, so that a checkpoint writes in the order of the keys: a memtable takes that several times as fast. */
    private BitSet dirtyCues = new BitSet();

    private @Nullable RowStaging staging;
    private Landmarks landmarks;
    private double[] toWatermark;
    private long epoch;
    private long associations;
    private long bytes;
    private long cuts;
    private long prunes;
    private int hand;

    /** Of no meaning: a look whose outcome went nowhere would be optimized away. */
    @SuppressWarnings("UnusedVariable")
    private int touched;

    Adjacencies(
            RocksStore store,
            LearningSettings settings,
            ConceptDictionary dictionary,
            List<ForwardDecay> decays,
            Landmarks landmarks,
            long associations) {
        this.store = store;
        this.dictionary = dictionary;
        this.decays = decays;
        this.horizons = decays.size();
        this.landmarks = landmarks;
        this.toWatermark = new double[horizons];
        this.associations = associations;
        this.tidying = new Tidying(settings, dictionary);
    }

    /** Says that concepts below this int may have rows in the store, the last checkpoint of which is given. */
    void loaded(int concepts, long checkpoint) {
        growTo(concepts);
        stored.set(0, concepts);
        epoch = checkpoint + 1;
    }

    /** Those of complete tables and of rows as they were last written; what was added to a row since may count twice. */
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
        for (int from = 0; from < impulses.cueCount(); from += AHEAD) {
            apply(impulses, from, Math.min(impulses.cueCount(), from + AHEAD), watermarkMs);
        }
    }

    /**
     * Applies the impulses of a few cues. What it takes is nearly all cache misses, three or four one after the other until a sum is found:
     * each is made for all of these cues before the next, so that the processor waits for many at once.
     */
    private void apply(ImpulseBuffer impulses, int from, int to, long watermarkMs) {
        int count = 0;
        for (int i = from; i < to; i++) {
            int cue = impulses.cue(i);
            if (!dictionary.isRetired(cue)) {
                ahead[count] = tableForWriting(cue, watermarkMs);
                aheadCues[count++] = cue;
            }
        }
        for (int i = 0; i < count; i++) {
            touched += ahead[i].touch() + impulses.touch(aheadCues[i]);
        }
        for (int i = 0; i < count; i++) {
            touched += impulses.touch(aheadCues[i], ahead[i]);
        }
        for (int i = 0; i < count; i++) {
            AdjacencyTable table = ahead[i];
            synchronized (table) {
                if (table.epoch() != epoch) {
                    beginChange(aheadCues[i], table);
                }
                apply(impulses, aheadCues[i], table);
            }
        }
        // Else it would keep what is evicted.
        Arrays.fill(ahead, null);
    }

    private void apply(ImpulseBuffer impulses, int cue, AdjacencyTable table) {
        int sizeBefore = table.size();
        long bytesBefore = table.bytes();
        table.moveTo(landmarks, toWatermark);
        impulses.addTo(cue, table, dictionary.retired(), cutBack);
        if (table.isComplete()) {
            associations += table.size() - sizeBefore;
        }
        bytes += table.bytes() - bytesBefore;
    }

    private void cutBack(AdjacencyTable table) {
        if (table.isComplete()) {
            cuts += tidying.cutBack(table);
        }
    }

    /** Marks a table as changed in this epoch. One that a checkpoint has yet to stage is staged first, as it is. */
    private void beginChange(int cue, AdjacencyTable table) {
        if (table.epoch() != 0) {
            count(stagedOf(table).early(cue, table));
        }
        table.setEpoch(epoch);
        dirtyCues.set(cue);
    }

    private void count(Tidying.Tidied tidied) {
        associations += tidied.associations();
        bytes += tidied.bytes();
        cuts += tidied.cuts();
        prunes += tidied.prunes();
    }

    private RowStaging stagedOf(AdjacencyTable table) {
        RowStaging now = staging;
        if (now == null || now.number() != table.epoch()) {
            throw new IllegalStateException("a table belongs to a checkpoint that is not under way: epoch="
                    + table.epoch() + " present=" + epoch);
        }
        return now;
    }

    /**
     * Leaves nothing of the row of a concept that was retired; edges to it go when their rows are next written. Writer only, while no
     * checkpoint is under way.
     */
    void forget(int cue, long watermarkMs) {
        AdjacencyTable table = tables.getPlain(cue);
        if (table != null && table.isComplete()) {
            associations -= table.size();
        } else if (stored.get(cue)) {
            StoredRow row = store.row(cue, horizons);
            associations -= row == null ? 0 : row.sizeMax();
        }
        bytes -= table == null ? 0 : table.bytes();
        AdjacencyTable empty = AdjacencyTable.complete(landmarks, watermarkMs);
        empty.setEpoch(epoch);
        bytes += empty.bytes();
        tables.set(cue, empty);
        dirtyCues.set(cue);
    }

    /** Ends the epoch: all that was changed in it is to be written by its checkpoint. Writer only. */
    RowStaging freeze(long watermarkMs, long bytesMax) {
        RowStaging frozen = new RowStaging(
                new RowStaging.Moment(epoch, decays, watermarkMs, landmarks),
                dirtyCues,
                tables,
                store,
                tidying,
                sizes,
                Math.max(0, bytesMax - bytes));
        staging = frozen;
        dirtyCues = new BitSet();
        epoch++;
        return frozen;
    }

    /** The staged rows are in the store: deltas give way to whole rows, or leave memory. Writer only. */
    void committed(RowStaging done) {
        staging = null;
        count(done.tidied());
        for (RowStaging.Written written : done.writtenDeltas()) {
            replace(written);
        }
        stored.or(done.cues());
    }

    private void replace(RowStaging.Written written) {
        AdjacencyTable now = tableAt(written.cue());
        associations += written.grown();
        bytes -= written.delta().bytes();
        AdjacencyTable whole = written.whole();
        if (now == written.delta()) {
            bytes += whole == null ? 0 : whole.bytes();
            tables.set(written.cue(), whole);
            return;
        }
        // More came meanwhile.
        synchronized (now) {
            now.dropPrevious();
            if (whole != null) {
                int sizeBefore = whole.size();
                whole.moveTo(now.landmarks(), toWatermark);
                whole.add(now);
                whole.setEpoch(now.epoch());
                associations += whole.size() - sizeBefore;
                bytes += whole.bytes() - now.bytes();
                tables.set(written.cue(), whole);
            }
        }
    }

    /**
     * Brings what can be read from the store back to a size: a few steps towards it, or all the way, which takes tens of milliseconds.
     * Writer only, while no checkpoint is under way.
     */
    void evict(long bytesMax, boolean isUrgent) {
        int cues = tables.length();
        // In the second round nothing counts as touched any more.
        int steps = isUrgent ? 2 * cues : EVICTION_STEPS;
        for (int step = 0; bytes > bytesMax && step < steps; step++) {
            hand = (hand + 1) % cues;
            AdjacencyTable table = tables.getPlain(hand);
            // A clock: those that were not touched since the hand last passed.
            if (table != null && table.isComplete() && isClean(table) && !table.wasTouched()) {
                bytes -= table.bytes();
                tables.set(hand, null);
            }
        }
    }

    private static boolean isClean(AdjacencyTable table) {
        synchronized (table) {
            return table.epoch() == 0;
        }
    }

    /** Reads a row; any thread. */
    Associations read(int cue, Reading.Moment moment) {
        AtomicReferenceArray<@Nullable AdjacencyTable> now = tables;
        AdjacencyTable table = cue < now.length() ? now.get(cue) : null;
        if (table == null) {
            StoredRow row = store.row(cue, horizons);
            return row == null ? Associations.none(horizons) : read(folded(row, moment.watermarkMs()), moment);
        }
        AdjacencyTable delta;
        synchronized (table) {
            if (table.isComplete()) {
                return read(table, moment);
            }
            // Learning is to wait for this copy alone, not for the store nor for a fold.
            delta = table.copy();
        }
        return read(sum(cue, delta, moment.watermarkMs()), moment);
    }

    /** Reads the strongest of a row and all as strong as the last of them; or the whole row, where that is no more to do; any thread. */
    Associations readStrongest(int cue, int count, Reading.Moment moment) {
        AtomicReferenceArray<@Nullable AdjacencyTable> now = tables;
        AdjacencyTable table = cue < now.length() ? now.get(cue) : null;
        if (table != null) {
            synchronized (table) {
                if (table.mayTellStrongest(count)) {
                    Reading reading = new Reading(moment, table.landmarks(), 0);
                    // One that is hidden makes the list short: then those behind it are to be looked at.
                    if (table.readStrongest(count, reading) && reading.size() >= count) {
                        return reading.done(table.cuts(), table.cutBound());
                    }
                }
            }
        }
        return read(cue, moment);
    }

    /** How many associations a cue has, at most, without reading them; any thread. */
    int sizeMax(int cue) {
        AtomicReferenceArray<@Nullable AdjacencyTable> now = tables;
        AdjacencyTable table = cue < now.length() ? now.get(cue) : null;
        if (table == null) {
            return store.rowSizeMax(cue, horizons);
        }
        int size;
        synchronized (table) {
            AdjacencyTable previous = table.previous();
            size = table.size() + (previous == null ? 0 : previous.size());
            if (table.isComplete()) {
                return size;
            }
        }
        return size + store.rowSizeMax(cue, horizons);
    }

    /** Takes every sum as it is kept, for digests. Writer only while no checkpoint is under way, or with no writer. */
    void sums(int cue, long watermarkMs, SumVisitor visitor) {
        AdjacencyTable table = cue < tables.length() ? tables.getPlain(cue) : null;
        Row row;
        if (table == null) {
            StoredRow stored = store.row(cue, horizons);
            row = stored == null ? null : folded(stored, watermarkMs);
        } else {
            AdjacencyTable whole = table.isComplete() ? table : sum(cue, table, watermarkMs);
            row = whole.toRow(Row.Kind.WHOLE, epoch);
        }
        for (int i = 0; row != null && i < row.size(); i++) {
            if (!dictionary.isRetired(row.target(i))) {
                for (int h = 0; h < horizons; h++) {
                    visitor.sum(row.target(i), h, row.sum(i, h), row.landmarks().index(h));
                }
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

    private Associations read(Row row, Reading.Moment moment) {
        Reading reading = new Reading(moment, row.landmarks(), row.size());
        for (int i = 0; i < row.size(); i++) {
            for (int h = 0; h < horizons; h++) {
                reading.take(row.target(i), h, row.sum(i, h));
            }
        }
        return reading.done(row.header().cuts(), row.header().cutBound());
    }

    private Row folded(StoredRow row, long watermarkMs) {
        return row.folded(row.landmarks().decays(decays, watermarkMs));
    }

    /** What is stored of a cue and the deltas on top of it that are not in there yet. No other thread may change the newest meanwhile. */
    private AdjacencyTable sum(int cue, AdjacencyTable newest, long watermarkMs) {
        StoredRow row = store.row(cue, horizons);
        long written = row == null ? 0 : row.checkpoint();
        AdjacencyTable previous = newest.previous();
        AdjacencyTable oldest = previous == null ? newest : previous;
        AdjacencyTable whole = row == null
                ? AdjacencyTable.complete(oldest.landmarks(), 0)
                : AdjacencyTable.of(folded(row, watermarkMs));
        if (previous != null && previous.epoch() > written) {
            whole.moveTo(previous.landmarks(), previous.landmarks().decays(decays, watermarkMs));
            whole.add(previous);
        }
        if (newest.epoch() > written) {
            whole.moveTo(newest.landmarks(), newest.landmarks().decays(decays, watermarkMs));
            whole.add(newest);
        }
        return whole;
    }

    private AdjacencyTable tableForWriting(int cue, long watermarkMs) {
        AdjacencyTable table = tables.getPlain(cue);
        if (table == null) {
            table = stored.get(cue)
                    ? AdjacencyTable.delta(landmarks, null)
                    : AdjacencyTable.complete(landmarks, tidying.firstPrunedMs(watermarkMs));
        } else if (!table.isComplete() && table.epoch() != epoch) {
            table = AdjacencyTable.delta(landmarks, table);
        } else {
            return table;
        }
        bytes += table.bytes();
        tables.set(cue, table);
        return table;
    }

    private AdjacencyTable tableAt(int cue) {
        AdjacencyTable table = tables.getPlain(cue);
        if (table == null) {
            throw new IllegalStateException("a changed row left memory before its checkpoint: cue=" + cue);
        }
        return table;
    }
}
