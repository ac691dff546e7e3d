package io.synfire.engine.store;

import java.util.Arrays;

/**
 * A concept of the dictionary as bytes: its id alone where nothing is kept of its {@link Origin}. Else a byte of 2, with which no id begins;
 * varint watermark when it was born + 1; varint latest watermark of a forget by then + 1; varint int that its id had before it was forgotten
 * + 1, or 0; if it had one, varint watermark of then; its id. An earlier version wrote a byte of 1, and no watermark of a forget: then
 * anything may have been forgotten until it was born.
 */
final class ConceptBytes {

    private static final byte MARK = 2;
    private static final byte MARK_WITHOUT_FORGOT = 1;

    private ConceptBytes() {}

    static byte[] of(byte[] utf8, Origin origin) {
        Retirement before = origin.before();
        if (origin.equals(Origin.UNKNOWN)) {
            return utf8;
        }
        ByteSink sink = new ByteSink(32);
        sink.u1(MARK);
        sink.varint(origin.bornMs() + 1);
        sink.varint(origin.forgotMs() + 1);
        sink.varint(before == null ? 0 : before.concept() + 1L);
        if (before != null) {
            sink.varint(before.watermarkMs());
        }
        byte[] head = sink.toBytes();
        byte[] bytes = Arrays.copyOf(head, head.length + utf8.length);
        System.arraycopy(utf8, 0, bytes, head.length, utf8.length);
        return bytes;
    }

    static byte[] utf8(int concept, byte[] bytes) {
        if (!isMarked(bytes)) {
            return bytes;
        }
        ByteSource source = source(concept, bytes);
        origin(source);
        return source.rest();
    }

    static Origin origin(int concept, byte[] bytes) {
        return isMarked(bytes) ? origin(source(concept, bytes)) : Origin.UNKNOWN;
    }

    private static boolean isMarked(byte[] bytes) {
        return bytes.length > 0 && (bytes[0] == MARK || bytes[0] == MARK_WITHOUT_FORGOT);
    }

    private static ByteSource source(int concept, byte[] bytes) {
        return new ByteSource("concept " + concept, bytes);
    }

    private static Origin origin(ByteSource source) {
        boolean saysForgot = source.u1() == MARK;
        long bornMs = source.varint() - 1;
        long forgotMs = saysForgot ? source.varint() - 1 : bornMs;
        int before = source.varintInt() - 1;
        return new Origin(bornMs, forgotMs, before < 0 ? null : new Retirement(before, source.varint()));
    }
}
