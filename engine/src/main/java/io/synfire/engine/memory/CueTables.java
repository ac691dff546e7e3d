package io.synfire.engine.memory;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** The table of each cue that has one in memory. Thread-safe for one writer and many readers. */
final class CueTables {

    private volatile AtomicReferenceArray<@Nullable AdjacencyTable> tables = new AtomicReferenceArray<>(1024);

    /** Makes room for so many cues: twice as much as before, so that it is seldom copied. */
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

    /** For how many cues there is room. */
    int capacity() {
        return tables.length();
    }

    /** What the places take, without the tables. */
    long bytes() {
        return 4L * capacity();
    }

    /** Any thread. */
    @Nullable
    AdjacencyTable get(int cue) {
        AtomicReferenceArray<@Nullable AdjacencyTable> now = tables;
        return cue < now.length() ? now.get(cue) : null;
    }

    /** The writer, who has put there whatever there is. */
    @Nullable
    AdjacencyTable getPlain(int cue) {
        return tables.getPlain(cue);
    }

    void set(int cue, @Nullable AdjacencyTable table) {
        tables.set(cue, table);
    }

    /** The table of a row that is to be written. Any thread. */
    AdjacencyTable require(int cue) {
        AdjacencyTable table = get(cue);
        if (table == null) {
            throw new IllegalStateException("a changed row left memory before its checkpoint: cue=" + cue);
        }
        return table;
    }
}
