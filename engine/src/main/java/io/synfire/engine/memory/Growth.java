package io.synfire.engine.memory;

import io.synfire.engine.event.Batch;
import io.synfire.engine.event.Entry;
import java.util.function.LongSupplier;

/**
 * How much entries bring, and by how much the memory has grown by what was learned since something else last changed how much there is. Writer
 * only, but for {@link #pairsOf}.
 */
final class Growth {

    /** What an entry takes besides its impulses, a window or an id say, as so many pairs. */
    private static final int ENTRY_PAIRS = 8;

    private final Learning learning;
    private final Room room;
    private final LongSupplier bytes;
    private final WindowRate windows;
    private long bytesBefore;
    private long pairs;
    private long activations;
    private long impulses;

    /** The growth of a memory; {@code bytes} tells what it uses. */
    Growth(Learning learning, Room room, LongSupplier bytes, int maxSteps) {
        this.learning = learning;
        this.room = room;
        this.bytes = bytes;
        this.windows = new WindowRate(maxSteps);
    }

    /** From now on it grows by what is learned. */
    void restart() {
        bytesBefore = bytes.getAsLong();
        pairs = pairs();
        activations = learning.metWindow();
        impulses = learning.withWindow();
    }

    /** Notes by how much it has grown. */
    void look() {
        room.learned(pairs() - pairs, bytesBefore);
        windows.saw(learning.metWindow() - activations, learning.withWindow() - impulses);
        restart();
    }

    /** How many ordered pairs a batch brings, about: see {@link Memory#pairsOf(Batch)}. Any thread. */
    long pairsOf(Batch batch) {
        return batch.pairs() + windows.impulsesOf(batch.inContext()) + ENTRY_PAIRS * batch.kept();
    }

    /** The same of an entry. Any thread. */
    long pairsOf(Entry entry) {
        return entry.pairs() + windows.impulsesOf(entry.inContext()) + ENTRY_PAIRS * entry.kept();
    }

    private long pairs() {
        return learning.applied() + ENTRY_PAIRS * learning.entries();
    }
}
