package io.synfire.engine.memory;

import io.synfire.engine.learn.ForwardDecay;
import io.synfire.engine.store.RocksStore;
import io.synfire.engine.store.StoredRow;
import io.synfire.engine.view.Associations;
import io.synfire.engine.view.ConceptHash;
import io.synfire.engine.view.ReadTime;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads rows while the writer goes on: each as of one moment, the latest at some time during the read. Any thread.
 *
 * <p>How that is right without a lock over everything. The writer publishes a moment before it moves what that adds into tables, and all of
 * it is there before it publishes the next. So while a reader holds the monitor of a table, the table is of the latest moment, or of the one
 * before; it says which. If of the one before, what the moment {@link ImpulseBuffer#runsOf holds} of the cue comes on top. A cue that has no
 * table has nothing but its row in the store, and that is of the moment unless a checkpoint wrote it that began later: its number tells. A
 * delta counts on top of what is stored of its cue if no checkpoint of its epoch, or a later one, has written of the cue. Whoever finds that the
 * ground has moved begins anew; that takes a checkpoint, or a table that came or went meanwhile.
 *
 * <p>Learning waits for a look at a table of some hundred associations, or to count some thousands, and for the beginning of a copy of a large one; never for the store, nor for
 * what is added up. A row that is not in memory as a whole is folded and {@link Tidying tidied} as a checkpoint would do that, so that none
 * changes what is read.
 */
final class RowReads {

    /** A table of so many slots is read where it is; a larger one is copied first. */
    private static final int SLOTS_IN_PLACE = 1_024;

    /** So often two rows are looked at beside who publishes moments, before it is held up: a look may have to wait for a checkpoint's at that row. */
    private static final int LOOKS_BESIDE = 64;

    /** At so many slots one looks in place to count associations: that tells where a hub is asked whether it is one. */
    private static final int SLOTS_COUNTED = 16_384;

    private final CueTables tables;
    private final RocksStore store;
    private final ConceptHash hash;
    private final Tidying tidying;
    private final List<ForwardDecay> decays;
    private final int horizons;
    private final ImpulseBuffer held;
    private final Moments moments;
    private final RowCache cache;
    private final IdSource ids;
    private final Consumer<AdjacencyTable> cutBack;

    RowReads(
            CueTables tables,
            RocksStore store,
            ConceptHash hash,
            Tidying tidying,
            List<ForwardDecay> decays,
            ImpulseBuffer held,
            Moments moments,
            RowCache cache,
            IdSource ids) {
        this.tables = tables;
        this.store = store;
        this.hash = hash;
        this.tidying = tidying;
        this.decays = decays;
        this.horizons = decays.size();
        this.held = held;
        this.moments = moments;
        this.cache = cache;
        this.ids = ids;
        this.cutBack = tidying::cutBack;
    }

    /**
     * Where a row is at a moment: in a copy of a table, in the store, or both; and what the moment holds on top.
     *
     * @param table what is in memory, null if nothing
     * @param runs what is held
     */
    private record Place(LearnedMoment moment, int cue, @Nullable TableCopy table, ImpulseRuns runs) {

        void abandon() {
            if (table != null) {
                table.abandon();
            }
        }
    }

    /** All that is shown of a row. */
    Associations read(int cue, ReadTime at) {
        while (true) {
            Associations quick = readInPlace(cue, at);
            if (quick != null) {
                return quick;
            }
            Place place = look(cue);
            Associations row = place == null ? null : read(place, at);
            if (row != null) {
                return row;
            }
        }
    }

    /** The rows of two cues, of one moment. */
    List<Associations> readTwo(int first, int second, ReadTime at) {
        for (int looks = 0; ; looks++) {
            Place one;
            Place other;
            if (looks < LOOKS_BESIDE) {
                one = look(first);
                other = one == null ? null : look(second);
            } else {
                Place[] places = new Place[2];
                moments.still(() -> {
                    places[0] = look(first);
                    places[1] = places[0] == null ? null : look(second);
                    return places;
                });
                one = places[0];
                other = places[1];
            }
            if (one == null) {
                continue;
            }
            if (other == null) {
                one.abandon();
                continue;
            }
            if (one.moment() != other.moment()) {
                one.abandon();
                other.abandon();
                continue;
            }
            try {
                Associations row = read(one, at);
                Associations otherRow = row == null ? null : read(other, at);
                if (row != null && otherRow != null) {
                    return List.of(row, otherRow);
                }
            } finally {
                one.abandon();
                other.abandon();
            }
        }
    }

    /** The strongest of a row, and of those as strong as the last of them such as are wanted; or more, where that is no more to do. */
    Associations readStrongest(int cue, int count, Ties ties, ReadTime at) {
        AdjacencyTable table = tables.get(cue);
        if (table != null) {
            TableCopy copy = null;
            Strongest.Search begun = null;
            LearnedMoment moment;
            Associations kept = null;
            synchronized (table) {
                moment = moments.latest();
                if (isReadInPlace(cue, table, moment)) {
                    return read(table, moment, at);
                }
                if (moment.isKnown(cue) && isWhole(cue, table, moment) && table.mayTellStrongest(count)) {
                    Reading reading = reading(moment, at).of(table.landmarks(), 0);
                    boolean isKept = table.readStrongest(count, ties, reading);
                    // One that is hidden makes the list short: then those behind it are to be looked at.
                    if (isKept && reading.size() >= count) {
                        kept = reading.done(table.cuts(), table.cutBound());
                    }
                    if (!isKept && (ties != Ties.ALL || table.mayFindTies())) {
                        begun = table.beginStrongest();
                        copy = table.beginCopy();
                    }
                }
            }
            if (kept != null) {
                keepsStrongest(cue);
                return kept;
            }
            if (copy != null && begun != null) {
                Associations found = findStrongest(table, copy, begun, moment, count, ties, at);
                keepsStrongest(cue);
                return found;
            }
        } else {
            LearnedMoment moment = moments.latest();
            FoldedRow row = moment.isKnown(cue) ? storedAlone(cue, moment) : null;
            Associations strongest = row == null ? null : row.readStrongest(count, ties, reading(moment, at));
            if (strongest != null) {
                return strongest;
            }
        }
        return read(cue, at);
    }

    /** Without a monitor, since that of another table is taken. */
    private void keepsStrongest(int cue) {
        int gone = cache.keepsStrongest(cue);
        AdjacencyTable other = gone < 0 ? null : tables.get(gone);
        if (other != null) {
            synchronized (other) {
                other.dropStrongest();
            }
        }
    }

    /** Looks at all of a table, in a copy, and keeps what it found for those who ask later. */
    private Associations findStrongest(
            AdjacencyTable table,
            TableCopy copy,
            Strongest.Search begun,
            LearnedMoment moment,
            int count,
            Ties ties,
            ReadTime at) {
        AdjacencyTable whole = copy.done();
        Strongest found = Strongest.of(whole, moment.retired(), ids);
        Reading reading = reading(moment, at).of(whole.landmarks(), 0);
        boolean isEnough = found.read(whole, count, ties, reading) && reading.size() >= count;
        synchronized (table) {
            table.endStrongest(begun, found);
        }
        return isEnough ? reading.done(whole.cuts(), whole.cutBound()) : read(whole, moment, at);
    }

    /** The row of a cue where that is all there is of it at a moment, the latest; null if there is more, or nothing. */
    private @Nullable FoldedRow storedAlone(int cue, LearnedMoment moment) {
        boolean isDrained = moment.isDrained();
        if (!isDrained || tables.get(cue) != null) {
            return null;
        }
        FoldedRow row = stored(cue, moment);
        return row == null || row.checkpoint() >= moment.epoch() ? null : row;
    }

    /** Whether a row has more than so many associations. */
    boolean hasMoreThan(int cue, int count, ReadTime at) {
        // A time that is past is refused, whatever the answer would be.
        at.resolve(moments.latest().watermarkMs());
        if (sizeMax(cue) <= count) {
            return false;
        }
        AdjacencyTable table = tables.get(cue);
        if (table != null) {
            synchronized (table) {
                LearnedMoment moment = moments.latest();
                if (moment.isKnown(cue) && isWhole(cue, table, moment)) {
                    Boolean isMore = table.showsMoreThan(
                            count,
                            reading(moment, at).of(table.landmarks(), Math.min(table.size(), count + 1)),
                            SLOTS_COUNTED);
                    if (isMore != null) {
                        return isMore;
                    }
                }
            }
        } else {
            LearnedMoment moment = moments.latest();
            FoldedRow row = moment.isKnown(cue) ? storedAlone(cue, moment) : null;
            if (row != null) {
                return row.showsMoreThan(count, reading(moment, at));
            }
        }
        return read(cue, at).size() > count;
    }

    /** How many associations a cue has, at most, without reading them. */
    int sizeMax(int cue) {
        LearnedMoment moment = moments.latest();
        // Before the look for a table: what was in the tables by then is found there.
        ImpulseRuns runs = moment.isDrained() ? ImpulseRuns.NONE : held.runsOf(cue, moment);
        while (runs == null) {
            moment = moments.latest();
            runs = moment.isDrained() ? ImpulseRuns.NONE : held.runsOf(cue, moment);
        }
        AdjacencyTable table = tables.get(cue);
        int size = runs.size();
        if (table != null) {
            synchronized (table) {
                AdjacencyTable previous = table.previous();
                size += table.size() + (previous == null ? 0 : previous.size());
                if (table.isComplete()) {
                    return size;
                }
            }
        }
        return size + store.rowSizeMax(cue, horizons);
    }

    /** What the latest moment says of a small table, or of a cue of which nothing is left; null if that takes more. */
    private @Nullable Associations readInPlace(int cue, ReadTime at) {
        LearnedMoment moment = moments.latest();
        if (!moment.isKnown(cue)) {
            return nothing(moment, at);
        }
        AdjacencyTable table = tables.get(cue);
        if (table == null) {
            return null;
        }
        synchronized (table) {
            LearnedMoment now = moments.latest();
            return isReadInPlace(cue, table, now) ? read(table, now, at) : null;
        }
    }

    /** Whether a table is small and says all that there is of its cue. Under its monitor. */
    private boolean isReadInPlace(int cue, AdjacencyTable table, LearnedMoment latest) {
        return table.slotCount() <= SLOTS_IN_PLACE && latest.isKnown(cue) && isWhole(cue, table, latest);
    }

    /** Whether a table says all that there is of its cue at the latest moment. Under its monitor. */
    private boolean isWhole(int cue, AdjacencyTable table, LearnedMoment latest) {
        return table.isComplete()
                && tables.get(cue) == table
                && (latest.isDrained() || table.moment() == latest.number());
    }

    /** Where a row is at the latest moment; null if that changes just now. */
    private @Nullable Place look(int cue) {
        LearnedMoment moment = moments.latest();
        // Before the look for a table: what was in the tables by then is found there.
        boolean isDrained = moment.isDrained();
        AdjacencyTable table = tables.get(cue);
        if (table == null) {
            ImpulseRuns runs = isDrained ? ImpulseRuns.NONE : held.runsOf(cue, moment);
            return runs == null ? null : new Place(moment, cue, null, runs);
        }
        synchronized (table) {
            LearnedMoment now = moments.latest();
            if (tables.get(cue) != table) {
                return null;
            }
            ImpulseRuns runs =
                    now.isDrained() || table.moment() == now.number() ? ImpulseRuns.NONE : held.runsOf(cue, now);
            return runs == null ? null : new Place(now, cue, table.beginCopy(), runs);
        }
    }

    /** What is at a place; null if a checkpoint has moved it meanwhile. */
    private @Nullable Associations read(Place place, ReadTime at) {
        LearnedMoment moment = place.moment();
        try {
            if (!moment.isKnown(place.cue())) {
                return nothing(moment, at);
            }
            TableCopy copy = place.table();
            AdjacencyTable table = copy == null ? null : copy.done();
            if (copy != null && table != null && table.isComplete()) {
                if (!place.runs().isEmpty()) {
                    place.runs().addTo(table, moment.retired(), cutBack);
                    table.addedBy(moment);
                }
                Associations row = read(table, moment, at);
                if (place.runs().isEmpty()) {
                    copy.wasRead(moment.unknown().version());
                }
                return row;
            }
            return readStored(place, table, at);
        } finally {
            place.abandon();
        }
    }

    private @Nullable Associations readStored(Place place, @Nullable AdjacencyTable delta, ReadTime at) {
        LearnedMoment moment = place.moment();
        FoldedRow stored = stored(place.cue(), moment);
        if (stored != null && stored.checkpoint() >= moment.epoch()) {
            return null;
        }
        // A row that was taken away does not tell by which checkpoint.
        if (stored == null && moments.latest().retired().contains(place.cue())) {
            return null;
        }
        if (delta == null && place.runs().isEmpty()) {
            return stored == null ? nothing(moment, at) : stored.read(reading(moment, at));
        }
        AdjacencyTable newest = delta;
        if (newest == null || !place.runs().isEmpty()) {
            newest = ofMoment(delta, place);
            place.runs().addTo(newest, moment.retired(), table -> {});
            newest.addedBy(moment);
        }
        return read(folding(moment).whole(stored, newest), moment, at);
    }

    /**
     * Where a moment's impulses are added to, as by the writer: a delta of its own epoch. One of an older epoch may be in the store by now, and
     * then counts no more; one of none was just put there and holds nothing yet.
     */
    private AdjacencyTable ofMoment(@Nullable AdjacencyTable delta, Place place) {
        long epoch = place.moment().epoch();
        if (delta != null && delta.epoch() == epoch) {
            return delta;
        }
        AdjacencyTable before = delta != null && delta.epoch() == 0 ? delta.previous() : delta;
        AdjacencyTable own = AdjacencyTable.delta(hash, place.runs().first().landmarks(), before);
        own.setEpoch(epoch);
        return own;
    }

    /** What is stored of a cue, out of the cache if somebody has read it; null if nothing is. */
    private @Nullable FoldedRow stored(int cue, LearnedMoment moment) {
        FoldedRow known = cache.get(cue);
        if (known != null && known.isWithout(moment.retired())) {
            return known;
        }
        long version = cache.version();
        StoredRow stored = store.row(cue, horizons);
        if (stored == null) {
            return null;
        }
        FoldedRow row = new FoldedRow(folding(moment).row(stored), stored.checkpoint(), moment.retired());
        if (moments.latest().retired() == moment.retired()) {
            cache.put(cue, row, version);
        }
        return row;
    }

    private Folding folding(LearnedMoment moment) {
        return new Folding(hash, decays, tidying, moment.retired());
    }

    private Associations read(AdjacencyTable table, LearnedMoment moment, ReadTime at) {
        Reading reading = reading(moment, at).of(table.landmarks(), table.size());
        long version = moment.unknown().version();
        if (table.leadsToKnownOnly(version)) {
            reading.ofKnownOnly();
        }
        table.readInto(reading);
        if (!reading.hidesUnknown()) {
            table.setKnownOnly(version);
        }
        return reading.done(table.cuts(), table.cutBound());
    }

    private Associations nothing(LearnedMoment moment, ReadTime at) {
        return Associations.none(moment, at.resolve(moment.watermarkMs()), horizons);
    }

    private Reading.Scope reading(LearnedMoment moment, ReadTime at) {
        return new Reading.Scope(moment, decays, at.resolve(moment.watermarkMs()), tidying.forgetBelow());
    }
}
