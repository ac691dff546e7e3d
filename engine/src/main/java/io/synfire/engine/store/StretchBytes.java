package io.synfire.engine.store;

import io.synfire.engine.event.Position;
import io.synfire.engine.event.Stretch;
import java.util.ArrayList;
import java.util.List;

/**
 * A stretch as bytes: text source id; varint from, records, start, else, latest + 1; varint n, then n times the varint distance of a
 * record from the one before, the first from {@code from}; varint n, then n positions as a checkpoint record has them.
 */
final class StretchBytes {

    private StretchBytes() {}

    static byte[] of(Stretch stretch) {
        ByteSink sink = new ByteSink(64);
        sink.text(stretch.sourceId());
        sink.varint(stretch.from());
        sink.varint(stretch.to() - stretch.from());
        sink.varint(stretch.startMs());
        sink.varint(stretch.elseMs());
        sink.varint(stretch.latestMs() + 1);
        sink.varint(stretch.unlearned().size());
        long before = stretch.from();
        for (long record : stretch.unlearned()) {
            sink.varint(record - before);
            before = record;
        }
        PositionBytes.write(stretch.moved(), sink);
        return sink.toBytes();
    }

    static Stretch read(long number, byte[] bytes) {
        ByteSource source = new ByteSource("stretch " + number, bytes);
        String sourceId = source.text();
        long from = source.varint();
        long to = from + source.varint();
        long startMs = source.varint();
        long elseMs = source.varint();
        long latestMs = source.varint() - 1;
        int size = source.count(1);
        List<Long> unlearned = new ArrayList<>(size);
        long record = from;
        for (int i = 0; i < size; i++) {
            record += source.varint();
            unlearned.add(record);
        }
        try {
            List<Position> moved = PositionBytes.read(source);
            source.end();
            return new Stretch(sourceId, from, to, startMs, elseMs, latestMs, unlearned, moved);
        } catch (IllegalArgumentException e) {
            throw source.damaged(String.valueOf(e.getMessage()));
        }
    }
}
