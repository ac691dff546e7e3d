package io.synfire.engine.store;

/**
 * What is left of a concept that was forgotten, in the place of its id: a zero byte, with which no id begins; i8 hash of the id;
 * varint watermark when it was forgotten.
 */
record RetiredBytes(long hash, long watermarkMs) {

    static final byte MARK = 0;

    static byte[] of(long hash, long watermarkMs) {
        ByteSink sink = new ByteSink(16);
        sink.u1(MARK);
        sink.i8(hash);
        sink.varint(watermarkMs);
        return sink.toBytes();
    }

    static RetiredBytes read(int concept, byte[] bytes) {
        ByteSource source = new ByteSource("retired concept " + concept, bytes);
        source.u1();
        RetiredBytes retired = new RetiredBytes(source.i8(), source.varint());
        source.end();
        return retired;
    }
}
