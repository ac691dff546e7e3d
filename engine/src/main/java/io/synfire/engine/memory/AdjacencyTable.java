package io.synfire.engine.memory;

import io.synfire.engine.learn.Landmarks;
import io.synfire.engine.store.Row;
import io.synfire.engine.store.Row.Header;
import io.synfire.engine.view.ConceptHash;
import io.synfire.engine.view.Selection;
import it.unimi.dsi.fastutil.longs.LongArrays;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The associations of one cue in memory, and what a row says besides: its landmarks, when it was pruned, what was cut.
 *
 * <p>Either <em>complete</em> (the whole row) or a <em>delta</em> on what is stored of it. What was changed since it was last written is
 * marked, so that a checkpoint may write that alone.
 *
 * <p>Not thread-safe: every use is under the table's own monitor, but for a table that no other thread can see yet, or that none
 * changes any more.
 */
final class AdjacencyTable extends SumSlots {

    private static final int HEADER_BYTES = 128;

    /** From so many associations on it is faster to sort by digits. */
    private static final int RADIX_MIN = 2_000;

    private final boolean complete;
    private Landmarks landmarks;

    /** The checkpoint that will write what was changed; 0 if nothing was. */
    private long epoch;

    /** The moment that last added to it. */
    private long moment;

    /** Of a delta: the one before it, which a checkpoint is writing. */
    private @Nullable AdjacencyTable previous;

    private Cuts cuts = Cuts.NONE;
    private long prunedMs;

    /** Whether associations left since it was last written, or it never was: then what changed does not say all. */
    private boolean shrunk;

    private boolean touched;

    /** Whether its cue was forgotten: nothing is ever added to it. */
    private boolean forgotten;

    /** When a reader last saw that it leads to known concepts only; null if none has. */
    private @Nullable KnownOnly knownOnly;

    /** Of a large table that was asked for its strongest. */
    private @Nullable Strongest strongest;

    /** By whom the strongest are looked for in a copy; null if by nobody, or what comes of it is not right any more. */
    private Strongest.@Nullable Search search;

    /** How often a row was cut back, and the sum of the strongest that each cut has dropped. */
    private record Cuts(int count, double bound) {

        static final Cuts NONE = new Cuts(0, 0);

        static Cuts of(int count, double bound) {
            return count == 0 && bound == 0 ? NONE : new Cuts(count, bound);
        }

        Cuts movedBy(double move) {
            return of(count, bound * move);
        }

        Cuts and(double strongestDropped) {
            return of(count + 1, bound + strongestDropped);
        }
    }

    /** A table that a moment was the last to add to holds none of a version of the unknown concepts. */
    private record KnownOnly(long version, long moment) {}

    private AdjacencyTable(int multiplier, Landmarks landmarks, boolean complete) {
        super(multiplier, landmarks.horizonCount());
        this.landmarks = landmarks;
        this.complete = complete;
    }

    /** An empty table of a cue that has no row yet. */
    static AdjacencyTable complete(ConceptHash hash, Landmarks landmarks, long prunedMs) {
        AdjacencyTable table = new AdjacencyTable(hash.multiplier(), landmarks, true);
        table.prunedMs = prunedMs;
        table.shrunk = true;
        return table;
    }

    /** In the place of all there is of a cue that was forgotten, but for a delta that a checkpoint is writing. */
    static AdjacencyTable forgotten(
            ConceptHash hash, Landmarks landmarks, @Nullable AdjacencyTable previous, boolean isComplete) {
        AdjacencyTable table = new AdjacencyTable(hash.multiplier(), landmarks, isComplete);
        table.forgotten = true;
        table.previous = previous;
        return table;
    }

    /** An empty table on top of what is stored, and of a delta that a checkpoint is writing. */
    static AdjacencyTable delta(ConceptHash hash, Landmarks landmarks, @Nullable AdjacencyTable previous) {
        AdjacencyTable table = new AdjacencyTable(hash.multiplier(), landmarks, false);
        table.previous = previous;
        return table;
    }

    /** The whole row as a table. */
    static AdjacencyTable of(ConceptHash hash, Row row) {
        return of(hash, row, true);
    }

