package io.synfire.engine.memory;

import io.synfire.engine.learn.Salt;
import io.synfire.engine.store.CheckpointWriter;
import io.synfire.engine.store.Origin;
import io.synfire.engine.store.Retirement;
import io.synfire.engine.store.StoredForgets;
import it.unimi.dsi.fastutil.ints.Int2ObjectMap;
import it.unimi.dsi.fastutil.ints.Int2ObjectMaps;
import it.unimi.dsi.fastutil.ints.Int2ObjectOpenHashMap;
import it.unimi.dsi.fastutil.longs.Long2ObjectMap;
import it.unimi.dsi.fastutil.longs.Long2ObjectMaps;
import it.unimi.dsi.fastutil.longs.Long2ObjectOpenCustomHashMap;
import it.unimi.dsi.fastutil.longs.LongHash;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which ids were forgotten, as far as that still matters, and since when concepts are there. Both lie in the store; on the heap is what came
 * since the last checkpoint, a {@link HashFilter} by which an id that was never forgotten is told without a read, and a bit for each concept
 * that is there again.
 *
 * <p>A forget is forgotten itself once it matters no more: when one unit at its watermark {@link Fading has faded}, and no context's window
 * can name the int of then. A checkpoint takes a piece of these out, the oldest first.
 *
 * <p>Windows expire by the clock of their own partition. While one stands still, an episode may come there at any time that pairs with what
 * was forgotten: it shows no association, but counts as a trial, and the checksum of what was learned takes the hash of both ids. Who had lost
 * the hash could not tell that sum. So a forget stays until every partition in which anything was learned has moved on. What still names it
 * then was written since: such a window keeps the hash itself.
 *
 * <p>Writer only, but for the {@link Part}.
 */
final class Retirements {

    private static final int FORGET_BYTES = 120;
    private static final int ORIGIN_BYTES = 40;

    /** What a checkpoint writes of one: three records, and what is left of its marginal and its row, with what surrounds them in its batch. */
    private static final int STORED_BYTES = 110;

    /** So many a checkpoint takes out, or twice as many as it writes, if that is more: then it catches up, however many come. */
    private static final int SWEPT_MIN = 1_000;

    private final StoredForgets stored;
    private final Fading fading;
    private final Salt salt;
    private final HashFilter filter = new HashFilter();

    /** Concepts whose ids had been forgotten before they came again. */
    private final BitSet again = new BitSet();

    private Long2ObjectMap<Retirement> recent;

    /** Those that a checkpoint is writing. */
    private Long2ObjectMap<Retirement> frozen = Long2ObjectMaps.emptyMap();

    private Int2ObjectMap<Origin> origins = new Int2ObjectOpenHashMap<>();
    private Int2ObjectMap<Origin> frozenOrigins = Int2ObjectMaps.emptyMap();
    private List<Gone> unsaved = new ArrayList<>();

    /** The latest watermark of a forget, -1 if there was none: of what is later nothing was ever forgotten. */
    private long latestMs = -1;

    private Origin latestOrigin = Origin.UNKNOWN;

    /** Nothing is left of those before this watermark. Of whoever writes checkpoints, one at a time. */
    private long sweptMs;

    /** Of those, what the checkpoint under way takes out. */
    private BitSet swept = new BitSet();

    private int sweptSize;

    /** A concept that was retired; as an earlier version stored it, or not stored at all yet. */
    private record Gone(long hash, Retirement retirement, boolean wasStored) {}

    Retirements(StoredForgets stored, Fading fading, Salt salt) {
        this.stored = stored;
        this.fading = fading;
        this.salt = salt;
        this.recent = new Long2ObjectOpenCustomHashMap<>(new Salted(salt));
    }

    /** The hash that is stored of a forgotten id knows no salt. */
    private record Salted(Salt salt) implements LongHash.Strategy {
        @Override
        public int hashCode(long hash) {
            return (int) salt.hash(hash);
        }

        @Override
        public boolean equals(long a, long b) {
            return a == b;
        }
    }

    /** Takes the latest forget of an id from the store. */
    void loaded(long hash, Retirement retirement) {
        filter.add(salt.hash(hash));
        latestMs = Math.max(latestMs, retirement.watermarkMs());
    }

    /** Takes the latest watermark of all forgets, of those included that the store says nothing of any more. */
    void loadedLatest(long watermarkMs) {
        latestMs = Math.max(latestMs, watermarkMs);
    }

    /** Whether anything was forgotten when the watermark was at a time or after it: then what is of that time may be of what was forgotten. */
    boolean mayNameForgotten(long atMs) {
        return atMs <= latestMs;
    }

    /** Takes what the store says of a concept. */
    void loaded(int concept, Origin origin) {
        Retirement before = origin.before();
        if (before != null) {
            again.set(concept);
            latestMs = Math.max(latestMs, before.watermarkMs());
        }
    }

    /** Takes over what an earlier version stored of a concept that it forgot, in the order of their ints. */
    void loadedOld(long hash, Retirement retirement) {
        add(new Gone(hash, retirement, true));
    }

    /** The same of a concept that is known, after all that came before it. */
    void loadedOld(int concept, long hash) {
        Retirement before = recent.get(hash);
        if (before != null) {
            again.set(concept);
            origins.put(concept, new Origin(-1, -1, before));
        }
    }

    long bytes() {
        return (long) FORGET_BYTES * (recent.size() + frozen.size())
                + (long) ORIGIN_BYTES * (origins.size() + frozenOrigins.size())
                + filter.bytes()
                + again.size() / Byte.SIZE;
    }

    /** What the next checkpoint writes, about. */
    long pendingBytes() {
        return (long) STORED_BYTES * unsaved.size();
    }

