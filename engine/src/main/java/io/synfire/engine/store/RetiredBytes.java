package io.synfire.engine.store;

/**
 * What is left of a concept that was forgotten, in the place of its id: a zero byte, with which no id begins; i8 hash of the id;
 * varint watermark when it was forgotten.
 */
final class RetiredBytes {

    static final byte MARK = 0;

    private RetiredBytes() {}

    static byte[] of(long hash, long watermarkMs) {
        ByteSink sink = new ByteSink(16);
        sink.u1(MARK);
        sink.i8(hash);
        sink.varint(watermarkMs);
        return sink.toBytes();
    }

    static void read(int concept, byte[] bytes, RocksStore.ConceptVisitor visitor) {
        ByteSource source = new ByteSource("retired concept " + concept, bytes);
        source.u1();
        long hash = source.i8();
        long watermarkMs = source.varint();
        source.end();
        visitor.retired(concept, hash, watermarkMs);
    }
}
