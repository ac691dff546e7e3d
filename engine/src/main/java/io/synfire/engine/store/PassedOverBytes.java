package io.synfire.engine.store;

import io.synfire.engine.event.PassedOver;
import io.synfire.engine.event.PassedOver.Why;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What was passed over between two checkpoints as bytes: varint n, then n times text source id; varint partition; varint from; varint
 * records; u1 why; varint clock + 1. Its key is {@code passed/} and its number, 8 bytes BE.
 */
final class PassedOverBytes {

    /** Under it lie the positions at which this began to be kept, as a checkpoint record has them. */
    static final byte[] SINCE_KEY = Keys.utf8("passed-since");

    /** A reason is stored as its place here: it never moves. */
    private static final List<Why> CODES = List.of(Why.REJECTED, Why.CLOCK, Why.LEFT_OUT, Why.LOST);

    private static final byte[] PREFIX = Keys.utf8("passed/");

    private PassedOverBytes() {}

    static byte[] key(long number) {
        return ByteBuffer.allocate(PREFIX.length + Long.BYTES)
                .put(PREFIX)
                .putLong(number)
                .array();
    }

    static boolean isKey(byte[] key) {
        return key.length == PREFIX.length + Long.BYTES
                && Arrays.equals(key, 0, PREFIX.length, PREFIX, 0, PREFIX.length);
    }

    static long number(byte[] key) {
        return ByteBuffer.wrap(key, PREFIX.length, Long.BYTES).getLong();
    }

    static byte[] of(List<PassedOver> records) {
        ByteSink sink = new ByteSink(64);
        sink.varint(records.size());
        for (PassedOver each : records) {
            sink.text(each.sourceId());
            sink.varint(each.partition());
            sink.varint(each.from());
            sink.varint(each.records());
            sink.u1(CODES.indexOf(each.why()));
            sink.varint(each.clockMs() + 1);
        }
        return sink.toBytes();
    }

    static List<PassedOver> read(long number, byte[] bytes) {
        ByteSource source = new ByteSource("what was passed over " + number, bytes);
        int size = source.count(6);
        List<PassedOver> records = new ArrayList<>(size);
        try {
            for (int i = 0; i < size; i++) {
                String sourceId = source.text();
                int partition = source.varintInt();
                long from = source.varint();
                long to = from + source.varint();
                int why = source.u1();
                if (why >= CODES.size()) {
                    throw source.damaged("there is no such reason to pass a record over: why=" + why);
                }
                records.add(new PassedOver(sourceId, partition, from, to, CODES.get(why), source.varint() - 1));
            }
            source.end();
            return records;
        } catch (IllegalArgumentException e) {
            throw source.damaged(String.valueOf(e.getMessage()));
        }
    }
}
