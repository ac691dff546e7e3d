package io.synfire.engine.memory;

import io.synfire.engine.store.CheckpointRecord;
import io.synfire.engine.store.CheckpointWriter;
import java.util.List;
import java.util.function.LongFunction;

/**
 * One checkpoint under way: all that had changed when it began, written beside a memory that goes on learning. {@link #write} is called
 * by one thread at a time, and again if it failed: it goes on where it left off, and nothing is in the store before all is, and that once.
 */
public final class Checkpoint {

    private final CheckpointWriter writer;
    private final List<Part> parts;
    private final RowStaging rows;
    private final LongFunction<CheckpointRecord> record;
    private int next;

    Checkpoint(CheckpointWriter writer, List<Part> parts, RowStaging rows, LongFunction<CheckpointRecord> record) {
        this.writer = writer;
        this.parts = parts;
        this.rows = rows;
        this.record = record;
    }

    /**
     * Writes all of it as one atomic unit. Any thread.
     *
     * @return the bytes handed to the store
     * @throws io.synfire.engine.store.StoreException if it could not be written, as far as is known; what is called again finds out whether it was
     */
    public long write() {
        for (; next < parts.size(); next++) {
            parts.get(next).writeTo(writer);
        }
        rows.stage(writer);
        writer.commit(record.apply(rows.grown()));
        rows.written();
        long bytes = writer.bytes();
        writer.close();
        return bytes;
    }

    /** Gives up what was not written. Idempotent. */
    public void abandon() {
        writer.close();
    }

    /** What it takes off the heap: what is gathered so far; nothing once it is written or given up. Any thread. */
    long bytes() {
        return writer.bytes();
    }

    RowStaging rows() {
        return rows;
    }
}