    /** What was appended to a row, as a delta. */
    static AdjacencyTable delta(ConceptHash hash, Row added) {
        return of(hash, added, false);
    }

    private static AdjacencyTable of(ConceptHash hash, Row row, boolean complete) {
        AdjacencyTable table = new AdjacencyTable(hash.multiplier(), row.landmarks(), complete);
        table.reserve(row.size());
        for (int i = 0; i < row.size(); i++) {
            int slot = table.put(row.target(i));
            for (int h = 0; h < table.horizons(); h++) {
                table.set(slot, h, row.high(i, h), row.low(i, h));
            }
            table.noteIfZero(slot);
        }
        table.cuts = Cuts.of(row.header().cuts(), row.header().cutBound());
        table.prunedMs = row.header().prunedMs();
        return table;
    }

    /** A table of its own with the same associations, marks included. */
    AdjacencyTable copy() {
        AdjacencyTable copy = new AdjacencyTable(multiplier(), landmarks, complete);
        copyTo(copy);
        return withHeader(copy);
    }

    /** The same, to be made beside the writer: what comes from now on is not in it. Its marks are of no meaning. */
    TableCopy beginCopy() {
        AdjacencyTable copy = new AdjacencyTable(multiplier(), landmarks, complete);
        SlotsCopy begun = beginCopyTo(copy);
        return new TableCopy(this, withHeader(copy), begun);
    }

    private AdjacencyTable withHeader(AdjacencyTable copy) {
        copy.epoch = epoch;
        copy.previous = previous;
        copy.moment = moment;
        copy.cuts = cuts;
        copy.prunedMs = prunedMs;
        copy.shrunk = shrunk;
        copy.knownOnly = knownOnly;
        return copy;
    }

    boolean isComplete() {
        return complete;
    }

    /** Whether its cue was forgotten: its row is to be taken away. If it is complete, that is counted already. */
    boolean isForgotten() {
        return forgotten;
    }

    /** Whether no target is one of the unknown concepts of a version: that was seen, and none came since. */
    boolean leadsToKnownOnly(long version) {
        KnownOnly seen = knownOnly;
        return seen != null && seen.version() == version && seen.moment() == moment;
    }

    /** It was seen that no target is one of the unknown concepts of a version. */
    void setKnownOnly(long version) {
        knownOnly = new KnownOnly(version, moment);
    }

    /** The checkpoint that will write what was changed; 0 if nothing was. */
    long epoch() {
        return epoch;
    }

    void setEpoch(long checkpoint) {
        epoch = checkpoint;
        touched = true;
    }

    /** Looks at what an addition will need of it; returns something, so that the look is not optimized away. */
    int touch() {
        return touchSlots() + (int) prunedMs;
    }

    /** The moment that last added to it. */
    long moment() {
        return moment;
    }

    /** A moment has added to it. */
    void addedBy(LearnedMoment by) {
        moment = by.number();
        if (!complete) {
            prunedMs = by.watermarkMs();
        }
    }

    void setMoment(long number) {
        moment = number;
    }

    @Nullable
    AdjacencyTable previous() {
        return previous;
    }

    /** The one before it was written. */
    void dropPrevious() {
        previous = null;
    }

    /** Whether what changed does not say all. */
    boolean isShrunk() {
        return shrunk;
    }

    /** All that was changed is written, or about to be. */
    void written() {
        epoch = 0;
        shrunk = false;
        unmark();
    }

    int cuts() {
        return cuts.count();
    }

    double cutBound() {
        return cuts.bound();
    }

    /** The watermark when it was last pruned, or made; of a delta that when it was last added to. */
    long prunedMs() {
        return prunedMs;
    }

    Landmarks landmarks() {
        return landmarks;
    }

    long bytes() {
        return HEADER_BYTES + slotBytes();
    }

    /** Whether it was changed since this was last asked: what eviction spares. */
    boolean wasTouched() {
        boolean was = touched;
        touched = false;
        return was;
    }

