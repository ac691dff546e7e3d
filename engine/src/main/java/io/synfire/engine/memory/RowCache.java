package io.synfire.engine.memory;

import io.synfire.engine.view.ConceptHash;
import it.unimi.dsi.fastutil.ints.Int2ObjectLinkedOpenHashMap;
import it.unimi.dsi.fastutil.ints.IntLinkedOpenHashSet;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Rows of the store as they were last read, so that who asks again does not wait for the disk: those that were asked for longest ago leave
 * first. A row is dropped once a checkpoint has written of it. Readers alone fill it: what is learned does not depend on it. Thread-safe.
 */
final class RowCache {

    private final ConceptHash hash;
    private final long bytesMax;

    /** By cues, {@link ConceptHash#scatter scattered}. */
    private final Int2ObjectLinkedOpenHashMap<FoldedRow> rows = new Int2ObjectLinkedOpenHashMap<>();

    /** Cues of tables that keep their strongest, since somebody asked for these; scattered, and counted as rows are. */
    private final IntLinkedOpenHashSet strongest = new IntLinkedOpenHashSet();

    private long bytes;
    private long version;
    private long hits;
    private long misses;

    /** An empty one that takes no more than so much of the heap. */
    RowCache(ConceptHash hash, long bytesMax) {
        this.hash = hash;
        this.bytesMax = bytesMax;
    }

    /** The row of a cue, if it was read and not written since. */
    synchronized @Nullable FoldedRow get(int cue) {
        FoldedRow row = rows.getAndMoveToLast(hash.scatter(cue));
        hits += row == null ? 0 : 1;
        misses += row == null ? 1 : 0;
        return row;
    }

    /** Changes whenever something is dropped: who is about to read the store notes it before. */
    synchronized long version() {
        return version;
    }

    /** Keeps a row that was read from the store, unless something was dropped since the version that its reader noted. */
    synchronized void put(int cue, FoldedRow row, long versionBefore) {
        if (version != versionBefore || row.bytes() > bytesMax / 2) {
            return;
        }
        FoldedRow before = rows.putAndMoveToLast(hash.scatter(cue), row);
        bytes += row.bytes() - (before == null ? 0 : before.bytes());
        makeRoom();
    }

    /**
     * A table in memory keeps its strongest from now on. A quarter is for these at most, and one of them in any case.
     *
     * @return the cue of a table that is to keep its own no more, or -1
     */
    synchronized int keepsStrongest(int cue) {
        bytes += strongest.addAndMoveToLast(hash.scatter(cue)) ? Strongest.BYTES_MAX : 0;
        int gone = -1;
        if (strongest.size() > Math.max(1, bytesMax / 4 / Strongest.BYTES_MAX)) {
            gone = hash.gather(strongest.removeFirstInt());
            bytes -= Strongest.BYTES_MAX;
        }
        makeRoom();
        return gone;
    }

    private void makeRoom() {
        while (bytes > bytesMax && !rows.isEmpty()) {
            bytes -= rows.removeFirst().bytes();
        }
    }

    /** The rows of some cues were written: what was read of them is no more what is stored. */
    synchronized void drop(BitSet cues) {
        version++;
        if (cues.cardinality() < rows.size()) {
            for (int cue = cues.nextSetBit(0); cue >= 0; cue = cues.nextSetBit(cue + 1)) {
                FoldedRow gone = rows.remove(hash.scatter(cue));
                bytes -= gone == null ? 0 : gone.bytes();
            }
            return;
        }
        var each = rows.int2ObjectEntrySet().fastIterator();
        while (each.hasNext()) {
            var entry = each.next();
            if (cues.get(hash.gather(entry.getIntKey()))) {
                bytes -= entry.getValue().bytes();
                each.remove();
            }
        }
    }

    /** How often a row was found here. */
    synchronized long hits() {
        return hits;
    }

    /** How often a row was asked for that was not here. */
    synchronized long misses() {
        return misses;
    }

    /** What it takes on the heap, with what tables keep for readers. */
    synchronized long bytes() {
        return bytes;
    }
}
