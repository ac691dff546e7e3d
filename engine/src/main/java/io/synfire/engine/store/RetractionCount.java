package io.synfire.engine.store;

/**
 * How many retractions wait.
 *
 * @param waiting how many there are
 * @param next the number of the next that is read
 */
public record RetractionCount(long waiting, long next) {

    /** There never was any. */
    public static final RetractionCount NONE = new RetractionCount(0, 0);

    byte[] toBytes() {
        ByteSink sink = new ByteSink(16);
        sink.varint(waiting);
        sink.varint(next);
        return sink.toBytes();
    }

    static RetractionCount ofBytes(byte[] bytes) {
        ByteSource source = new ByteSource("count of retractions", bytes);
        RetractionCount count = new RetractionCount(source.varint(), source.varint());
        source.end();
        return count;
    }
}