    /** Adds impulses, {@code growth[growthAt + h]} a unit at horizon h, all at this table's landmarks. */
    void add(int[] targets, double[] deltas, int from, int to, double[] growth, int growthAt) {
        addAll(targets, deltas, from, to, growth, growthAt);
        if (strongest != null) {
            for (int i = from; i < to; i++) {
                strongest.changed(targets[i], sum(slot(targets[i]), horizons() - 1));
            }
            if (strongest.isWorn()) {
                // It would only grow.
                strongest = null;
            }
        }
        if (search != null && !search.note(targets, from, to)) {
            search = null;
        }
    }

    /** Adds all of a delta kept at the same landmarks. */
    void add(AdjacencyTable delta) {
        if (!delta.landmarks.equals(landmarks)) {
            throw new IllegalStateException(
                    "sums add at equal landmarks alone: landmarks=" + landmarks + " delta=" + delta.landmarks);
        }
        strongest = null;
        search = null;
        knownOnly = null;
        addAll(delta);
    }

    /** Moves all sums to later landmarks, which is exact, and drops associations that have faded at every horizon. */
    void moveTo(Landmarks to, double[] toWatermark) {
        if (to.equals(landmarks)) {
            return;
        }
        double[] moves = landmarks.moves(to);
        boolean anyFaded = move(moves, toWatermark);
        double slowestMove = moves[horizons() - 1];
        cuts = cuts.movedBy(slowestMove);
        if (strongest != null) {
            strongest.move(slowestMove);
        }
        search = null;
        landmarks = to;
        if (anyFaded) {
            keep(slot -> !isZero(slot));
        }
    }

    /** Once it holds twice {@code max} associations, keeps the {@code max} strongest at the slowest horizon, lower ints first. */
    void cutBackTo(int max) {
        if (max == 0 || size() < 2L * max) {
            return;
        }
        double[] bySlot = new double[slotCount()];
        double[] strengths = new double[size()];
        int next = 0;
        for (int slot = 0; slot < bySlot.length; slot++) {
            if (isUsed(slot)) {
                bySlot[slot] = slowestStrength(slot);
                strengths[next++] = bySlot[slot];
            }
        }
        int dropped = strengths.length - max;
        double threshold = Selection.ofRank(strengths, dropped);
        int above = 0;
        double strongestDropped = 0;
        for (int i = 0; i < strengths.length; i++) {
            above += strengths[i] > threshold ? 1 : 0;
            strongestDropped = i < dropped ? Math.max(strongestDropped, strengths[i]) : strongestDropped;
        }
        int lastTied = lastTiedTarget(bySlot, threshold, max - above);
        keep(slot -> bySlot[slot] > threshold || (bySlot[slot] == threshold && target(slot) <= lastTied));
        // The next below the threshold, or a tie with it.
        cuts = cuts.and(strongestDropped);
    }

    /** Drops associations that are weaker than a strength at every horizon, at a watermark. */
    void pruneBelow(double strength, double[] toWatermark, long watermarkMs) {
        prunedMs = watermarkMs;
        keep(slot -> {
            for (int h = 0; h < horizons(); h++) {
                if (Math.abs(sum(slot, h)) * toWatermark[h] >= strength) {
                    return true;
                }
            }
            return false;
        });
    }

    /** Drops associations of which nothing is left at any horizon. */
    void dropCancelled() {
        if (wasCancelled()) {
            keep(slot -> !isZero(slot));
        }
    }

    /** Drops associations to some concepts. */
    void dropTargets(ConceptSet gone) {
        for (int slot = 0; !gone.isEmpty() && slot < slotCount(); slot++) {
            if (isUsed(slot) && gone.contains(target(slot))) {
                keep(kept -> !gone.contains(target(kept)));
                return;
            }
        }
    }

