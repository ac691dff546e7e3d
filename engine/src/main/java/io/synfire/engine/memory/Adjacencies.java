package io.synfire.engine.memory;

import io.synfire.engine.learn.ForwardDecay;
import io.synfire.engine.learn.Landmarks;
import io.synfire.engine.learn.LearningSettings;
import io.synfire.engine.store.RocksStore;
import io.synfire.engine.store.Row;
import io.synfire.engine.store.StoredRow;
import io.synfire.engine.view.ConceptHash;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The associations of all cues as the writer changes them: tables in memory, rows in the store. Readers have {@link RowReads}.
 *
 * <p>One checkpoint at a time is written beside the writer. What is changed now belongs to an <em>epoch</em>, the number of the checkpoint that
 * will write it. {@link #freeze} ends an epoch. Then, of what belongs to it:
 *
 * <ol>
 *   <li>A complete table that is changed again before it was staged is copied first, and the copy is staged.
 *   <li>A delta is not changed any more: what comes is gathered in a new one, in front of it.
 * </ol>
 *
 * <p>A table is only taken away after a checkpoint that holds all of it.
 */
final class Adjacencies {

    /** A row in a batch, its key and its header. */
    private static final long ROW_BYTES = 48;

    /** An int in a row is packed. */
    private static final long TARGET_BYTES = 2;

    /** For so many cues at once what is applied is fetched ahead. */
    private static final int AHEAD = 16;

    private final RocksStore store;
    private final List<ForwardDecay> decays;
    private final int horizons;
    private final BitSet stored = new BitSet();
    private final Consumer<AdjacencyTable> cutBack = this::cutBack;
    private final AdjacencyTable[] ahead = new AdjacencyTable[AHEAD];
    private final int[] aheadCues = new int[AHEAD];
    private final ConceptHash hash;
    private final ConceptDictionary dictionary;
    private final Tidying tidying;
    private final RowSizes sizes = new RowSizes();
    private final CueTables tables;
    private final RowCache cache;
    private final Eviction eviction;

    /** A set, so that a checkpoint writes in the order of the keys: a memtable takes that several times as fast. */
    private BitSet dirtyCues = new BitSet();

    private @Nullable RowStaging staging;
    private Landmarks landmarks;
    private long epoch;
    private long associations;
    private long bytes;

    /** What the next checkpoint will write of them, about: of rows that are written whole since they are small, and of sums that were changed. */
    private long changedRows;

    private long changedSums;
    private long cuts;
    private long prunes;

    /** Of no meaning: a look whose outcome went nowhere would be optimized away. */
    @SuppressWarnings("UnusedVariable")
    private int touched;

    Adjacencies(
            RocksStore store,
            LearningSettings settings,
            ConceptHash hash,
            ConceptDictionary dictionary,
            CueTables tables,
            RowCache cache,
            List<ForwardDecay> decays,
            Landmarks landmarks,
            long associations) {
        this.store = store;
        this.hash = hash;
        this.dictionary = dictionary;
        this.tables = tables;
        this.cache = cache;
        this.eviction = new Eviction(tables);
        this.decays = decays;
        this.horizons = decays.size();
        this.landmarks = landmarks;
        this.associations = associations;
        this.tidying = new Tidying(settings);
    }

    /** Says that concepts below this int may have rows in the store, the last checkpoint of which is given. */
    void loaded(int concepts, long checkpoint) {
        growTo(concepts);
        stored.set(0, concepts);
        epoch = checkpoint + 1;
    }

    /** The number of the checkpoint that will write what is changed now. */
    long epoch() {
        return epoch;
    }

    /** Those of complete tables and of rows as they were last written; what was added to a row since may count twice. */
    long associations() {
        return associations;
    }

    long bytes() {
        return bytes;
    }

    /** What is kept of each cue, with or without a table: its place, and how large its row is in the store. */
    long placeBytes() {
        return tables.bytes() + RowSizes.BYTES * tables.capacity();
    }

    /** How many bytes of them the next checkpoint will write, about, beside those of rows that it folds. */
    long pendingBytes() {
        return ROW_BYTES * changedRows + (TARGET_BYTES + (long) Float.BYTES * horizons) * changedSums;
    }

    long cuts() {
        return cuts;
    }

    long prunes() {
        return prunes;
    }

    void growTo(int concepts) {
        tables.growTo(concepts);
    }

    /**
     * Applies all that a moment holds, but for what leads from or to a concept that was forgotten: that is in the digest, since it was
     * learned, and nowhere else.
     */
    void apply(ImpulseBuffer impulses, Landmarks after, LearnedMoment moment) {
        for (int from = 0; from < impulses.cueCount(); from += AHEAD) {
            apply(impulses, from, Math.min(impulses.cueCount(), from + AHEAD), moment);
        }
        landmarks = after;
    }

    /**
     * Applies the impulses of a few cues. What it takes is nearly all cache misses, three or four one after the other until a sum is found:
     * each is made for all of these cues before the next, so that the processor waits for many at once.
     */
    private void apply(ImpulseBuffer impulses, int from, int to, LearnedMoment moment) {
        ConceptSet retired = impulses.named(moment.retired());
        int count = 0;
        for (int i = from; i < to; i++) {
            int cue = impulses.cue(i);
            if (!retired.contains(cue)) {
                ahead[count] = tableForWriting(cue, moment.watermarkMs());
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
                apply(impulses, aheadCues[i], table, retired);
                table.addedBy(moment);
            }
        }
        // Else it would keep what is evicted.
        Arrays.fill(ahead, null);
    }

    private void apply(ImpulseBuffer impulses, int cue, AdjacencyTable table, ConceptSet retired) {
        int sizeBefore = table.size();
        int changedBefore = table.changed();
        long bytesBefore = table.bytes();
        impulses.addTo(cue, table, retired, cutBack);
        if (table.isComplete()) {
            associations += table.size() - sizeBefore;
        }
        changedSums += Math.max(0, table.changed() - changedBefore);
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
        changedRows++;
        changedSums += table.isComplete() && table.size() <= RowStaging.SMALL ? table.size() : 0;
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
     * Leaves nothing of the row of a concept that was retired; edges to it go when their rows are next written. Reads nothing: what is stored of
     * it is looked at by the checkpoint that takes it away.
     */
    void forget(int cue, LearnedMoment moment) {
        AdjacencyTable table = tables.getPlain(cue);
        if (table == null && !stored.get(cue)) {
            return;
        }
        AdjacencyTable writing = null;
        boolean isCounted = false;
        if (table != null) {
            synchronized (table) {
                isCounted = table.isComplete();
                if (isCounted && table.epoch() != 0 && table.epoch() != epoch) {
                    count(stagedOf(table).early(cue, table));
                }
                if (!isCounted) {
                    writing = table.epoch() == epoch ? table.previous() : table;
                }
            }
            associations -= isCounted ? table.size() : 0;
            bytes -= table == writing ? 0 : table.bytes();
        }
        AdjacencyTable nothing = AdjacencyTable.forgotten(hash, landmarks, writing, isCounted);
        nothing.setEpoch(epoch);
        nothing.setMoment(moment.number());
        bytes += nothing.bytes();
        tables.set(cue, nothing);
        dirtyCues.set(cue);
    }

    /** Ends the epoch: all that was changed in it is to be written by its checkpoint. */
    RowStaging freeze(long watermarkMs, long bytesMax, long batchBytesMax) {
        RowStaging frozen = new RowStaging(
                new RowStaging.Moment(hash, epoch, decays, watermarkMs, landmarks, dictionary.retired()),
                dirtyCues,
                tables,
                store,
                tidying,
                sizes,
                cache,
                Math.max(0, bytesMax - bytes),
                batchBytesMax);
        staging = frozen;
        dirtyCues = new BitSet();
        changedRows = 0;
        changedSums = 0;
        epoch++;
        return frozen;
    }

    /** The staged rows are in the store: deltas give way to whole rows, or leave memory. */
    void committed(RowStaging done) {
        staging = null;
        count(done.tidied());
        for (RowStaging.Written written : done.writtenDeltas()) {
            replace(written);
        }
        stored.or(done.cues());
        for (int i = 0; i < done.forgotten().size(); i++) {
            int cue = done.forgotten().getInt(i);
            bytes -= tables.require(cue).bytes();
            tables.set(cue, null);
            stored.clear(cue);
        }
        eviction.begin();
    }

    private void replace(RowStaging.Written written) {
        AdjacencyTable now = tables.require(written.cue());
        associations += written.grown();
        bytes -= written.delta().bytes();
        AdjacencyTable whole = written.whole();
        if (now == written.delta()) {
            bytes += whole == null ? 0 : whole.bytes();
            if (whole != null) {
                whole.setMoment(now.moment());
            }
            tables.set(written.cue(), whole);
            return;
        }
        // More came meanwhile.
        synchronized (now) {
            now.dropPrevious();
            if (whole != null && !now.isForgotten()) {
                int sizeBefore = whole.size();
                Folding folding = new Folding(hash, decays, tidying, dictionary.retired());
                folding.add(whole, now);
                cuts += folding.tidied().cuts();
                prunes += folding.tidied().prunes();
                whole.setEpoch(now.epoch());
                whole.setMoment(now.moment());
                associations += whole.size() - sizeBefore;
                bytes += whole.bytes() - now.bytes();
                tables.set(written.cue(), whole);
            }
        }
    }

    /**
     * Brings what can be read from the store back to a size: a piece of the way. Only while no checkpoint is under way.
     *
     * @return whether there may be more to take out
     */
    boolean evict(long bytesMax) {
        if (bytes <= bytesMax) {
            return false;
        }
        bytes -= eviction.piece(bytes - bytesMax);
        return bytes > bytesMax && eviction.isUnderWay();
    }

    /** Takes every sum as it is kept, for digests. Only while no checkpoint is under way, or with no writer. */
    void sums(int cue, SumVisitor visitor) {
        AdjacencyTable table = cue < tables.capacity() ? tables.getPlain(cue) : null;
        StoredRow found = table == null || !table.isComplete() ? store.row(cue, horizons) : null;
        Folding folding = new Folding(hash, decays, tidying, dictionary.retired());
        AdjacencyTable whole;
        if (table != null) {
            whole = table.isComplete() ? table : folding.whole(found, table);
        } else if (found != null) {
            whole = folding.whole(found);
        } else {
            return;
        }
        Row row = whole.toRow(Row.Kind.WHOLE, epoch);
        for (int i = 0; i < row.size(); i++) {
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

    private AdjacencyTable tableForWriting(int cue, long watermarkMs) {
        AdjacencyTable table = tables.getPlain(cue);
        if (table == null) {
            table = stored.get(cue)
                    ? AdjacencyTable.delta(hash, landmarks, null)
                    : AdjacencyTable.complete(hash, landmarks, tidying.firstPrunedMs(watermarkMs));
        } else if (!table.isComplete() && table.epoch() != epoch) {
            table = AdjacencyTable.delta(hash, landmarks, table);
        } else {
            return table;
        }
        bytes += table.bytes();
        tables.set(cue, table);
        return table;
    }
}
