package io.synfire.ingest.file;

import io.synfire.engine.Engine;
import io.synfire.engine.event.Entry;

/**
 * Tells when so much was read of a file that it is to be applied: whoever learns it first, and whoever learns it again, holds no more than
 * that at once. One thread at a time.
 */
final class BatchGauge {

    private final Engine engine;
    private final Size size;
    private long bytes;
    private long pairs;

    /**
     * How much is applied at once; or less, where the engine would apply that in parts.
     *
     * @param records how many entries and records that are not learned, at most
     * @param bytes how many bytes, about
     */
    record Size(int records, long bytes) {

        static final Size MAX = new Size(2_000, 4L << 20);
    }

    BatchGauge(Engine engine, Size size) {
        this.engine = engine;
        this.size = size;
    }

    /** Nothing was read since. */
    void begin() {
        bytes = 0;
        pairs = 0;
    }

    /** A line was read, whatever it says. */
    void read(byte[] line) {
        bytes += line.length;
    }

    /** An entry is to be applied. */
    void took(Entry entry) {
        pairs += engine.pairsOf(entry);
    }

    /** Whether it is enough; {@code records} says how many entries, and records that are not learned, there are. */
    boolean isFull(int records) {
        return records >= size.records() || bytes >= size.bytes() || pairs >= engine.pairsOfBatchMax();
    }
}
