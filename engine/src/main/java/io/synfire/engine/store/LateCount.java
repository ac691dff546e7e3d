package io.synfire.engine.store;

/**
 * How often an episode came late, after a concept that it names was forgotten.
 *
 * @param there how many of it are learned, at least 0
 * @param takenBack how many of it were taken back, at least 0
 */
public record LateCount(long there, long takenBack) {

    static final LateCount NONE = new LateCount(0, 0);

    byte[] toBytes() {
        ByteSink sink = new ByteSink(16);
        sink.varint(there);
        sink.varint(takenBack);
        return sink.toBytes();
    }

    static LateCount ofBytes(int retired, byte[] bytes) {
        ByteSource source = new ByteSource("late episode of retired concept " + retired, bytes);
        LateCount count = new LateCount(source.varint(), source.varint());
        source.end();
        return count;
    }
}