    /** All of it, what changed of it, or what it adds, as one checkpoint writes it. */
    Row toRow(Row.Kind kind, long checkpoint) {
        int count = kind == Row.Kind.CHANGED ? changed() : size();
        long[] order = new long[count];
        int next = 0;
        for (int slot = 0; slot < slotCount(); slot++) {
            if (isUsed(slot) && (kind != Row.Kind.CHANGED || isChanged(slot))) {
                order[next++] = (long) target(slot) << 32 | slot;
            }
        }
        if (count > RADIX_MIN) {
            LongArrays.radixSort(order);
        } else {
            Arrays.sort(order);
        }
        int horizons = horizons();
        int[] targets = new int[count];
        float[] highs = new float[count * horizons];
        float[] lows = isWide() ? new float[count * horizons] : null;
        for (int i = 0; i < count; i++) {
            targets[i] = (int) (order[i] >>> 32);
            int slot = (int) order[i];
            for (int h = 0; h < horizons; h++) {
                highs[i * horizons + h] = high(slot, h);
                if (lows != null) {
                    lows[i * horizons + h] = low(slot, h);
                }
            }
        }
        return new Row(
                new Header(kind, checkpoint, landmarks, cuts.count(), cuts.bound(), prunedMs, size()),
                targets,
                highs,
                lows);
    }

    /** Whether it is so large, and so few are asked for, that a look at all of them may be saved. */
    boolean mayTellStrongest(int count) {
        return complete && size() >= Strongest.TABLE_MIN && count <= Strongest.MADE_FOR / 2;
    }

    /**
     * Hands the strongest associations at the slowest horizon to a reading.
     *
     * @return false, and hands over none, if the strongest are not kept, or not that many: then a look at all of them is needed
     */
    boolean readStrongest(int count, Ties ties, Reading reading) {
        Strongest kept = strongest;
        return kept != null && !kept.isWorn() && kept.read(this, count, ties, reading);
    }

    /** Whether to look for the strongest may tell all that are as strong as the last of so many, where what is kept does not. */
    boolean mayFindTies() {
        Strongest kept = strongest;
        return kept == null || kept.isWorn() || !kept.leavesTies();
    }

    /** Somebody begins to look for the strongest, in a copy that is begun now. */
    Strongest.Search beginStrongest() {
        Strongest.Search begun = new Strongest.Search();
        search = begun;
        return begun;
    }

    /** They were found in the copy: keeps them, unless more has changed than sums that were added to, or somebody began later. */
    void endStrongest(Strongest.Search begun, Strongest found) {
        if (search == begun) {
            search = null;
            begun.addTo(found, this);
            strongest = found.isWorn() ? null : found;
        }
    }

    /** Whoever next asks for the strongest looks for them anew. */
    void dropStrongest() {
        strongest = null;
    }

    /**
     * Whether a reading that has taken nothing yet takes more than so many associations.
     *
     * @return null if a look at so many slots does not tell
     */
    @Nullable
    Boolean showsMoreThan(int count, Reading reading, int slotsMax) {
        int looks = Math.min(slotsMax, slotCount());
        for (int slot = 0; reading.size() <= count && slot < looks; slot++) {
            if (isUsed(slot)) {
                readInto(slot, reading);
            }
        }
        if (reading.size() > count) {
            return true;
        }
        return looks == slotCount() ? Boolean.FALSE : null;
    }

    /** Hands all sums to a reading. */
    void readInto(Reading reading) {
        for (int slot = 0; slot < slotCount(); slot++) {
            if (isUsed(slot)) {
                readInto(slot, reading);
            }
        }
    }

    /** Hands the sums of a slot to a reading. */
    void readInto(int slot, Reading reading) {
        for (int h = 0; h < horizons(); h++) {
            reading.take(target(slot), h, sum(slot, h));
        }
    }

    private void keep(SlotTest test) {
        strongest = null;
        search = null;
        shrunk |= keepOnly(test);
    }

    private double slowestStrength(int slot) {
        return Math.abs(sum(slot, horizons() - 1));
    }

    /** The highest target that is kept of those exactly at the threshold. */
    private int lastTiedTarget(double[] bySlot, double threshold, int room) {
        double[] tied = new double[size()];
        int count = 0;
        for (int slot = 0; slot < bySlot.length; slot++) {
            if (bySlot[slot] == threshold && isUsed(slot)) {
                tied[count++] = target(slot);
            }
        }
        return (int) Selection.ofRank(Arrays.copyOf(tied, count), room - 1);
    }
}