    /** A concept was forgotten. */
    void retired(long hash, Retirement retirement) {
        add(new Gone(hash, retirement, false));
    }

    private void add(Gone gone) {
        recent.put(gone.hash(), gone.retirement());
        unsaved.add(gone);
        loaded(gone.hash(), gone.retirement());
    }

    /** An id that is not known gets an int. */
    void born(int concept, long hash, long watermarkMs) {
        if (latestMs < 0) {
            return;
        }
        Retirement before = latest(hash);
        if (before != null && !fading.hasFaded(before.watermarkMs(), watermarkMs)) {
            again.set(concept);
            origins.put(
                    concept, fading.fades() ? new Origin(watermarkMs, latestMs, before) : new Origin(-1, -1, before));
        } else if (fading.fades()) {
            if (latestOrigin.bornMs() != watermarkMs || latestOrigin.forgotMs() != latestMs) {
                latestOrigin = new Origin(watermarkMs, latestMs, null);
            }
            origins.put(concept, latestOrigin);
        }
    }

    /** What the id of a concept that is known was before it was forgotten, if that was at a time or after it; else null. */
    @Nullable
    Retirement before(int concept, long atMs) {
        Retirement before =
                atMs <= latestMs && again.get(concept) ? origin(concept).before() : null;
        return before != null && atMs <= before.watermarkMs() ? before : null;
    }

    /** What an id that is not known was when it was last forgotten, if that was at a time or after it; else null. */
    @Nullable
    Retirement latest(long hash, long atMs) {
        Retirement latest = atMs <= latestMs ? latest(hash) : null;
        return latest != null && atMs <= latest.watermarkMs() ? latest : null;
    }

    /**
     * Whether a concept may have been forgotten after a time, without a trace: when it got its int, something had been forgotten at that time or
     * later, and a unit of that time had faded.
     */
    boolean mayHaveBeenForgotten(int concept, long atMs) {
        Origin origin = origin(concept);
        return atMs <= origin.forgotMs() && fading.hasFaded(atMs, origin.bornMs());
    }

    private @Nullable Retirement latest(long hash) {
        if (!filter.mayContain(salt.hash(hash))) {
            return null;
        }
        Retirement known = recent.get(hash);
        if (known == null) {
            known = frozen.get(hash);
        }
        return known == null ? stored.latest(hash) : known;
    }

    private Origin origin(int concept) {
        Origin known = origins.get(concept);
        if (known == null) {
            known = frozenOrigins.get(concept);
        }
        return known == null ? stored.origin(concept) : known;
    }

    /** What changed since the last checkpoint. */
    interface Frozen {
        /** Since when a concept is there, which is written for the first time. */
        Origin origin(int concept);

        /** Those that are written, whether or not for the first time. */
        int[] originsBefore(int concept);

        /** Writes what was forgotten, and takes out what is of no matter any more. */
        void writeTo(CheckpointWriter checkpoint);
    }

    /**
     * For the next checkpoint.
     *
     * @param windowsMs no window that was not written since can name what was retired before this watermark
     */
    Frozen freeze(long watermarkMs, long windowsMs) {
        Int2ObjectMap<Origin> born = origins;
        List<Gone> gone = unsaved;
        long latest = latestMs;
        frozen = recent;
        frozenOrigins = born;
        recent = new Long2ObjectOpenCustomHashMap<>(new Salted(salt));
        origins = new Int2ObjectOpenHashMap<>();
        unsaved = new ArrayList<>();
        BitSet takenOut = new BitSet();
        swept = takenOut;
        return new Frozen() {
            @Override
            public Origin origin(int concept) {
                return born.getOrDefault(concept, Origin.UNKNOWN);
            }

            @Override
            public int[] originsBefore(int concept) {
                return born.keySet().intStream().filter(each -> each < concept).toArray();
            }

            @Override
            public void writeTo(CheckpointWriter checkpoint) {
                // First: what is forgotten again takes the place of what was stored under its hash.
                sweep(checkpoint, watermarkMs, windowsMs, takenOut, Math.max(SWEPT_MIN, 2 * gone.size()));
                if (!gone.isEmpty()) {
                    checkpoint.latestForget(latest);
                }
                for (Gone each : gone) {
                    checkpoint.retired(each.hash(), each.retirement());
                    if (each.wasStored()) {
                        checkpoint.removeMarginal(each.retirement().concept());
                        checkpoint.removeRow(each.retirement().concept());
                    }
                }
            }
        };
    }

    /** The ints of which the checkpoint that began last takes out all; of whoever writes it, after what was frozen here. */
    BitSet swept() {
        return swept;
    }

    /** What was frozen is in the store. */
    void committed() {
        frozen = Long2ObjectMaps.emptyMap();
        frozenOrigins = Int2ObjectMaps.emptyMap();
    }

    private void sweep(CheckpointWriter checkpoint, long watermarkMs, long windowsMs, BitSet takenOut, int max) {
        sweptSize = 0;
        if (!fading.fades()) {
            return;
        }
        stored.byWatermark(sweptMs, (hash, retirement) -> {
            if (retirement.watermarkMs() >= windowsMs || !fading.hasFaded(retirement.watermarkMs(), watermarkMs)) {
                return false;
            }
            checkpoint.removeRetired(hash, retirement, retirement.equals(stored.latest(hash)));
            stored.lateEpisodes(
                    retirement.concept(), episode -> checkpoint.removeLateEpisode(retirement.concept(), episode));
            takenOut.set(retirement.concept());
            sweptSize++;
            sweptMs = retirement.watermarkMs();
            return sweptSize < max;
        });
    }
}
