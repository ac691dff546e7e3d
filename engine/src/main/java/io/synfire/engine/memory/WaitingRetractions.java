package io.synfire.engine.memory;

import io.synfire.engine.event.Retraction;
import io.synfire.engine.store.RetractionCount;
import io.synfire.engine.store.StoredRetraction;
import io.synfire.engine.store.StoredRetractions;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Retractions that were read before what they take back: those of times the watermark has not reached. A log of several partitions may
 * be read in such an order. They wait, since a sum cannot hold what lies far ahead of its landmark, and commands do not move it.
 *
 * <p>They lie in the store, in the order in which they come due. On the heap are those that came since the last checkpoint, and a piece of the
 * stored ones, the next, which is read when the watermark reaches it. All that wait are for later than the watermark; so what a
 * checkpoint takes out is a range: what the watermark passed since the one before. Writer only, but for the {@link Part}.
 */
final class WaitingRetractions {

    /** Its place in a sorted set. */
    private static final int ENTRY_BYTES = 40;

    private final StoredRetractions stored;
    private final long pieceBytesMax;

    /** Those since the last checkpoint began. */
    private TreeSet<StoredRetraction> recent = new TreeSet<>();

    private long recentBytes;

    /** Of those that a checkpoint is writing, which must not change, the ones that are left; the next of these. */
    private Iterator<StoredRetraction> frozen = Collections.emptyIterator();

    private @Nullable StoredRetraction nextFrozen;
    private long frozenBytes;

    /** The number of the first of these: what has this or a later one is on the heap, be it in the store by now or not. */
    private long firstUnsaved;

    /** Read ahead of the stored ones. */
    private final Deque<StoredRetraction> piece = new ArrayDeque<>();

    private long pieceBytes;

    /** The last that was read from the store, or came due when that was last looked through: there the next piece begins. */
    private long readMs;

    private long readNumber = Long.MAX_VALUE;

    /** No stored one that was not read is for an earlier time. */
    private long storedMs;

    /** Those for earlier times have been taken out of the store. */
    private long removedMs;

    /** Whether one came due since the last checkpoint began that is in the store then. */
    private boolean isRemoving;

    private boolean hasOld;

    /** The last that came due. */
    private long lastMs;

    private long lastNumber = Long.MAX_VALUE;
    private long waiting;
    private long next;

    /** As of the last checkpoint that began. */
    private RetractionCount counted;

    /**
     * Those of a store.
     *
     * @param watermarkMs the watermark of its last checkpoint
     * @param pieceBytesMax how much is read at once; one at least
     */
    WaitingRetractions(StoredRetractions stored, long watermarkMs, long pieceBytesMax) {
        this.stored = stored;
        this.pieceBytesMax = pieceBytesMax;
        this.counted = stored.count();
        this.waiting = counted.waiting();
        this.next = counted.next();
        this.firstUnsaved = next;
        this.lastMs = watermarkMs;
        this.readMs = watermarkMs;
        this.removedMs = watermarkMs + 1;
        this.storedMs = waiting == 0 ? Long.MAX_VALUE : removedMs;
        // An earlier version kept them by their numbers: they are written anew.
        stored.old(retraction -> {
            hold(retraction);
            hasOld = true;
            next = Math.max(next, retraction.number() + 1);
            return true;
        });
    }

    long count() {
        return waiting;
    }

    long bytes() {
        return recentBytes + frozenBytes + pieceBytes;
    }

    /** How much the next checkpoint will write of them, about. */
    long unsavedBytes() {
        return recentBytes;
    }

    void add(Retraction retraction) {
        hold(StoredRetraction.of(next++, retraction));
    }

    private void hold(StoredRetraction retraction) {
        recent.add(retraction);
        recentBytes += bytes(retraction);
        waiting++;
    }

    /** One whose time has come, the first of them, or null; it waits no more. */
    @Nullable
    Retraction due(long watermarkMs) {
        if (piece.isEmpty() && storedMs <= watermarkMs) {
            readPiece();
        }
        StoredRetraction ofRecent = recent.isEmpty() ? null : recent.first();
        StoredRetraction first = sooner(sooner(piece.peek(), nextFrozen), ofRecent);
        if (first == null || first.dueMs() > watermarkMs) {
            return null;
        }
        Retraction due = stored.retraction(first);
        waiting--;
        if (first.equals(ofRecent)) {
            recent.pollFirst();
            recentBytes -= bytes(first);
        } else if (first.equals(nextFrozen)) {
            nextFrozen = frozen.hasNext() ? frozen.next() : null;
            isRemoving = true;
        } else {
            piece.remove();
            pieceBytes -= first.heapBytes();
            isRemoving = true;
        }
        lastMs = first.dueMs();
        lastNumber = first.number();
        return due;
    }

    /** What changed since the last checkpoint, for the next, which begins at a watermark: nothing waits for that or for earlier. */
    Part freeze(long watermarkMs) {
        TreeSet<StoredRetraction> added = recent;
        recent = new TreeSet<>();
        frozen = added.iterator();
        nextFrozen = frozen.hasNext() ? frozen.next() : null;
        frozenBytes = recentBytes;
        recentBytes = 0;
        long fromMs = removedMs;
        removedMs = watermarkMs + 1;
        boolean removes = isRemoving;
        isRemoving = false;
        boolean removesOld = hasOld;
        hasOld = false;
        RetractionCount count = new RetractionCount(waiting, next);
        boolean isNews = !count.equals(counted);
        counted = count;
        return checkpoint -> {
            if (removes) {
                checkpoint.removeRetractions(fromMs, watermarkMs + 1);
            }
            if (removesOld) {
                checkpoint.removeOldRetractions();
            }
            added.forEach(checkpoint::retraction);
            if (isNews) {
                checkpoint.retractionCount(count);
            }
        };
    }

    /** What was frozen is in the store: it is read from there, with what was read ahead before. */
    void committed() {
        if (frozenBytes > 0) {
            StoredRetraction first = sooner(piece.peek(), nextFrozen);
            storedMs = Math.min(storedMs, first == null ? Long.MAX_VALUE : first.dueMs());
            piece.clear();
            pieceBytes = 0;
            readMs = lastMs;
            readNumber = lastNumber;
        }
        firstUnsaved = counted.next();
        frozen = Collections.emptyIterator();
        nextFrozen = null;
        frozenBytes = 0;
    }

    private void readPiece() {
        stored.after(readMs, readNumber, retraction -> {
            readMs = retraction.dueMs();
            readNumber = retraction.number();
            // One that is also on the heap is in the store since the checkpoint under way was written.
            if (retraction.number() < firstUnsaved) {
                piece.add(retraction);
                pieceBytes += retraction.heapBytes();
            }
            return piece.isEmpty() || pieceBytes < pieceBytesMax;
        });
        storedMs = piece.isEmpty() ? Long.MAX_VALUE : readMs;
    }

    private static @Nullable StoredRetraction sooner(@Nullable StoredRetraction one, @Nullable StoredRetraction other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return one.compareTo(other) < 0 ? one : other;
    }

    private static long bytes(StoredRetraction retraction) {
        return (long) ENTRY_BYTES + retraction.heapBytes();
    }
}
