package io.synfire.engine.memory;

import org.jspecify.annotations.Nullable;

/**
 * A table as it was when somebody began to copy it under its monitor. The writer goes on meanwhile. Of one thread.
 */
final class TableCopy {

    private final AdjacencyTable table;
    private final AdjacencyTable copy;
    private @Nullable SlotsCopy slots;

    TableCopy(AdjacencyTable table, AdjacencyTable copy, SlotsCopy slots) {
        this.table = table;
        this.copy = copy;
        this.slots = slots;
    }

    /** The copy, once it is whole. Without the monitor, which is taken for a moment; once. */
    AdjacencyTable done() {
        SlotsCopy begun = slots;
        if (begun == null) {
            throw new IllegalStateException("a copy ends once");
        }
        slots = null;
        try {
            if (begun.isUnderWay()) {
                begun.copy();
            }
        } finally {
            end(begun);
        }
        copy.take(begun.done());
        return copy;
    }

    /** Gives it up, if it is not done. */
    void abandon() {
        if (slots != null) {
            end(slots);
            slots = null;
        }
    }

    private void end(SlotsCopy begun) {
        synchronized (table) {
            table.endCopy(begun);
        }
    }

    /** It was read: what was seen of its targets holds of the table, too, if nothing came since. */
    void wasRead(long version) {
        synchronized (table) {
            if (copy.leadsToKnownOnly(version) && table.moment() == copy.moment()) {
                table.setKnownOnly(version);
            }
        }
    }
}
